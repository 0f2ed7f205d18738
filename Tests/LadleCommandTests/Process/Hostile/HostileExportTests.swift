import Foundation
import Models
import Tensor
import Testing

@testable import LadleCommand

/// `ladle export` of damaged runs and models. Slow: some 1200 processes, half a minute.
///
/// Either every file is whole, or there is one sentence and no file.
@Suite("Hostile files in exports (slow)", .enabled(if: LadleProcess.program != nil, "the program ladle is not built"))
struct HostileExportTests {
  @Test(arguments: [("rounds.jsonl", 200), ("config.json", 200)])
  func theTableIsWholeOrThereIsNone(name: String, count: Int) throws {
    let runs = try RecordedPair()
    let out = runs.place.path + "/table.csv"
    var tally = HostileRuns.Tally("\(name), export csv")
    try runs.forEachVariant(of: name, count: count, for: "export csv") { what, directories in
      try? FileManager.default.removeItem(atPath: out)
      guard let result = try HostileRuns.run(["export", "csv", directories, "--out", out], what, mayNote: true) else {
        return
      }
      guard result.code == 0 else {
        #expect(!FileManager.default.fileExists(atPath: out), "\(what) left something behind")
        #expect(directories == runs.damaged, "\(what) hides a sound run: \(result.errors)")
        tally.count("refused")
        return
      }
      let lines = try String(contentsOfFile: out, encoding: .utf8).split(
        separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.last?.isEmpty == true && lines.count > 2)
      let columns = lines.dropLast().map { $0.contains("\"") ? 10 : $0.split(separator: ",").count }
      #expect(columns.allSatisfy { $0 == 10 }, "\(what) left a line of other columns")
      tally.count(result.errors.isEmpty ? "a table without notes" : "a table with notes")
    }
    tally.report()
    #expect(tally["refused"] > 10)
  }

  @Test(arguments: [
    ("rounds.jsonl", 200), ("config.json", 100), ("timings.jsonl", 100), ("queries/random/seed-1/round-01.png", 100),
  ])
  func theEventFilesAreWholeOrThereAreNone(name: String, count: Int) throws {
    let runs = try RecordedPair()
    let out = runs.place.path + "/logs"
    var tally = HostileRuns.Tally("\(name), export tensorboard")
    try runs.forEachVariant(of: name, count: count, for: "export tensorboard") { what, directories in
      try? FileManager.default.removeItem(atPath: out)
      let arguments = ["export", "tensorboard", directories, "--out", out]
      guard let result = try HostileRuns.run(arguments, what, mayNote: true) else { return }
      #expect(Set(try FileManager.default.contentsOfDirectory(atPath: runs.place.path)).isSubset(of: ["runs", "logs"]))
      guard result.code == 0 else {
        #expect(!FileManager.default.fileExists(atPath: out), "\(what) left something behind")
        #expect(directories == runs.damaged, "\(what) hides a sound run: \(result.errors)")
        tally.count("refused")
        return
      }
      let files = try HostileRuns.files(in: out).filter { !$0.value.isEmpty }
      #expect(
        !files.isEmpty && files.allSatisfy { isWholeEventFile([UInt8]($0.value)) }, "\(what) left a part of a file")
      tally.count(result.errors.isEmpty ? "logs without notes" : "logs with notes")
    }
    tally.report()
  }

  /// Whether the bytes are records as TensorFlow frames them, each with its checksums.
  private func isWholeEventFile(_ bytes: [UInt8]) -> Bool {
    func number(_ place: Int, _ count: Int) -> Int {
      bytes[place..<place + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    var place = 0
    while place < bytes.count {
      guard place + 12 <= bytes.count else { return false }
      let end = place + 12 + number(place, 8)
      guard end + 4 <= bytes.count,
        CRC32C.masked(Array(bytes[place..<place + 8])) == UInt32(number(place + 8, 4)),
        CRC32C.masked(Array(bytes[place + 12..<end])) == UInt32(number(end, 4))
      else { return false }
      place = end + 4
    }
    return true
  }

  /// Strategies whose names would lead out of the directory of the logs, or are no names at all.
  @Test(arguments: [
    "../../../../escaped", "..", "", "/escaped", "a\\u0000b", "a\\nb\\u001b[2J", String(repeating: "x", count: 300),
  ])
  func aStrategyThatIsNoNameOfADirectoryIsRefused(scheme: String) throws {
    let runs = try RecordedPair()
    let file = URL(filePath: runs.damaged + "/rounds.jsonl")
    let text = try String(contentsOf: file, encoding: .utf8)
    try Data(text.replacingOccurrences(of: "simple-margin", with: scheme).utf8).write(to: file)
    let arguments = ["export", "tensorboard", runs.damaged, "--out", runs.place.path + "/logs"]
    let result = try HostileRuns.run(arguments, "a strategy called “\(scheme)”")
    #expect(result?.code == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: runs.place.path) == ["runs"])
  }

  // MARK: - Models

  private func generator() -> DCGANGenerator {
    var random = RandomSource(seed: 1)
    return DCGANGenerator(.init(imageSize: 8, channels: 1, latentSize: 3, width: 2), using: &random)
  }

  @Test func aDamagedModelGoesToPyTorchWholeOrNotAtAll() throws {
    let place = try TemporaryDirectory()
    let (model, out) = (place.path + "/ours.safetensors", place.path + "/theirs.safetensors")
    let generator = generator()
    try generator.save(to: model, metadata: generator.torchMetadata())
    let original = try FileBytes.read(model)
    let arguments = ["export", "torch", model, "--out", out]
    #expect(try HostileRuns.run(arguments, "the model as it was")?.code == 0)
    let count = try SafeTensors.read(out).tensors.count
    var tally = HostileRuns.Tally("model.safetensors, export torch")
    for (index, bytes) in Damage.variants(of: original, named: "ours", .text, count: 200).enumerated() {
      try? FileManager.default.removeItem(atPath: out)
      try Data(bytes).write(to: URL(filePath: model))
      guard let result = try HostileRuns.run(arguments, "model, variant \(index)") else { continue }
      #expect(Set(try FileManager.default.contentsOfDirectory(atPath: place.path)).count == (result.code == 0 ? 2 : 1))
      if result.code == 0 { #expect(try SafeTensors.read(out).tensors.count == count) }
      tally.count(result.code == 0 ? "another value" : "refused")
    }
    tally.report()
    #expect(tally["refused"] > 100)
  }

  /// No command takes weights of PyTorch, programs do.
  @Test func aDamagedStateDictionaryChangesTheModelWhollyOrNotAtAll() throws {
    let place = try TemporaryDirectory()
    let path = place.path + "/theirs.safetensors"
    try generator().saveTorch(to: path)
    let original = try FileBytes.read(path)
    var random = RandomSource(seed: 2)
    let other = DCGANGenerator(.init(imageSize: 8, channels: 1, latentSize: 3, width: 2), using: &random)
    func scalars(_ model: DCGANGenerator) -> [[Float]] {
      model.parameters(includingState: true).map(\.tensor.scalars)
    }
    var tally = HostileRuns.Tally("state dictionary, loadTorch")
    for (index, bytes) in Damage.variants(of: original, named: "theirs", .text, count: 200).enumerated() {
      try Data(bytes).write(to: URL(filePath: path))
      var model = other
      do throws(TorchExchangeError) {
        try model.loadTorch(from: path)
        tally.count("another value")
      } catch {
        #expect(error.description.hasPrefix(path) && error.description.hasSuffix("."), "variant \(index): \(error)")
        #expect(scalars(model) == scalars(other), "variant \(index) was refused, and changed the model")
        tally.count("refused")
      }
    }
    tally.report()
    #expect(tally["refused"] > 100)
  }
}
