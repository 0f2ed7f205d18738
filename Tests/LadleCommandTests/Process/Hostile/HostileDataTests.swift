import Foundation
import Testing

@testable import LadleCommand

/// Damaged files of data sets. Slow: some 900 processes, a minute or two.
///
/// A variant is refused in one sentence and no round is written, or its numbers are such that a run can be made of them,
/// and then the run is whole. Where the file cannot be read, no directory is made.
@Suite("Hostile data sets (slow)", .enabled(if: LadleProcess.program != nil, "the program ladle is not built"))
struct HostileDataTests {
  /// A file, the command that reads it, and whether a byte more or less is always noticed.
  struct Sample: Sendable, CustomTestStringConvertible {
    var file: String
    var command: [String]
    var content = Damage.Content.binary
    var count = 100
    var testDescription: String { file }
  }

  private static let margins = ["--learner", "svm", "--initial", "20", "--batch", "20", "--budget", "40"]
  private static let pool = ["run", "pool", "--strategy", "random"] + margins
  private static let gaal = [
    "run", "gaal", "--dataset", "mnist-usps", "--schemes", "svm-active,random", "--budget", "20", "--set",
    "initialLabels=10",
  ]

  static let samples: [Sample] =
    ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"].map {
      Sample(file: "mnist/\($0)-ubyte", command: pool + ["--dataset", "mnist"])
    }
    + ["optdigits.tra", "optdigits.tes"].map {
      Sample(file: "optdigits/\($0)", command: pool + ["--dataset", "optdigits"], content: .text)
    }
    + ["zip.train", "zip.test"].map { Sample(file: "usps/\($0)", command: gaal, content: .text) }

  private func arguments(_ sample: Sample, data: String, out: String) -> [String] {
    sample.command + ["--seeds", "1", "--quiet", "--data", data, "--out", out]
  }

  @Test(arguments: samples)
  func aDamagedFileIsRefusedOrSaysSomethingElse(sample: Sample) throws {
    let place = try TemporaryDirectory()
    let data = try HostileData(place.path + "/data")
    let out = place.path + "/run"
    let file = URL(filePath: "\(data.path)/\(sample.file)")
    let original = [UInt8](try Data(contentsOf: file))
    let whole = try HostileRuns.run(arguments(sample, data: data.path, out: out), "\(sample.file) as it was")
    #expect(whole?.code == 0)
    let names: Set = ["config.json", "rounds.jsonl", "results.csv", "report.html"]
    #expect(names.isSubset(of: Set(try HostileRuns.files(in: out).keys)))

    var tally = HostileRuns.Tally(sample.file)
    let variants = Damage.variants(of: original, named: sample.file, sample.content, count: sample.count)
    for (index, bytes) in variants.enumerated() {
      try? FileManager.default.removeItem(atPath: out)
      try Data(bytes).write(to: file)
      let what = "\(sample.file), variant \(index)"
      guard let result = try HostileRuns.run(arguments(sample, data: data.path, out: out), what) else { continue }
      if result.code == 0 {
        #expect(names.isSubset(of: Set(try HostileRuns.files(in: out).keys)), "\(what) left a part of a run")
        tally.count(bytes == original ? "harmless" : "another value")
      } else {
        // Files that can be read, and do not do for an experiment, are noticed when the directory is there.
        let left = (try? String(contentsOfFile: out + "/rounds.jsonl", encoding: .utf8)) ?? ""
        #expect(left.isEmpty, "\(what) left rounds behind")
        if result.errors.contains("fetch or write it again") {
          #expect(!FileManager.default.fileExists(atPath: out), "\(what) left a directory behind")
        }
        tally.count("refused")
      }
    }
    tally.report()
    #expect(tally["refused"] > sample.count / 4, "a reader that accepts most damage is none")
  }

  @Test func imagesOfAnotherShapeAreRefused() throws {
    let place = try TemporaryDirectory()
    let data = try HostileData(place.path + "/data")
    // As many pixels in other shapes, in both parts.
    for sizes in [[56, 14], [14, 56], [1, 784], [784, 1]] {
      for part in ["train", "t10k"] {
        let file = URL(filePath: "\(data.path)/mnist/\(part)-images-idx3-ubyte")
        var bytes = try Data(contentsOf: file)
        for (axis, size) in sizes.enumerated() {
          for byte in 0..<4 { bytes[8 + 4 * axis + byte] = UInt8(truncatingIfNeeded: size >> (24 - 8 * byte)) }
        }
        try bytes.write(to: file)
      }
      for learner in ["cnn", "mlp", "svm", "resnet18"] {
        let out = "\(place.path)/\(learner)"
        let result = try HostileRuns.run(
          ["run", "pool", "--dataset", "mnist", "--learner", learner, "--data", data.path, "--out", out, "--quiet"],
          "images of \(sizes) for \(learner)")
        #expect(result?.code == 1 && !FileManager.default.fileExists(atPath: out))
      }
    }
  }

  @Test(arguments: ["directory", "link to a device", "link to nowhere"])
  func somethingElseInItsPlaceIsRefused(kind: String) throws {
    for sample in Self.samples {
      let place = try TemporaryDirectory()
      let data = try HostileData(place.path + "/data")
      let file = "\(data.path)/\(sample.file)"
      try FileManager.default.removeItem(atPath: file)
      switch kind {
      case "directory": try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: true)
      case "link to a device": #expect(symlink("/dev/zero", file) == 0)
      default: #expect(symlink("/nowhere/at/all", file) == 0)
      }
      let out = place.path + "/run"
      let result = try HostileRuns.run(arguments(sample, data: data.path, out: out), "a \(kind) as \(sample.file)")
      #expect(result?.code == 1 && !FileManager.default.fileExists(atPath: out))
    }
  }
}
