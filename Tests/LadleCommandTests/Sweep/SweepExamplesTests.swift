import Foundation
import Testing

@testable import LadleCommand

/// The files in `scripts/sweeps` are read and every cell of them is a run that could be started.
@Suite struct SweepExamplesTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "scripts/sweeps").path

  private static let names: [String] = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    .filter { $0.hasSuffix(".yaml") }.sorted()

  @Test func everyExperimentHasASmallTwin() {
    let large = Self.names.filter { !$0.hasSuffix("-small.yaml") }
    #expect(large.count >= 15)
    for name in large { #expect(Self.names.contains(name.replacingOccurrences(of: ".yaml", with: "-small.yaml"))) }
    #expect(Self.names.count == 2 * large.count)
  }

  @Test(arguments: names) func everyFileIsASweep(name: String) throws {
    let path = "\(Self.folder)/\(name)"
    let plan = try SweepPlan(SweepFile.read(path))
    #expect(!plan.cells.isEmpty && plan.notes.isEmpty)
    #expect("\(plan.definition.name).yaml" == name)
    let listing = try SweepCommand.listing(plan, SweepDirectory(path: "/nowhere"))
    #expect(listing.count == plan.cells.count && listing.allSatisfy { $0.contains("  pending  ladle run ") })
    // A cell has one strategy and one seed.
    for cell in plan.cells {
      let settings = try cell.settings
      guard case .array(let seeds)? = settings[["seeds"]] else {
        Issue.record("no seeds in \(cell.name)")
        continue
      }
      #expect(seeds.count == 1)
      if case .array(let choices)? = settings[["strategies"]] ?? settings[["schemes"]] {
        #expect(choices.count == 1)
      }
    }
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.hasPrefix("# ") && text.contains("Time on two cores"))
  }
}
