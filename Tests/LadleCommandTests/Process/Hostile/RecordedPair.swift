import Foundation
import Testing

/// Two finished runs below one directory, of which one is to be damaged.
struct RecordedPair {
  let place: TemporaryDirectory
  /// Holds both.
  var both: String { place.path + "/runs" }
  /// The one to be damaged.
  var damaged: String { both + "/damaged" }

  init() throws {
    place = try TemporaryDirectory()
    for (name, seeds) in [("damaged", "1-2"), ("sound", "3-4")] {
      let result = try LadleProcess.run([
        "run", "pool", "--dataset", "digits", "--pool-size", "120", "--test-size", "40", "--learner", "svm",
        "--strategy", "random,simple-margin", "--seeds", seeds, "--initial", "20", "--batch", "20", "--budget", "60",
        "--out", "\(both)/\(name)", "--quiet",
      ])
      #expect(result.code == 0, "\(result.errors)")
    }
  }

  /// Calls `body` with every variant of a file of the run to be damaged in its place. In turn by twenties, `directories` is
  /// the damaged run alone, or that which holds both.
  func forEachVariant(
    of name: String, count: Int, for purpose: String, _ body: (_ what: String, _ directories: String) throws -> Void
  ) throws {
    let file = URL(filePath: "\(damaged)/\(name)")
    let original = [UInt8](try Data(contentsOf: file))
    let content: Damage.Content = name.hasSuffix("png") ? .binary : .text
    let variants = Damage.variants(of: original, named: "\(purpose) \(name)", content, count: count)
    for (index, bytes) in variants.enumerated() {
      try Data(bytes).write(to: file)
      let before = try HostileRuns.files(in: both)
      try body("\(purpose), \(name), variant \(index)", index / 20 % 2 == 0 ? damaged : both)
      #expect(try HostileRuns.files(in: both) == before, "\(name), variant \(index): the run was written to")
    }
  }
}
