/// One recorded operation: which traced tensors went in, and how to pull a cotangent back to them.
///
/// Immutable once made, hence `Sendable`; there is no global tape. Nodes release their parents recursively: a
/// chain of 10 000 operations is fine, one of 100 000 would exhaust the stack.
package final class Node: Sendable {
  /// Maps the gradient of the loss with respect to the output to the gradients with respect to the operands.
  /// `wanted[i]` says whether operand `i` is traced; the result for one that is not is ignored and may be `nil`.
  package typealias Pullback = @Sendable (_ cotangent: Tensor, _ wanted: [Bool]) -> [Tensor?]

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
/// Cotangents are dropped as soon as they were pulled back, and sums accumulate in place.
package func backpropagate(from output: Tensor, to leaves: [Node]) -> [Tensor?] {
  guard let root = output.node else { return leaves.map { _ in nil } }
  // Topological order by depth-first search with an explicit stack.
  var order: [Node] = []
  var seen: Set<ObjectIdentifier> = []
  var stack: [(node: Node, expanded: Bool)] = [(root, false)]
  while let (node, expanded) = stack.popLast() {
    if expanded {
      order.append(node)
      continue
    }
    guard seen.insert(ObjectIdentifier(node)).inserted else { continue }
    stack.append((node, true))
    for case let parent? in node.parents where !seen.contains(ObjectIdentifier(parent)) {
      stack.append((parent, false))
    }
  }
  let leafNames = Set(leaves.map(ObjectIdentifier.init))
  var cotangents: [ObjectIdentifier: Tensor] = [ObjectIdentifier(root): Tensor.ones(output.shape)]
  for node in order.reversed() {
    let name = ObjectIdentifier(node)
    if leafNames.contains(name) { continue }
    guard let cotangent = cotangents.removeValue(forKey: name) else { continue }
    let contributions = node.pullback(cotangent, node.wanted)
    for (parent, contribution) in zip(node.parents, contributions) {
      guard let parent, let contribution else { continue }
      let parentName = ObjectIdentifier(parent)
      if var sum = cotangents.removeValue(forKey: parentName) {
        sum.accumulate(contribution)
        cotangents[parentName] = sum
      } else {
        cotangents[parentName] = contribution.detached
      }
    }
  }
  return leaves.map { cotangents[ObjectIdentifier($0)] }
}
