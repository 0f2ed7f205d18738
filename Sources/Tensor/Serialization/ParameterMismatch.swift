/// Why named tensors are not the parameters that a module, or an optimizer, expects.
public enum ParameterMismatch: Error, Sendable, Hashable {
  /// These names are expected and not there.
  case missing([String])
  /// These names are there and not expected.
  case unexpected([String])
  /// A tensor of another shape.
  case misshapen(name: String, expected: Shape, found: Shape)
  /// A name that occurs twice.
  case repeated(name: String)
  /// A tensor whose contents make no sense. `reason` is a clause without a full stop.
  case unusable(name: String, reason: String)
}

extension ParameterMismatch: CustomStringConvertible {
  /// One sentence that says what is wrong and what to do.
  public var description: String {
    let advice = "restore into a model of the configuration that was saved"
    return switch self {
    case .missing(let names): "There is no tensor for \(Self.list(names)); \(advice)."
    case .unexpected(let names): "Nothing in the model takes \(Self.list(names)); \(advice)."
    case .misshapen(let name, let expected, let found):
      "The tensor \(name) has shape \(found) where \(expected) is expected; \(advice)."
    case .repeated(let name): "The name \(name) stands for two tensors; save the model again."
    case .unusable(let name, let reason): "The tensor \(name) is unusable: \(reason); save the model again."
    }
  }

  static func list(_ names: [String]) -> String {
    let shown = names.prefix(3).joined(separator: ", ")
    return names.count > 3 ? "\(shown) and \(names.count - 3) more" : shown
  }

  /// The tensors in the order of `expected`, if names and shapes agree exactly.
  package static func match(
    _ found: [(name: String, tensor: Tensor)], to expected: [(name: String, shape: Shape)]
  ) throws(ParameterMismatch) -> [Tensor] {
    var byName: [String: Tensor] = [:]
    for (name, tensor) in found {
      guard byName.updateValue(tensor, forKey: name) == nil else { throw .repeated(name: name) }
    }
    let missing = expected.filter { byName[$0.name] == nil }.map(\.name)
    guard missing.isEmpty else { throw .missing(missing) }
    let known = Set(expected.map(\.name))
    let unexpected = found.map(\.name).filter { !known.contains($0) }
    guard unexpected.isEmpty else { throw .unexpected(unexpected) }
    var tensors: [Tensor] = []
    for (name, shape) in expected {
      guard let tensor = byName[name] else { continue }
      guard tensor.shape == shape else { throw .misshapen(name: name, expected: shape, found: tensor.shape) }
      tensors.append(tensor)
    }
    return tensors
  }
}
