import ActiveLoop
import Datasets
import Foundation
import Tensor
import Testing

@testable import LadleCommand

@Suite struct PoolQueryRecordTests {
  /// Two strategies, a pool of 90 drawn from 6000 digits, 12 initial labels and two rounds of 5.
  private func run(_ path: String) async throws {
    var settings = PoolSettings(.digits)
    (settings.learner, settings.strategies, settings.seeds) = (.mlp, ["random", "margin"], [4])
    (settings.poolSize, settings.testSize) = (90, 30)
    (settings.experiment.initial.count, settings.experiment.batch, settings.experiment.budget) = (12, 5, 22)
    (settings.network.hidden, settings.training.steps) = (8, 5)
    try await PoolRun(
      settings: settings, path: path, dataDirectories: [], progress: ProgressReporter(output: .silent)
    ).run()
  }

  /// Every file below `directory`, by its path from there.
  private func files(_ directory: String) throws -> [String: Data] {
    var found: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: directory) {
      if let data = FileManager.default.contents(atPath: "\(directory)/\(name)"), name.contains(".") {
        found[name] = data
      }
    }
    return found
  }

  @Test func everyRoundSaysWhatWasAsked() async throws {
    let place = try TemporaryDirectory()
    let path = place.path + "/run"
    try await run(path)
    let written = try files(path + "/queries")
    #expect(written.count == 2 * 3 * 4)

    let whole = try PoolDataset.digits.load(directories: []).pool
    var asked: [Int] = []
    for (round, count) in [12, 5, 5].enumerated() {
      let stem = "\(path)/queries/margin/seed-4/round-0\(round)"
      let pool = try NPY.read(stem + ".npy").integers()
      let rows = try NPY.read(stem + "-dataset.npy").integers()
      #expect(pool.count == count && rows.count == count && pool.allSatisfy((0..<90).contains))
      // The pool keeps the order of the data set.
      #expect(zip(pool, rows).sorted { $0.0 < $1.0 }.map(\.1) == rows.sorted())
      asked += pool
      // The oracle of this run tells the truth, so the answers prove that the rows are those of the samples.
      let record = try JSONDecoder().decode(
        PoolQueryRecord.self, from: try #require(written["margin/seed-4/round-0\(round).json"]))
      #expect(record.round == round && record.pictured == count)
      #expect(record.answers == rows.map { whole.classNames[whole.labels[$0]] })
      let sheet = PoolQueryRecord.sheet(of: Array(0..<count), in: whole.images(at: rows))
      #expect(written["margin/seed-4/round-0\(round).png"] == Data(sheet.png))
    }
    #expect(Set(asked).count == 22)
    for suffix in [".npy", "-dataset.npy", ".png"] {
      // One seed starts every strategy from the same labels.
      #expect(written["random/seed-4/round-00" + suffix] == written["margin/seed-4/round-00" + suffix])
    }
  }

  @Test func aRoundDoneAgainWritesTheSameBytes() async throws {
    let place = try TemporaryDirectory()
    let path = place.path + "/run"
    try await run(path)
    let before = try files(path + "/queries")
    try FileManager.default.removeItem(atPath: path + "/state")
    try FileManager.default.removeItem(atPath: path + "/queries")
    try await run(path)
    #expect(try files(path + "/queries") == before)
  }

  @Test func sheetsStaySmall() {
    var random = RandomSource(seed: 1)
    let photographs = Tensor(uniform: [100, 32, 32, 3], using: &random)
    let sheet = PoolQueryRecord.sheet(of: Array((0..<100).prefix(PoolQueryRecord.mostPictures)), in: photographs)
    #expect(sheet.width == 331 && sheet.height == 133 && sheet.channels == 3)
    #expect(PoolQueryRecord.sheet(of: [3], in: Tensor.zeros([5, 8, 8, 1])).width == 34)
    #expect(PoolQueryRecord.sheet(of: [], in: Tensor.zeros([5, 28, 28, 1])).height > 0)
  }
}
