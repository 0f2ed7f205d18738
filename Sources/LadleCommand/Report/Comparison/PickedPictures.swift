import ActiveLoop
import Foundation
import Tensor

/// The sheets of queries that runs keep, for a page: `queries/SCHEME/seed-N/round-RR.png`.
struct PickedPictures {
  /// More would make a page that no mail takes.
  private static let mostBytes = 8_000_000
  private static let mostRounds = 6

  /// Blocks for each arm that has pictures: its lowest seed, the first round, the last and some between. Notes say what
  /// did not fit or cannot be read.
  static func blocks(of comparison: Comparison) -> [Report.Block] {
    var unreadable: [String] = []
    let arms = comparison.arms.compactMap { arm -> (name: String, images: [(round: Int, image: Report.Image)])? in
      for run in arm.runs {
        let images = images(arm, run, &unreadable)
        if !images.isEmpty { return (arm.name, images) }
      }
      return nil
    }
    let remarks =
      unreadable.isEmpty
      ? [] : [Report.Block.remark("Left out, because they cannot be read as pictures: \(listed(unreadable)).")]
    guard !arms.isEmpty else { return remarks }
    var left = mostBytes
    var blocks: [Report.Block] = []
    var dropped: [String] = []
    for arm in arms {
      let size = arm.images.reduce(0) { $0 + $1.image.png.count }
      guard size <= left else {
        dropped.append(arm.name)
        continue
      }
      left -= size
      blocks.append(.heading(arm.name))
      blocks.append(.images(arm.images.map(\.image)))
    }
    if !dropped.isEmpty {
      blocks.append(
        .paragraph(
          "The pictures of \(listed(dropped)) would make the page too large; they are in the runs’ directories."))
    }
    if comparison.system == .gaal {
      blocks.append(
        .paragraph(
          "The colour of a frame is the class that the oracle named; what it could not name has a grey one and was discarded."
        ))
    } else if comparison.system == .pool {
      blocks.append(
        .paragraph(
          "A sheet shows the first \(PoolQueryRecord.mostPictures) samples of its round, in the order of asking."))
    }
    blocks.append(
      .paragraph(
        "One seed of each strategy, the lowest that has pictures, and at most \(mostRounds) of its rounds, evenly spread. Pictures of "
          + "one seed illustrate; they prove nothing about the others."))
    return blocks + remarks
  }

  private static func images(
    _ arm: Comparison.Arm, _ run: Comparison.SeedRun, _ unreadable: inout [String]
  ) -> [(round: Int, image: Report.Image)] {
    let rounds = run.records.map(\.round).filter { round in
      FileManager.default.fileExists(atPath: path(arm, run, round))
    }
    let count = min(mostRounds, rounds.count)
    let chosen = count < 2 ? rounds : Set((0..<count).map { rounds[$0 * (rounds.count - 1) / (count - 1)] }).sorted()
    return chosen.compactMap { round in
      guard let bytes = try? FileBytes.read(path(arm, run, round)), let size = PNGHeader(bytes) else {
        unreadable.append(path(arm, run, round))
        return nil
      }
      let record = run.records.first { $0.round == round }
      let count = record.map { round == 0 ? ": \($0.labelled)" : ", then \($0.labelled) labels" } ?? ""
      let caption = (round == 0 ? "Initial labels" : "Round \(round)") + "\(count) (seed \(run.seed))"
      // Sheets are made for screens of their own; side by side they are shown at half their size.
      return (
        round,
        Report.Image(
          png: Data(bytes), width: size.width, height: size.height,
          alternative: "Samples that \(arm.name) asked about, \(caption.lowercased())", caption: caption,
          shownWidth: min(size.width, 270))
      )
    }
  }

  private static func path(_ arm: Comparison.Arm, _ run: Comparison.SeedRun, _ round: Int) -> String {
    "\(run.directory)/\(QueryRecord.stem(arm.scheme, run.seed, round)).png"
  }
}
