/// One recorded operation: which traced tensors went in, and how to pull a cotangent back to them.
///
/// Immutable once made, hence `Sendable`; there is no global tape. `backpropagate` lets go of nodes one by one; a
/// graph that is dropped without having been differentiated is released recursively: a chain of 10 000 operations is
/// fine, one of 100 000 would exhaust the stack.
package final class Node: Sendable {
  /// Maps the gradient of the loss with respect to the output to the gradients with respect to the operands.
  /// `wanted[i]` says whether operand `i` is traced; the result for one that is not is ignored and may be `nil`.
  /// The cotangent is the pullback's to use up: to write into (see ``Tensor/overwritable()``), or to let go of.
  package typealias Pullback = @Sendable (_ cotangent: inout Tensor, _ wanted: [Bool]) -> [Tensor?]

  /// The nodes of the operands; `nil` for one that is not traced.
  let parents: [Node?]
  let wanted: [Bool]
  let pullback: Pullback

  init(parents: [Node?], pullback: @escaping Pullback) {
    self.parents = parents
    self.wanted = parents.map { $0 != nil }
    self.pullback = pullback
  }

  /// A parameter or an input that is differentiated with respect to.
  static func leaf() -> Node { Node(parents: []) { _, _ in [] } }
}

extension Tensor {
  /// Attaches `pullback` if, and only if, an operand is traced. It should capture operands `detached`: a traced
  /// capture would keep the whole history alive.
  package func recorded(from operands: Tensor..., pullback: @escaping Node.Pullback) -> Tensor {
    guard operands.contains(where: { $0.node != nil }) else { return self }
    return Tensor(
      storage: storage, offset: offset, shape: shape,
      node: Node(parents: operands.map(\.node), pullback: pullback))
  }

  /// As above for any number of operands.
  package func recorded(fromAll operands: [Tensor], pullback: @escaping Node.Pullback) -> Tensor {
    guard operands.contains(where: { $0.node != nil }) else { return self }
    return Tensor(
      storage: storage, offset: offset, shape: shape,
      node: Node(parents: operands.map(\.node), pullback: pullback))
  }
}

/// The gradients of the scalar `output` with respect to `leaves`; `nil` for a leaf it does not depend on.
///
/// The graph is taken apart on the way: a node is let go as soon as it was pulled back, and with it the tensors that it
/// saved, unless somebody else still holds it (a traced tensor of an outer differentiation, say). Cotangents are dropped
/// as soon as they were used, and sums accumulate in place.
package func backpropagate(from output: consuming Tensor, to leaves: [Node]) -> [Tensor?] {
  guard let root = output.node else { return leaves.map { _ in nil } }
  let shape = output.shape
  output = output.detached
  // `order` alone holds the graph: a single reference to its root would keep all of it.
  var (order, places) = topologicalOrder(from: consume root)
  let wantedLeaves = Set(leaves.map(ObjectIdentifier.init))
  var gradients: [ObjectIdentifier: Tensor] = [:]
  var cotangents = [Tensor?](repeating: nil, count: order.count)
  cotangents[order.count - 1] = Tensor.ones(shape)
  while let node = order.popLast() {
    guard var cotangent = cotangents.removeLast() else { continue }
    let name = ObjectIdentifier(node)
    if wantedLeaves.contains(name) {
      gradients[name] = cotangent
      continue
    }
    let contributions = node.pullback(&cotangent, node.wanted)
    for (parent, contribution) in zip(node.parents, contributions) {
      guard let parent, let contribution, let place = places[ObjectIdentifier(parent)] else { continue }
      if var sum = cotangents[place].take() {
        sum.accumulate(contribution)
        cotangents[place] = sum
      } else {
        cotangents[place] = contribution.detached
      }
    }
  }
  return leaves.map { gradients[ObjectIdentifier($0)] }
}

/// The nodes that `root` depends on, each after those that it depends on itself, and where each is.
private func topologicalOrder(from root: consuming Node) -> (order: [Node], places: [ObjectIdentifier: Int]) {
  // Depth-first search with an explicit stack.
  var order: [Node] = []
  var places: [ObjectIdentifier: Int] = [:]
  var seen: Set<ObjectIdentifier> = []
  var stack: [(node: Node, expanded: Bool)] = [(consume root, false)]
  while let (node, expanded) = stack.popLast() {
    if expanded {
      places[ObjectIdentifier(node)] = order.count
      order.append(node)
      continue
    }
    guard seen.insert(ObjectIdentifier(node)).inserted else { continue }
    stack.append((node, true))
    for case let parent? in node.parents where !seen.contains(ObjectIdentifier(parent)) {
      stack.append((parent, false))
    }
  }
  return (order, places)
}
