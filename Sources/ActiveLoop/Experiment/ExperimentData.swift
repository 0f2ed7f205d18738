public import Tensor

/// What an experiment runs on. It has no labels of the pool: those are behind an ``Oracle``.
public struct ExperimentData: Sendable {
  /// A set that is tested on.
  public struct TestSet: Sendable {
    /// Names its figures in the records, such as `usps`.
    public let name: String
    /// `[N, H, W, C]` in [0, 1], framed like the pool.
    public let inputs: Tensor
    /// One class per row.
    public let labels: [Int]

    /// Memberwise.
    public init(name: String, inputs: Tensor, labels: [Int]) {
      self.name = name
      self.inputs = inputs
      self.labels = labels
    }
  }

  /// The samples that may be labelled, `[N, H, W, C]` in [0, 1].
  public let pool: Tensor
  /// What is tested on; the first one is `accuracy` in the records.
  public let tests: [TestSet]
  /// The classes, in the order of their numbers.
  public let classNames: [String]

  /// Throws ``ExperimentError/badData(_:)`` if the sizes, labels or names do not fit together.
  public init(pool: Tensor, tests: [TestSet], classNames: [String]) throws(ExperimentError) {
    guard classNames.count >= 2 else {
      throw .badData("there are \(classNames.count) classes, and at least 2 are needed")
    }
    guard pool.rank >= 2, pool.shape[0] > 0 else { throw .badData("a pool of shape \(pool.shape) has no samples") }
    guard !tests.isEmpty else { throw .badData("there is no set to test on") }
    guard Set(tests.map(\.name)).count == tests.count else { throw .badData("two test sets have the same name") }
    for test in tests {
      guard test.inputs.shape.dropFirst() == pool.shape.dropFirst() else {
        throw .badData(
          "test samples are of shape \(test.inputs.shape.dropFirst()), those of the pool of \(pool.shape.dropFirst())")
      }
      guard test.labels.count == test.inputs.shape[0], !test.labels.isEmpty else {
        throw .badData("test set \(test.name) has \(test.labels.count) labels for \(test.inputs.shape[0]) samples")
      }
      guard test.labels.allSatisfy({ classNames.indices.contains($0) }) else {
        throw .badData("a label of test set \(test.name) is not in 0..<\(classNames.count)")
      }
    }
    self.pool = pool
    self.tests = tests
    self.classNames = classNames
  }

  /// The number of classes.
  public var classCount: Int { classNames.count }
}
