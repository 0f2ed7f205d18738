/// The tensors an optimizer keeps for the parameters: some kinds, each of the parameter's shape, zero at first.
struct ParameterState: Sendable {
  /// Such as `firstMoment`.
  let kinds: [String]
  private(set) var step = 0
  /// The parameters' names, in visiting order; empty before the first update.
  private var names: [String] = []
  /// `kinds.count` tensors for every parameter.
  private var tensors: [Tensor] = []

  init(kinds: [String]) { self.kinds = kinds }

  /// A run of scalars of one parameter, of its gradient and of its state.
  struct Chunk {
    let count: Int
    let parameter: UnsafeMutablePointer<Float>
    let gradient: UnsafePointer<Float>
    /// One address per kind.
    let state: (UnsafeMutablePointer<Float>?, UnsafeMutablePointer<Float>?, UnsafeMutablePointer<Float>?)
  }

  /// Counts the step.
  mutating func advance() { step += 1 }

  /// Runs `kernel` once on every scalar of every parameter that has a gradient. Chunks depend on the shapes alone.
  mutating func update<Model: Module>(
    _ model: inout Model, along direction: Gradient<Model>, kernel: @escaping (Chunk) -> Void
  ) {
    if names.isEmpty {
      names = direction.names
      tensors = direction.tensors.flatMap { gradient in kinds.map { _ in Tensor.zeros(gradient.shape) } }
    }
    precondition(
      names.count == direction.tensors.count,
      "the optimizer was used with \(names.count) parameters, the gradient has \(direction.tensors.count)")
    // The tensors move out and back: while two arrays hold them, writing would copy them.
    let pass = UpdatePass(
      gradients: direction.tensors, names: direction.names, unused: Set(direction.unused), state: tensors,
      kinds: kinds.count, kernel: kernel)
    tensors = []
    var visitor = UpdateVisitor(pass: pass)
    model.visitParameters(with: &visitor)
    precondition(
      pass.index == names.count, "the gradient has \(names.count) parameters, the model \(pass.index)")
    tensors = pass.takeState()
  }
}

/// One update in progress. A class, because nested modules are shown copies of the visitor.
private final class UpdatePass {
  private let gradients: [Tensor]
  private let names: [String]
  private let unused: Set<String>
  private var state: [Tensor]
  private let kinds: Int
  private let kernel: (ParameterState.Chunk) -> Void
  private(set) var index = 0

  init(
    gradients: [Tensor], names: [String], unused: Set<String>, state: [Tensor], kinds: Int,
    kernel: @escaping (ParameterState.Chunk) -> Void
  ) {
    self.gradients = gradients
    self.names = names
    self.unused = unused
    self.state = state
    self.kinds = kinds
    self.kernel = kernel
  }

  func takeState() -> [Tensor] {
    defer { state = [] }
    return state
  }

  func update(_ parameter: inout Tensor) {
    precondition(index < gradients.count, "the model has more parameters than the gradient's \(gradients.count)")
    let gradient = gradients[index]
    let (name, first) = (names[index], index * kinds)
    index += 1
    precondition(
      parameter.shape == gradient.shape,
      "the parameter \(name) of shape \(parameter.shape) has a gradient of shape \(gradient.shape)")
    if !unused.isEmpty, unused.contains(name) { return }

    let target = parameter.unsharedPointer()
    let source = gradient.pointer
    var slots: [UnsafeMutablePointer<Float>?] = [nil, nil, nil]
    for kind in 0..<kinds {
      precondition(
        state[first + kind].shape == parameter.shape,
        "the state of the parameter \(name) has shape \(state[first + kind].shape), not \(parameter.shape)")
      slots[kind] = state[first + kind].unsharedPointer()
    }
    let (a, b, c) = (slots[0], slots[1], slots[2])
    parallelChunks(parameter.count, of: elementwiseChunk) { range in
      let start = range.lowerBound
      kernel(
        ParameterState.Chunk(
          count: range.count, parameter: target + start, gradient: source + start,
          state: (a.map { $0 + start }, b.map { $0 + start }, c.map { $0 + start })))
    }
    withExtendedLifetime(gradient) {}
  }
}

private struct UpdateVisitor: ParameterVisitor {
  let pass: UpdatePass

  mutating func visit(_ name: String, _ parameter: inout Tensor) { pass.update(&parameter) }
}

extension Tensor {
  /// The address of the first scalar for writing, after copying if the storage is shared; valid while the tensor
  /// is held and not assigned to.
  fileprivate mutating func unsharedPointer() -> UnsafeMutablePointer<Float> {
    withUnsafeMutableScalars { _ in }
    return freshPointer
  }
}

// MARK: - Saving and restoring

extension ParameterState {
  /// The step, then the tensors, named after kind and parameter.
  var named: [(name: String, tensor: Tensor)] {
    // A float holds integers up to 2²⁴ only, hence two digits.
    let digits = step.quotientAndRemainder(dividingBy: 1 << 24)
    var found = [(name: "step", tensor: Tensor([Float(digits.remainder), Float(digits.quotient)]))]
    for (index, tensor) in tensors.enumerated() {
      found.append((kinds[index % kinds.count] + "." + names[index / kinds.count], tensor))
    }
    return found
  }

  /// Replaces everything by `saved`, or throws and changes nothing.
  mutating func restore(
    _ saved: [(name: String, tensor: Tensor)], for model: some Module
  ) throws(ParameterMismatch) {
    let parameters = model.parameters()
    // Before its first update an optimizer has no tensors but the step.
    let isFresh = !saved.contains { $0.name != "step" || $0.tensor.scalars.contains { $0 != 0 } }
    var expected: [(name: String, shape: Shape)] = [("step", [2])]
    if !isFresh {
      for parameter in parameters {
        for kind in kinds { expected.append((kind + "." + parameter.name, parameter.tensor.shape)) }
      }
    }
    let tensors = try ParameterMismatch.match(saved, to: expected)
    let digits = tensors[0].scalars
    guard digits.allSatisfy({ $0 >= 0 && $0 < 0x1p24 && $0 == $0.rounded() }) else {
      throw .unusable(name: "step", reason: "it is \(digits), not a number of updates")
    }
    step = Int(digits[0]) + Int(digits[1]) << 24
    self.tensors = Array(tensors.dropFirst())
    names = isFresh ? [] : parameters.map(\.name)
  }
}
