/// A question an oracle cannot be asked.
public enum OracleError: Error, Hashable, CustomStringConvertible {
  /// Synthesized samples have no entry in a table of labels.
  case noLabelsForSynthesized(count: Int)
  /// The oracle was given no samples of a pool.
  case noPool(count: Int)
  /// There are only `poolCount` samples.
  case noSuchSample(index: Int, poolCount: Int)
  /// Another oracle gave a class that does not exist.
  case labelOutOfRange(label: Int, classCount: Int)
  /// One answer per sample was due.
  case wrongAnswerCount(expected: Int, found: Int)

  /// One sentence that says what to do.
  public var description: String {
    switch self {
    case .noLabelsForSynthesized(let count):
      "ground truth has no labels for \(count) synthesized samples: route them to a classifier or a person"
    case .noPool(let count):
      "asked about \(count) samples of a pool that this oracle was not given: route them to the ground truth"
    case .noSuchSample(let index, let poolCount):
      "sample \(index) was asked about, but the pool has the samples 0 to \(poolCount - 1): "
        + "check that pool and oracle belong together"
    case .labelOutOfRange(let label, let classCount):
      "an oracle answered class \(label), but there are only \(classCount) classes: check the order of its classes"
    case .wrongAnswerCount(let expected, let found):
      "an oracle gave \(found) answers about \(expected) samples: it must give one for each"
    }
  }
}
