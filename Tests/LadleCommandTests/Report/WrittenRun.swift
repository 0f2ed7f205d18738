import ActiveLoop
import Foundation

@testable import LadleCommand

extension TemporaryDirectory {
  /// Writes what a run leaves: its settings, and for each strategy and seed from 1 the labels and accuracies.
  func writeRun(
    _ name: String, _ strategies: [(String, [[(Int, Double)]])], settings: [String: JSONValue] = [:],
    seeds: [Int]? = nil, budget: Int = 60, system: String = "strategies"
  ) throws {
    try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
    var all = strategies.flatMap { records($0.1, scheme: $0.0) }
    if let seeds {
      for index in all.indices { all[index].seed = seeds[all[index].seed - 1] }
    }
    let configuration: [String: JSONValue] = [
      "dataset": .string("digits"), "learner": .string("mlp"), system: .array(strategies.map { .string($0.0) }),
      "seeds": .array(Set(all.map(\.seed)).sorted().map { .integer($0) }),
      "experiment": .object(["budget": .integer(budget), "batch": .integer(10)]),
    ].merging(settings) { $1 }
    try write(try JSONValue.object(configuration).text(indented: true), to: "\(name)/config.json")
    func lines(_ values: [some Encodable]) throws -> String {
      try values.map { try JSONValue(encoding: $0).text(indented: false) + "\n" }.joined()
    }
    try write(try lines(all), to: "\(name)/rounds.jsonl")
    let timings = all.map {
      TimingRecord(scheme: $0.scheme, seed: $0.seed, round: $0.round, seconds: ["query": 1, "fit": 2])
    }
    try write(try lines(timings), to: "\(name)/timings.jsonl")
    try write(try JSONValue(encoding: EnvironmentRecord.current()).text(indented: true), to: "\(name)/environment.json")
  }

  /// Every file below `name` with its bytes.
  func snapshot(_ name: String) throws -> [String: Data] {
    let root = "\(path)/\(name)"
    var result: [String: Data] = [:]
    for file in try FileManager.default.subpathsOfDirectory(atPath: root) {
      result[file] = FileManager.default.contents(atPath: "\(root)/\(file)")
    }
    return result
  }
}

/// Accuracies of some seeds over three rounds, `gain` above a common course.
func course(_ gains: [Double]) -> [[(Int, Double)]] {
  gains.enumerated().map { seed, gain in
    let start = 0.6 + 0.01 * Double(seed)
    return [(40, start), (50, start + 0.1 + gain), (60, start + 0.15 + gain)]
  }
}
