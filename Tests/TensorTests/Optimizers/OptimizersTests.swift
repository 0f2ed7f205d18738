import Tensor
import TestSupport
import Testing

/// Two parameters, one of them in a nested module, and a state that optimizers leave alone.
struct TwoParameters: Module {
  var weight: Tensor
  var inner: Variable
  var count = Tensor([7])

  init(weight: Tensor, bias: Tensor) {
    self.weight = weight
    inner = Variable(bias)
  }

  mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    visitor.visit("weight", &weight)
    visitor.visit("bias", &inner)
    visitor.visitState("count", &count)
  }

  static func gradient(_ weight: Tensor, _ bias: Tensor, unused: [String] = []) -> Gradient<TwoParameters> {
    Gradient(tensors: [weight, bias], names: ["weight", "bias.value"], unused: unused)
  }
}

/// The optimizers under the names of the fixture.
func makeOptimizer(_ name: String) -> (any Optimizer<TwoParameters>)? {
  switch name {
  case "sgd": SGD(learningRate: 0.05)
  case "sgd-decay": SGD(learningRate: 0.05, weightDecay: 0.1)
  case "sgd-momentum": SGD(learningRate: 0.05, momentum: 0.9)
  case "sgd-momentum-decay": SGD(learningRate: 0.05, momentum: 0.9, weightDecay: 0.1)
  case "sgd-nesterov-decay": SGD(learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0.1)
  case "adam": Adam(learningRate: 0.05)
  case "adam-gan": Adam(learningRate: 2e-4, beta1: 0.5)
  case "adam-decay": Adam(learningRate: 0.05, epsilon: 1e-3, weightDecay: 0.1)
  case "adamw": AdamW(learningRate: 0.05, weightDecay: 0.1)
  case "rmsprop": RMSProp(learningRate: 0.05)
  case "rmsprop-centred": RMSProp(learningRate: 0.05, epsilon: 1e-2, centred: true)
  case "rmsprop-momentum-decay": RMSProp(learningRate: 0.05, smoothing: 0.9, momentum: 0.9, weightDecay: 0.1)
  case "rmsprop-centred-momentum":
    RMSProp(learningRate: 0.05, smoothing: 0.9, epsilon: 1e-2, momentum: 0.9, centred: true)
  default: nil
  }
}

let optimizerNames = [
  "sgd", "sgd-decay", "sgd-momentum", "sgd-momentum-decay", "sgd-nesterov-decay", "adam", "adam-gan", "adam-decay",
  "adamw", "rmsprop", "rmsprop-centred", "rmsprop-momentum-decay", "rmsprop-centred-momentum",
]

@Suite("Optimizers")
struct OptimizersTests {
  /// Row `step` of a tensor `[steps, …]`.
  private func row(_ tensor: Tensor, _ step: Int) -> Tensor {
    let size = tensor.count / tensor.shape[0]
    return Tensor(Array(tensor.scalars[step * size..<(step + 1) * size]), shape: Array(tensor.shape.dropFirst()))
  }

  private func fixture() throws -> [String: Tensor] {
    let content = try SafeTensors.read(fixturePath("Optimizers/trajectories.safetensors"))
    return Dictionary(uniqueKeysWithValues: content.tensors.map { ($0.name, $0.tensor) })
  }

  @Test("20 updates follow PyTorch in double precision", arguments: optimizerNames)
  func trajectory(name: String) throws {
    let fixture = try fixture()
    var optimizer = try #require(makeOptimizer(name))
    var model = TwoParameters(
      weight: try #require(fixture["start.weight"]), bias: try #require(fixture["start.bias"]))
    let weights = try #require(fixture["gradient.weight"])
    let biases = try #require(fixture["gradient.bias"])
    let expected = (try #require(fixture["\(name).weight"]), try #require(fixture["\(name).bias"]))
    for step in 0..<weights.shape[0] {
      advance(&optimizer, &model, .init(row(weights, step), row(biases, step)))
      #expect(relativeError(model.weight, row(expected.0, step)) < 2e-6, "weight after update \(step + 1)")
      #expect(relativeError(model.inner.value, row(expected.1, step)) < 2e-6, "bias after update \(step + 1)")
    }
    #expect(optimizer.step == 20)
    #expect(model.count.scalars == [7])
  }

  @Test("A chunked update equals updates of the parts", arguments: optimizerNames)
  func chunks(name: String) throws {
    // Longer than two chunks and not a multiple of any vector: every kernel's tail, and every chunk's start.
    let count = 2 * elementwiseChunk + 1037
    var random = RandomSource(seed: 11)
    let start = Tensor(normal: [count], using: &random)
    let gradients = (0..<3).map { _ in Tensor(normal: [count], using: &random) }
    var optimizer = try #require(makeOptimizer(name))
    var model = TwoParameters(weight: start, bias: start)
    for gradient in gradients { advance(&optimizer, &model, .init(gradient, gradient)) }
    for first in [0, 31, elementwiseChunk - 3, 2 * elementwiseChunk + 1000] {
      let range = first..<first + 37
      var small = try #require(makeOptimizer(name))
      var part = TwoParameters(weight: Tensor(Array(start.scalars[range])), bias: Tensor([]))
      for gradient in gradients {
        advance(&small, &part, .init(Tensor(Array(gradient.scalars[range])), Tensor([])))
      }
      let whole = Tensor(Array(model.weight.scalars[range]))
      #expect(relativeError(whole, part.weight) < 1e-6)
    }
  }

  @Test("In steady state an update works in place", arguments: optimizerNames)
  func inPlace(name: String) throws {
    var optimizer = try #require(makeOptimizer(name))
    var model = TwoParameters(weight: .ones([64, 64]), bias: .ones([64]))
    let gradient = Gradients(Tensor(repeating: 0.5, shape: [64, 64]), Tensor(repeating: 0.25, shape: [64]))
    advance(&optimizer, &model, gradient)
    func addresses() -> [UnsafePointer<Float>] {
      [model.weight.pointer, model.inner.value.pointer] + optimizer.state.dropFirst().map(\.tensor.pointer)
    }
    let before = addresses()
    for _ in 0..<3 { advance(&optimizer, &model, gradient) }
    #expect(addresses() == before)
  }

  @Test("A copy of the model or of the optimizer does not change with the original", arguments: optimizerNames)
  func valueSemantics(name: String) throws {
    var optimizer = try #require(makeOptimizer(name))
    var model = TwoParameters(weight: .ones([3]), bias: .ones([2]))
    let gradient = Gradients(Tensor([1, -2, 3]), Tensor([0.5, 4]))
    advance(&optimizer, &model, gradient)
    let (modelBefore, stateBefore) = (model.weight, optimizer.state)
    let expected = (modelBefore.scalars, stateBefore.map(\.tensor.scalars))
    advance(&optimizer, &model, gradient)
    #expect(modelBefore.scalars == expected.0)
    #expect(stateBefore.map(\.tensor.scalars) == expected.1)
    #expect(model.weight.scalars != expected.0)
  }

  @Test("A parameter that the loss does not depend on stays, and so does its state", arguments: optimizerNames)
  func unusedParameters(name: String) throws {
    var optimizer = try #require(makeOptimizer(name))
    var model = TwoParameters(weight: .ones([3]), bias: .ones([2]))
    advance(&optimizer, &model, .init(Tensor([1, 2, 3]), Tensor([1, 2])))
    let bias = model.inner.value.scalars
    let state = optimizer.state.filter { $0.name.hasSuffix("bias.value") }.map(\.tensor.scalars)
    advance(&optimizer, &model, .init(Tensor([1, 2, 3]), .zeros([2]), unused: ["bias.value"]))
    #expect(model.inner.value.scalars == bias)
    #expect(optimizer.state.filter { $0.name.hasSuffix("bias.value") }.map(\.tensor.scalars) == state)
  }

  @Test("The bits do not depend on the number of threads")
  func threads() throws {
    let threads = ThreadPool.threadCount
    defer { ThreadPool.threadCount = threads }
    var results: [[Float]] = []
    for count in [1, 2, 3] {
      ThreadPool.threadCount = count
      var random = RandomSource(seed: 5)
      var model = TwoParameters(weight: Tensor(normal: [100_001], using: &random), bias: .ones([2]))
      var gradient = TwoParameters.gradient(Tensor(normal: [100_001], using: &random), Tensor([1, 2]))
      gradient.clip(toNorm: 1)
      var optimizer = Adam<TwoParameters>(learningRate: 0.1)
      for _ in 0..<3 { optimizer.update(&model, along: gradient) }
      results.append(model.weight.scalars)
    }
    #expect(results[0] == results[1])
    #expect(results[0] == results[2])
  }
}

/// The gradients of one update.
struct Gradients {
  var weight: Tensor
  var bias: Tensor
  var unused: [String]

  init(_ weight: Tensor, _ bias: Tensor, unused: [String] = []) {
    self.weight = weight
    self.bias = bias
    self.unused = unused
  }
}

/// One update by an optimizer of unknown type.
func advance(_ optimizer: inout any Optimizer<TwoParameters>, _ model: inout TwoParameters, _ gradients: Gradients) {
  optimizer.update(&model, along: TwoParameters.gradient(gradients.weight, gradients.bias, unused: gradients.unused))
}
