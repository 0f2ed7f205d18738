import Foundation
import Tensor

/// The cells of a sweep, every one of which is known to be a run that can be started.
struct SweepPlan: Sendable {
  /// More cells than this are refused.
  static let mostCells = 20_000

  let definition: SweepDefinition
  /// In the order in which they are begun.
  let cells: [SweepCell]
  /// What a person should know about how the cells came about.
  let notes: [String]

  /// Works out all cells. Throws one sentence about the first that no run accepts.
  init(_ definition: SweepDefinition) throws {
    self.definition = definition
    var cells: [SweepCell] = []
    var names = Set<String>()
    var combinations = Set<[String]>()
    var repeated = 0
    let limit = definition.runCap ?? Self.mostCells
    for (varied, seed) in try Self.combinations(definition) {
      guard cells.count < limit else { break }
      // Drawn twice: no need to work it out again.
      guard combinations.insert(varied.map(\.value) + ["\(seed)"]).inserted else { continue }
      let cell = try Self.cell(definition, varied, seed: seed)
      if names.insert(cell.name).inserted { cells.append(cell) } else { repeated += 1 }
    }
    self.cells = cells
    var notes: [String] = []
    if repeated > 0 { notes.append("\(repeated) combinations give settings that are there already, and are left out") }
    if let cap = definition.runCap, definition.method == .random, cells.count < cap {
      notes.append("the parameters have no more than \(cells.count) different values, fewer than run_cap \(cap)")
    }
    self.notes = notes
  }

  // MARK: - Combinations

  private typealias Combination = (varied: [SweepCell.Variation], seed: Int)

  /// Values and seeds in order. With a grid the seeds come last to change, so that a sweep that is half done has
  /// compared everything under some of its seeds.
  private static func combinations(_ definition: SweepDefinition) throws -> any Sequence<Combination> {
    let compared = definition.compared.map { [$0] } ?? []
    switch definition.method {
    case .grid:
      let grid = try product(definition.parameters + compared, definition)
      return definition.seeds.lazy.flatMap { seed in grid.lazy.map { ($0, seed) } }
    case .random:
      let crossed = try product(compared, definition)
      let root = RandomSource(seed: definition.drawSeed).stream("sweep")
      // Each parameter has a stream of its own in each draw: one that is added, or a larger run_cap, moves no other.
      let draws = (0..<(definition.runCap ?? 1) * 100).lazy.map { index in
        let source = root.stream("draw", index)
        return definition.parameters.map { parameter in
          var random = source.stream(parameter.key)
          return SweepCell.Variation(key: parameter.key, value: parameter.draw(using: &random))
        }
      }
      return draws.flatMap { drawn in
        crossed.lazy.flatMap { others in definition.seeds.lazy.map { (drawn + others, $0) } }
      }
    }
  }

  private static func product(
    _ parameters: [SweepParameter], _ definition: SweepDefinition
  ) throws(CommandFailure) -> [[SweepCell.Variation]] {
    var combinations: [[SweepCell.Variation]] = [[]]
    for parameter in parameters {
      let values = parameter.allValues ?? []
      guard values.count <= mostCells / combinations.count / definition.seeds.count else {
        throw CommandFailure(
          .usage, "\(definition.file) asks for more than \(mostCells) cells; use fewer values, or “method: random”.")
      }
      combinations = combinations.flatMap { combination in
        values.map { combination + [.init(key: parameter.key, value: $0)] }
      }
    }
    return combinations
  }

  // MARK: - One cell

  private static func cell(
    _ definition: SweepDefinition, _ varied: [SweepCell.Variation], seed: Int
  ) throws -> SweepCell {
    let settings = ordered(definition, varied)
    do {
      return try SweepCell(
        system: definition.system, arguments: definition.system.arguments(settings, seed: seed), varied: varied,
        seed: seed)
    } catch {
      throw explained(error, definition, settings, seed)
    }
  }

  /// Fixed settings first, so that what varies is applied to them.
  private static func ordered(
    _ definition: SweepDefinition, _ varied: [SweepCell.Variation]
  ) -> [(key: String, text: String)] {
    definition.fixed.map { ($0.key, $0.text) } + varied.map { ($0.key, $0.value) }
  }

  /// The complaint about a run, with the key it is about: one without which the run would do, and of several the one
  /// that the complaint names first.
  private static func explained(
    _ error: any Error, _ definition: SweepDefinition, _ settings: [(key: String, text: String)], _ seed: Int
  ) -> CommandFailure {
    let reason = CommandFailure(explaining: error).description
    func isFine(without key: String) -> Bool {
      let others = settings.filter { $0.key != key }
      return (try? definition.system.resolved(definition.system.arguments(others, seed: seed))) != nil
    }
    let suspects = settings.map(\.key).filter { $0 != "dataset" && isFine(without: $0) }
    // Where a complaint names several, such as a budget that is less than the initial labels, it begins with its subject.
    let key =
      suspects.compactMap { key in
        reason.range(of: key.split(separator: ".").last.map(String.init) ?? key).map { (key, $0.lowerBound) }
      }.min { $0.1 < $1.1 }?.0 ?? suspects.first
    guard let key else { return CommandFailure(.usage, "\(definition.file): \(reason)") }
    let place = definition.line(of: key).map { ", line \($0)" } ?? ""
    return CommandFailure(.usage, "\(definition.file)\(place), \(key): \(reason)")
  }
}
