import Tensor
import TestSupport
import Testing

/// The operands of one case as a module: all of them are differentiated.
private struct Operands: Module {
  var names: [String]
  var tensors: [Tensor]

  subscript(_ name: String) -> Tensor? { names.firstIndex(of: name).map { tensors[$0] } }

  mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    for index in tensors.indices { visitor.visit(names[index], &tensors[index]) }
  }
}

/// One case of the fixture; see `scripts/fixtures/generate_operations.py`.
struct ParityCase {
  /// Such as `convolution`.
  let kind: String
  let entries: [String: Tensor]

  private static let content = Result { try SafeTensors.read(fixturePath("Operations/operations.safetensors")) }

  /// The names of all cases: kind and number.
  static let names: [String] = {
    let entries = (try? content.get().tensors.map(\.name)) ?? []
    return Set(entries.compactMap { $0.split(separator: "/").prefix(2).joined(separator: "/") }).sorted()
  }()

  init(_ name: String) throws {
    kind = String(name.prefix { $0 != "/" })
    let prefix = name + "/"
    let found = try Self.content.get().tensors.filter { $0.name.hasPrefix(prefix) }
    entries = Dictionary(uniqueKeysWithValues: found.map { (String($0.name.dropFirst(prefix.count)), $0.tensor) })
  }

  func entry(_ name: String) throws -> Tensor { try #require(entries[name], "the fixture has no \(name)") }
  func setting(_ name: String) throws -> Float { try entry("setting.\(name)").scalar }
  func count(_ name: String) throws -> Int { Int(try setting(name)) }
  func labels() throws -> [Int] { try entry("constant.labels").scalars.map { Int($0) } }
}

@Suite("Operations agree with PyTorch in double precision")
struct OperationParityTests {
  /// Of the largest absolute value of the tensor.
  private static let tolerance: Float = 1e-5

  @Test("The fixture has all its cases")
  func completeness() {
    #expect(ParityCase.names.count == 86)
  }

  @Test("Outputs and gradients", arguments: ParityCase.names)
  func parity(name: String) throws {
    let example = try ParityCase(name)
    let inputs = example.entries.keys.filter { $0.hasPrefix("input.") }.sorted()
    let names = inputs.map { String($0.dropFirst("input.".count)) }
    var operands = Operands(names: names, tensors: try inputs.map { try example.entry($0) })
    let cotangent = try example.entry("cotangent")
    var output = Tensor(0)
    let (_, gradient) = try operands.valueAndGradient { operands throws in
      let result = try Self.apply(example, to: operands)
      output = result.detached
      return result.rank == 0 ? result : (result * cotangent).sum()
    }
    #expect(relativeError(output, try example.entry("output")) <= Self.tolerance, "output")
    for (name, found) in zip(names, gradient.tensors) {
      #expect(
        relativeError(found, try example.entry("gradient.\(name)")) <= Self.tolerance, "the gradient of \(name)")
    }
  }

  @Test("Constants record nothing", arguments: ParityCase.names)
  func inference(name: String) throws {
    let example = try ParityCase(name)
    let inputs = example.entries.keys.filter { $0.hasPrefix("input.") }.sorted()
    let names = inputs.map { String($0.dropFirst("input.".count)) }
    let operands = Operands(names: names, tensors: try inputs.map { try example.entry($0) })
    let output = try Self.apply(example, to: operands)
    #expect(!output.isTraced)
    #expect(relativeError(output, try example.entry("output")) <= Self.tolerance)
  }

  private static func apply(_ example: ParityCase, to operands: Operands) throws -> Tensor {
    func operand(_ name: String) throws -> Tensor { try #require(operands[name], "the case has no operand \(name)") }
    switch example.kind {
    case "convolution":
      return convolution2D(
        try operand("x"), try operand("weight"), bias: operands["bias"], stride: try example.count("stride"),
        padding: try example.count("padding"))
    case "transposedConvolution":
      return transposedConvolution2D(
        try operand("x"), try operand("weight"), bias: operands["bias"], stride: try example.count("stride"),
        padding: try example.count("padding"), outputPadding: try example.count("outputPadding"))
    case "groupedConvolution":
      return convolution2D(
        try operand("x"), try operand("weight"), bias: operands["bias"], stride: try example.count("stride"),
        padding: try example.count("padding"), dilation: try example.count("dilation"),
        groups: try example.count("groups"))
    case "groupedTransposedConvolution":
      return transposedConvolution2D(
        try operand("x"), try operand("weight"), bias: operands["bias"], stride: try example.count("stride"),
        padding: try example.count("padding"), outputPadding: try example.count("outputPadding"),
        dilation: try example.count("dilation"), groups: try example.count("groups"))
    case "dense":
      var layer = Dense(1, 1)
      (layer.weight, layer.bias) = (try operand("weight"), operands["bias"])
      return layer(try operand("x"))
    case "batchNormTraining", "batchNormInference":
      return try normalized(example, try operand("x"), try operand("scale"), try operand("shift"))
    case "layerNorm":
      var layer = LayerNormalization(1)
      (layer.scale, layer.shift) = (try operand("scale"), try operand("shift"))
      return layer(try operand("x"))
    case "crossEntropy": return crossEntropy(logits: try operand("logits"), labels: try example.labels())
    case "binaryCrossEntropy":
      return binaryCrossEntropy(logits: try operand("logits"), target: try example.entry("constant.target"))
    case "binaryCrossEntropyConstant":
      return binaryCrossEntropy(logits: try operand("logits"), target: try example.setting("target"))
    case "meanSquaredError": return meanSquaredError(try operand("a"), try operand("b"))
    case "meanAbsoluteError": return meanAbsoluteError(try operand("a"), try operand("b"))
    case "maxPool", "averagePool":
      let (size, stride, padding) = (
        try example.count("size"), try example.count("stride"), try example.count("padding")
      )
      let x = try operand("x")
      return example.kind == "maxPool"
        ? maxPool2D(x, size: size, stride: stride, padding: padding)
        : averagePool2D(x, size: size, stride: stride, padding: padding)
    default: return try #require(pointwise(example.kind, try operand("x")), "there is no operation \(example.kind)")
    }
  }

  /// Batch norm and the activation that follows as a model has them: layers of a sequence, which fuses them.
  private static func normalized(
    _ example: ParityCase, _ x: Tensor, _ scale: Tensor, _ shift: Tensor
  ) throws -> Tensor {
    var norm = BatchNormalization(1)
    (norm.scale, norm.shift) = (scale, shift)
    (norm.runningMean, norm.runningVariance) = (try example.entry("state.mean"), try example.entry("state.variance"))
    let slope = try example.setting("slope")
    var sequence = Sequential(layers: slope == 1 ? [norm] : [norm, slope == 0 ? ReLU() : LeakyReLU(slope)])
    guard example.kind == "batchNormTraining" else { return sequence(x) }
    var random = RandomSource(seed: 1)
    let output = sequence.forward(x, using: &random)
    let after = try #require(sequence.layers[0] as? BatchNormalization)
    #expect(relativeError(after.runningMean, try example.entry("stateAfter.mean")) <= tolerance, "running mean")
    #expect(
      relativeError(after.runningVariance, try example.entry("stateAfter.variance")) <= tolerance, "running variance")
    return output
  }

  private static func pointwise(_ kind: String, _ x: Tensor) -> Tensor? {
    switch kind {
    case "globalAveragePool": globalAveragePool2D(x)
    case "relu": x.relu()
    case "leakyReLU": x.leakyReLU(slope: 0.2)
    case "elu": x.elu(alpha: 0.7)
    case "softplus": x.softplus()
    case "sigmoid": x.sigmoid()
    case "tanh": x.tanh()
    case "gelu": x.gelu()
    case "geluTanh": x.gelu(approximate: true)
    case "softmax": softmax(x)
    case "logSoftmax": logSoftmax(x)
    default: nil
    }
  }
}
