import Foundation
import Tensor
import Testing

@testable import LadleCommand

/// Damaged batches of CIFAR-10. Slow: 224 processes, of which a third read all six files, of 30 MB each.
@Suite("Hostile CIFAR batches (slow)", .enabled(if: LadleProcess.program != nil, "the program ladle is not built"))
struct HostileCIFARTests {
  private let place: TemporaryDirectory
  private let sound: [UInt8]
  private var folder: String { place.path + "/data/cifar10" }

  /// A sound file, and all batches links to it.
  init() throws {
    place = try TemporaryDirectory()
    var bytes = [UInt8](repeating: 0, count: 10_000 * 3073)
    for index in 0..<10_000 {
      bytes[index * 3073] = UInt8(index % 10)
      for pixel in 0..<64 { bytes[index * 3073 + 1 + (index % 10) * 300 + pixel] = 200 }
    }
    sound = bytes
    try Data(bytes).write(to: URL(filePath: place.path + "/sound"))
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in (1...5).map({ "data_batch_\($0)" }) + ["test_batch"] {
      #expect(symlink(place.path + "/sound", "\(folder)/\(name).bin") == 0)
    }
  }

  private var arguments: [String] {
    [
      "run", "pool", "--dataset", "cifar10", "--strategy", "random", "--learner", "svm", "--initial", "20", "--batch",
      "20", "--budget", "40", "--pool-size", "100", "--test-size", "50", "--seeds", "1", "--quiet", "--data",
      place.path + "/data", "--out", place.path + "/run",
    ]
  }

  @Test(arguments: [("data_batch_1", 200), ("test_batch", 24)])
  func aDamagedBatchIsRefusedOrSaysSomethingElse(name: String, count: Int) throws {
    let whole = Set(["config.json", "rounds.jsonl", "results.csv", "report.html"])
    let (out, file) = (place.path + "/run", "\(folder)/\(name).bin")
    #expect(try HostileRuns.run(arguments, "\(name) as it was")?.code == 0)
    var tally = HostileRuns.Tally("cifar10/\(name).bin")
    for (index, bytes) in Damage.variants(of: sound, named: name, .binary, count: count).enumerated() {
      try? FileManager.default.removeItem(atPath: out)
      // A new file: what is written over an old one goes to the device at once.
      try FileManager.default.removeItem(atPath: file)
      try AtomicFile.write(bytes, to: file, flushing: false)
      let what = "\(name), variant \(index)"
      guard let result = try HostileRuns.run(arguments, what) else { continue }
      if result.code == 0 {
        #expect(whole.isSubset(of: Set(try HostileRuns.files(in: out).keys)), "\(what) left a part of a run")
        tally.count("another value")
      } else {
        #expect(!FileManager.default.fileExists(atPath: out), "\(what) left a directory behind")
        tally.count("refused")
      }
    }
    tally.report()
    #expect(tally["refused"] >= count / 2, "a reader that accepts most damage is none")
  }
}
