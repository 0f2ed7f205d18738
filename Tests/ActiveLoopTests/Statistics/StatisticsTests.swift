import ActiveLoop
import Testing

@Suite("Statistics")
struct StatisticsTests {
  /// scipy.stats.t.ppf(p, ν), SciPy 1.17.1.
  @Test(
    "quantiles of Student's t",
    arguments: [
      (1, 0.975, 12.706204736174694), (2, 0.975, 4.302652729749462), (3, 0.95, 2.3533634348018233),
      (4, 0.975, 2.7764451051977934), (5, 0.025, -2.5705818356363155), (9, 0.975, 2.262157162798205),
      (9, 0.995, 3.249835541592126), (10, 0.9, 1.372183641110336), (29, 0.975, 2.045229642132703),
      (30, 0.5, 0.0), (99, 0.975, 1.9842169515864174), (1000, 0.975, 1.9623390808264083),
    ])
  func quantiles(degreesOfFreedom: Int, probability: Double, expected: Double) {
    let distribution = StudentT(degreesOfFreedom: degreesOfFreedom)
    let quantile = distribution.quantile(probability)
    #expect(abs(quantile - expected) < 1e-10 * max(1, abs(expected)))
    #expect(abs(distribution.cumulativeProbability(at: quantile) - probability) < 1e-14)
  }

  @Test("mean, deviation, standard error and interval")
  func summary() throws {
    let summary = try #require(Summary([2.0, 4, 4, 4, 5, 5, 7, 9]))
    #expect(summary.mean == 5)
    #expect(abs(summary.standardDeviation - 2.138089935299395) < 1e-14)
    #expect(abs(summary.standardError - 0.7559289460184544) < 1e-14)
    // scipy.stats.t.interval(0.95, 7, 5, sem)
    let interval = try #require(summary.interval())
    #expect(abs(interval.lowerBound - 3.2125112) < 1e-6)
    #expect(abs(interval.upperBound - 6.7874888) < 1e-6)
  }

  @Test("nothing to summarise, and one number, which has no interval")
  func fewNumbers() throws {
    #expect(Summary([]) == nil)
    let one = try #require(Summary([0.5]))
    #expect(one.mean == 0.5)
    #expect(one.interval() == nil)
  }

  private func record(_ scheme: String, seed: Int, round: Int, labelled: Int, _ accuracy: Double?) -> RoundRecord {
    RoundRecord(
      scheme: scheme, seed: seed, round: round, labelled: labelled, attempted: labelled, discarded: 0,
      classCounts: [labelled, 0], metrics: accuracy.map { ["accuracy": $0] } ?? [:])
  }

  private var records: [RoundRecord] {
    [
      record("gaal", seed: 2, round: 1, labelled: 60, 0.9), record("gaal", seed: 2, round: 0, labelled: 50, 0.6),
      record("gaal", seed: 1, round: 0, labelled: 50, 0.5), record("gaal", seed: 1, round: 1, labelled: 60, 0.7),
      record("gaal", seed: 1, round: 2, labelled: 80, 0.8), record("random", seed: 1, round: 0, labelled: 50, 0.5),
      record("random", seed: 1, round: 1, labelled: 60, 0.6), record("random", seed: 2, round: 0, labelled: 50, 0.6),
      record("random", seed: 2, round: 1, labelled: 60, 0.6), record("random", seed: 3, round: 0, labelled: 50, nil),
    ]
  }

  @Test("a curve has a point at each number of labels, over the seeds that have it")
  func curve() throws {
    let curve = LearningCurve(of: records, scheme: "gaal")
    #expect(curve.runs.map(\.seed) == [1, 2])
    let points = curve.points
    #expect(points.map(\.labelled) == [50, 60, 80])
    #expect(points.map(\.summary.count) == [2, 2, 1])
    #expect(abs(points[1].summary.mean - 0.8) < 1e-12)
    #expect(abs(points[1].summary.standardDeviation - 0.02.squareRoot()) < 1e-12)
  }

  @Test("of two rounds with as many labels the later counts")
  func repeatedCount() {
    let rounds = [
      record("gaal", seed: 1, round: 1, labelled: 50, 0.9), record("gaal", seed: 1, round: 0, labelled: 50, 0.5),
    ]
    #expect(LearningCurve(of: rounds, scheme: "gaal").points.map(\.summary.mean) == [0.9])
  }

  @Test("the area is the mean figure over the budget")
  func area() {
    let areas = LearningCurve(of: records, scheme: "gaal").areas
    // Seed 1: 10 labels at 0.6 on average, then 20 at 0.75.
    #expect(areas.map(\.seed) == [1, 2])
    #expect(abs(areas[0].area - 0.7) < 1e-12)
    #expect(abs(areas[1].area - 0.75) < 1e-12)
  }

  @Test("labels needed to reach a figure")
  func labelsNeeded() {
    let needed = LearningCurve(of: records, scheme: "gaal").labelsNeeded(toReach: 0.75)
    #expect(needed.map(\.labelled) == [80, 60])
    let never = LearningCurve(of: records, scheme: "gaal").labelsNeeded(toReach: 0.95)
    #expect(never.map(\.labelled) == [nil, nil])
  }

  @Test("differences are taken seed by seed, where both have a record")
  func pairedDifference() throws {
    let difference = PairedDifference(
      of: LearningCurve(of: records, scheme: "gaal"), minus: LearningCurve(of: records, scheme: "random"))
    #expect(difference.points.map(\.labelled) == [50, 60])
    #expect(difference.points[0].summary.mean == 0)
    #expect(abs(difference.points[1].summary.mean - 0.2) < 1e-12)
    #expect(difference.points[1].summary.count == 2)
    #expect((difference.wins, difference.losses, difference.ties) == (2, 0, 0))
    // Areas: (0.7 − 0.55 + 0.75 − 0.6) / 2.
    #expect(abs(try #require(difference.area).mean - 0.15) < 1e-12)
  }
}
