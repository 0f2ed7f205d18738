import Datasets
import Foundation
import Testing

@testable import LadleCommand

/// Damaged models in the cache. Slow: some 260 processes, each of which may train two small networks again.
@Suite("Hostile caches (slow)", .enabled(if: LadleProcess.program != nil, "the program ladle is not built"))
struct HostileCacheTests {
  private let place: TemporaryDirectory
  private let data: HostileData
  private var cache: String { place.path + "/cache" }
  private var out: String { place.path + "/run" }

  init() throws {
    place = try TemporaryDirectory()
    data = try HostileData(place.path + "/data")
  }

  private var arguments: [String] {
    let settings = [
      "initialLabels=10", "generator.epochs=1", "generator.width=4", "generator.batchSize=8", "classifier.batchSize=8",
      "classifier.epochs=1", "classifier.width=4", "oracle.threshold=0", "synthesis.steps=5",
    ]
    return [
      "run", "gaal", "--dataset", "mnist", "--data", data.path, "--schemes", "gaal", "--seeds", "1", "--budget", "20",
      "--cache", cache, "--out", out, "--quiet",
    ] + settings.flatMap { ["--set", $0] }
  }

  /// The directory of the artifact of a kind.
  private func artifact(_ kind: String) throws -> String {
    let names = try FileManager.default.contentsOfDirectory(atPath: cache)
    return "\(cache)/\(try #require(names.first { $0.hasPrefix(kind + "-") }))"
  }

  private func contents(_ path: String) throws -> Data { try Data(contentsOf: URL(filePath: path)) }

  @Test(arguments: [
    ("generator", "generator.safetensors"), ("classifier", "classifier.safetensors"), ("generator", "manifest.json"),
    ("classifier", "manifest.json"),
  ])
  func aDamagedModelIsMadeAgain(kind: String, file: String) throws {
    #expect(try HostileRuns.run(arguments, "an empty cache")?.code == 0)
    let expected = try contents(out + "/rounds.jsonl")
    let artifact = try artifact(kind)
    let sound = try HostileRuns.files(in: artifact)
    let original = [UInt8](try #require(sound[file]))
    var tally = HostileRuns.Tally("cached \(kind), \(file)")
    let variants = Damage.variants(
      of: original, named: kind + file, file.hasSuffix("json") ? .text : .binary, count: 50)
    for (index, bytes) in variants.enumerated() {
      try FileManager.default.removeItem(atPath: out)
      try Data(bytes).write(to: URL(filePath: "\(artifact)/\(file)"))
      guard let result = try HostileRuns.run(arguments, "\(file), variant \(index)") else { continue }
      #expect(result.code == 0)
      #expect(try contents(out + "/rounds.jsonl") == expected, "variant \(index)")
      for (name, bytes) in sound where name.hasSuffix("safetensors") {
        #expect(try contents("\(artifact)/\(name)") == bytes, "variant \(index): \(name) was not made again")
      }
      tally.count("harmless")
    }
    tally.report()
  }

  /// A manifest that agrees with what is damaged.
  @Test(arguments: ["generator", "classifier"])
  func aDamagedModelWithTheRightChecksumIsRefusedOrAnotherModel(kind: String) throws {
    #expect(try HostileRuns.run(arguments, "an empty cache")?.code == 0)
    let artifact = try artifact(kind)
    let (model, manifest) = ("\(artifact)/\(kind).safetensors", "\(artifact)/manifest.json")
    let original = [UInt8](try contents(model))
    let claim = String(decoding: try contents(manifest), as: UTF8.self)
    var tally = HostileRuns.Tally("cached \(kind), right checksum")
    for (index, bytes) in Damage.variants(of: original, named: kind + " claimed", .binary, count: 50).enumerated() {
      try? FileManager.default.removeItem(atPath: out)
      try Data(bytes).write(to: URL(filePath: model))
      let text = claim.replacingOccurrences(of: SHA256.hexadecimal(original), with: SHA256.hexadecimal(bytes))
        .replacingOccurrences(of: "\"bytes\" : \(original.count)", with: "\"bytes\" : \(bytes.count)")
      try Data(text.utf8).write(to: URL(filePath: manifest))
      guard let result = try HostileRuns.run(arguments, "\(kind), variant \(index)") else { continue }
      let rounds = (try? contents(out + "/rounds.jsonl")) ?? Data()
      #expect(result.code == 0 || rounds.isEmpty, "\(kind), variant \(index) left rounds behind")
      tally.count(result.code == 0 ? "another value" : "refused")
    }
    tally.report()
    #expect(tally["refused"] > 20)
  }
}
