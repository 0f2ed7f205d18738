public import Tensor

/// What is shown to whoever labels.
public enum Query: Sendable {
  /// Samples of the pool, by index.
  case pool([Int])
  /// New inputs, `[N, …]`, that are in no pool.
  case synthesized(Tensor)

  /// The number of samples asked about.
  public var count: Int {
    switch self {
    case .pool(let indices): indices.count
    case .synthesized(let inputs): inputs.shape.first ?? 0
    }
  }
}

/// What came back for one sample.
public enum Answer: Sendable, Hashable {
  /// A class.
  case label(Int)
  /// The sample cannot be recognised: it costs attention, not a label.
  case cannotTell
  /// Not answered; it may be asked again.
  case skipped

  /// The class, if one was given.
  public var label: Int? {
    if case .label(let label) = self { label } else { nil }
  }
}

/// A class is its number; the others are `"cannot-tell"` and `"skipped"`.
extension Answer: Codable {
  /// Reads a number or one of the two words.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let label = try? container.decode(Int.self) {
      self = .label(label)
      return
    }
    switch try container.decode(String.self) {
    case "cannot-tell": self = .cannotTell
    case "skipped": self = .skipped
    case let word:
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "\"\(word)\" is not a class, \"cannot-tell\" or \"skipped\"")
    }
  }

  /// Writes a number or one of the two words.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .label(let label): try container.encode(label)
    case .cannotTell: try container.encode("cannot-tell")
    case .skipped: try container.encode("skipped")
    }
  }
}

/// Knows, or pretends to know, the classes of samples: a person, the ground truth, a classifier.
public protocol Oracle: Sendable {
  /// One answer per sample, in order.
  func answer(_ query: Query) async throws -> [Answer]
}
