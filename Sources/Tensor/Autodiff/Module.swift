/// A value that owns learnable tensors.
public protocol Module: Sendable {
  /// Shows every parameter to `visitor`, in a fixed order, under a stable name that is unique in the module.
  mutating func visitParameters(with visitor: inout some ParameterVisitor)
}

/// Sees, and may replace, each parameter of a module.
public protocol ParameterVisitor {
  /// Called once per learnable tensor.
  mutating func visit(_ name: String, _ parameter: inout Tensor)
  /// Called once per tensor that is state but not learnt, such as running statistics. Ignored by default.
  mutating func visitState(_ name: String, _ state: inout Tensor)
}

extension ParameterVisitor {
  /// Ignores the state.
  public mutating func visitState(_ name: String, _ state: inout Tensor) {}

  /// Visits the parameters of `module` with `name` and a full stop put before their names.
  public mutating func visit(_ name: String, _ module: inout some Module) {
    var scoped = ScopedVisitor(prefix: name + ".", base: self)
    module.visitParameters(with: &scoped)
    self = scoped.base
  }
}

struct ScopedVisitor<Base: ParameterVisitor>: ParameterVisitor {
  let prefix: String
  var base: Base

  mutating func visit(_ name: String, _ parameter: inout Tensor) { base.visit(prefix + name, &parameter) }
  mutating func visitState(_ name: String, _ state: inout Tensor) { base.visitState(prefix + name, &state) }
}

/// A module that maps a batch to a batch.
public protocol Layer: Module {
  /// Inference: pure, no randomness, no state.
  func callAsFunction(_ input: Tensor) -> Tensor
  /// Training: may draw randomness and update running statistics.
  mutating func forward(_ input: Tensor, using random: inout RandomSource) -> Tensor
}

extension Layer {
  /// Layers that behave alike in training and inference need not implement this.
  public mutating func forward(_ input: Tensor, using random: inout RandomSource) -> Tensor { self(input) }
}

/// The gradient of a scalar with respect to every parameter of `M`, in visiting order.
public struct Gradient<M: Module>: Sendable {
  /// One tensor per parameter, of its shape.
  public var tensors: [Tensor]
  /// The parameters' names.
  public let names: [String]
  /// Parameters that the loss does not depend on: their gradients are zero.
  public let unused: [String]

  package init(tensors: [Tensor], names: [String], unused: [String]) {
    self.tensors = tensors
    self.names = names
    self.unused = unused
  }
}

/// One tensor as a module: differentiate with respect to an input by making it the parameter.
public struct Variable: Module {
  /// The tensor.
  public var value: Tensor

  /// A module whose only parameter is `value`.
  public init(_ value: Tensor) { self.value = value }

  /// Visits the parameters, in order.
  public mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    visitor.visit("value", &value)
  }
}

private struct Tracer: ParameterVisitor {
  var leaves: [Node] = []

  mutating func visit(_ name: String, _ parameter: inout Tensor) {
    let leaf = Node.leaf()
    leaves.append(leaf)
    parameter.node = leaf
  }
}

private struct Untracer: ParameterVisitor {
  var names: [String] = []
  var shapes: [Shape] = []

  mutating func visit(_ name: String, _ parameter: inout Tensor) {
    parameter.node = nil
    names.append(name)
    shapes.append(parameter.shape)
  }

  mutating func visitState(_ name: String, _ state: inout Tensor) { state.node = nil }
}

extension Module {
  /// Evaluates `loss` on the traced model and differentiates it with respect to every parameter. State that a
  /// training forward updated (running statistics) is kept.
  ///
  /// Precondition: `loss` returns one scalar.
  public mutating func valueAndGradient<E: Error>(
    of loss: (inout Self) throws(E) -> Tensor
  ) throws(E) -> (value: Float, gradient: Gradient<Self>) {
    var tracer = Tracer()
    visitParameters(with: &tracer)
    let value: Tensor
    do { value = try loss(&self) } catch {
      var clean = Untracer()
      visitParameters(with: &clean)
      throw error
    }
    var clean = Untracer()
    visitParameters(with: &clean)
    precondition(value.count == 1, "a loss must be a scalar, not of shape \(value.shape)")
    let scalar = value.scalar
    // Handed over, so that nothing here keeps the graph from being released on the way back.
    let pulled = backpropagate(from: consume value, to: tracer.leaves)
    var unused: [String] = []
    var tensors: [Tensor] = []
    for (index, tensor) in pulled.enumerated() {
      if let tensor {
        tensors.append(tensor)
      } else {
        unused.append(clean.names[index])
        tensors.append(.zeros(clean.shapes[index]))
      }
    }
    return (scalar, Gradient(tensors: tensors, names: clean.names, unused: unused))
  }

  /// The parameters by name, in visiting order; with running statistics if `includingState`.
  public func parameters(includingState: Bool = false) -> [(name: String, tensor: Tensor)] {
    var collector = Collector(includingState: includingState)
    var copy = self
    copy.visitParameters(with: &collector)
    return collector.found
  }

  /// The number of learnable scalars.
  public var parameterCount: Int { parameters().reduce(0) { $0 + $1.tensor.count } }
}

private struct Collector: ParameterVisitor {
  let includingState: Bool
  var found: [(name: String, tensor: Tensor)] = []

  mutating func visit(_ name: String, _ parameter: inout Tensor) { found.append((name, parameter.detached)) }

  mutating func visitState(_ name: String, _ state: inout Tensor) {
    if includingState { found.append((name, state.detached)) }
  }
}
