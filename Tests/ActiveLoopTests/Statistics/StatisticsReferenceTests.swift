import ActiveLoop
import Foundation
import Tensor
import TestSupport
import Testing

/// What scripts/fixtures/generate_statistics.py computed with SciPy.
private struct StatisticsReference: Decodable {
  struct Test: Decodable {
    var statistic: Double
    var pValue: Double
  }
  struct Paired: Decodable {
    var differences: [Double]
    var t: Test?
    var wilcoxon: Test
  }
  struct Tail: Decodable {
    var nu: Int
    var t: Double
    var pValue: Double
  }
  struct Correction: Decodable {
    var pValues: [Double]
    var adjusted: [Double]
  }
  struct Interval: Decodable {
    var method: String
    var confidence: Double
    var low: Double
    var high: Double
  }
  struct Bootstrap: Decodable {
    var values: [Double]
    var means: [Double]
    var intervals: [Interval]
  }
  struct Student: Decodable {
    var values: [Double]
    var low: Double
    var high: Double
  }
  struct Area: Decodable {
    var labelled: [Int]
    var values: [Double]
    var area: Double
    var range: [Double]
    var partialArea: Double
    var target: Double
    var labelsToTarget: Double
  }
  struct Normal: Decodable {
    var probability: Double
    var quantile: Double
  }

  var paired: [Paired]
  var tails: [Tail]
  var corrections: [Correction]
  var bootstrap: [Bootstrap]
  var students: [Student]
  var areas: [Area]
  var normal: [Normal]

  static func load() throws -> StatisticsReference {
    let data = try Data(contentsOf: URL(fileURLWithPath: fixturePath("Statistics/statistics.json")))
    return try JSONDecoder().decode(StatisticsReference.self, from: data)
  }
}

/// To 1e-9, relative above 1.
private func close(_ found: Double, _ expected: Double) -> Bool {
  abs(found - expected) <= 1e-9 * max(1, abs(expected))
}

@Suite("Statistics against SciPy")
struct StatisticsReferenceTests {
  @Test("paired t-test")
  func pairedTTest() throws {
    for reference in try StatisticsReference.load().paired {
      let test = PairedTTest(differences: reference.differences)
      guard let expected = reference.t else {
        #expect(test == nil)
        continue
      }
      let found = try #require(test)
      #expect(close(found.statistic, expected.statistic) && close(found.pValue, expected.pValue))
      #expect(found.degreesOfFreedom == reference.differences.count - 1)
    }
  }

  @Test("tails of Student's t keep their relative precision")
  func tails() throws {
    for reference in try StatisticsReference.load().tails {
      let found = StudentT(degreesOfFreedom: reference.nu).twoSidedTail(of: -reference.t)
      #expect(abs(found - reference.pValue) <= 1e-11 * reference.pValue, "ν = \(reference.nu), t = \(reference.t)")
    }
  }

  @Test("signed-rank test, exact and approximate, with zeros and equal sizes")
  func signedRank() throws {
    var methods: Set<WilcoxonSignedRank.Method> = []
    for reference in try StatisticsReference.load().paired {
      let found = try #require(WilcoxonSignedRank(differences: reference.differences))
      #expect(close(found.statistic, reference.wilcoxon.statistic))
      #expect(close(found.pValue, reference.wilcoxon.pValue), "\(reference.differences)")
      methods.insert(found.method)
    }
    #expect(methods == [.exact, .normalApproximation])
  }

  @Test("Holm's correction is the closure of Bonferroni's")
  func holm() throws {
    for reference in try StatisticsReference.load().corrections {
      let found = holmAdjusted(reference.pValues)
      #expect(found.count == reference.adjusted.count && zip(found, reference.adjusted).allSatisfy(close))
    }
    #expect(holmAdjusted([]) == [])
  }

  @Test("bootstrap intervals of given resamples")
  func bootstrap() throws {
    for reference in try StatisticsReference.load().bootstrap {
      let bootstrap = try #require(BootstrapInterval(of: reference.values, resampledMeans: reference.means))
      for expected in reference.intervals {
        let method = try #require(BootstrapInterval.Method(rawValue: expected.method))
        let found = bootstrap.interval(confidence: expected.confidence, method: method)
        #expect(close(found.lowerBound, expected.low) && close(found.upperBound, expected.high), "\(expected)")
      }
    }
  }

  @Test("Student's intervals")
  func students() throws {
    for reference in try StatisticsReference.load().students {
      let found = try #require(IntervalMethod.t.interval(of: reference.values))
      #expect(close(found.lowerBound, reference.low) && close(found.upperBound, reference.high))
    }
  }

  @Test("areas under curves, and labels to reach a figure")
  func areas() throws {
    for reference in try StatisticsReference.load().areas {
      let records = zip(reference.labelled, reference.values).enumerated().map { round, point in
        RoundRecord(
          scheme: "a", seed: 1, round: round, labelled: point.0, attempted: point.0, discarded: 0, classCounts: [],
          metrics: ["accuracy": point.1])
      }
      let run = try #require(LearningCurve(of: records, scheme: "a").runs.first)
      #expect(close(try #require(run.area), reference.area))
      let part = try #require(run.area(over: reference.range[0]...reference.range[1]))
      #expect(close(part, reference.partialArea))
      #expect(close(try #require(run.labels(toReach: reference.target)), reference.labelsToTarget))
    }
  }

  @Test("quantiles of the normal distribution")
  func normal() throws {
    for reference in try StatisticsReference.load().normal {
      #expect(close(StandardNormal.quantile(reference.probability), reference.quantile))
    }
    #expect(StandardNormal.quantile(0) == -.infinity && StandardNormal.quantile(1) == .infinity)
  }
}

@Suite("Bootstrap, ranks and censoring")
struct ResamplingTests {
  @Test("resampling is repeated by its seed, and its means are spread as theory says")
  func resampling() throws {
    let values = [0.70, 0.72, 0.75, 0.77, 0.78, 0.81]
    var (first, again, other) = (RandomSource(seed: 3), RandomSource(seed: 3), RandomSource(seed: 4))
    let a = try #require(BootstrapInterval(of: values, using: &first))
    #expect(a == BootstrapInterval(of: values, using: &again))
    #expect(a != BootstrapInterval(of: values, using: &other))
    let (means, sample) = (try #require(Summary(a.resampledMeans)), try #require(Summary(values)))
    // The standard deviation of a resampled mean is √((n − 1)/n) standard errors; five of its own errors around each.
    let expected = sample.standardError * (5.0 / 6).squareRoot()
    #expect(abs(means.mean - sample.mean) < 5 * means.standardError)
    #expect(abs(means.standardDeviation / expected - 1) < 5 / (2.0 * 9998).squareRoot())
    let interval = a.interval()
    #expect(interval.lowerBound < sample.mean && sample.mean < interval.upperBound)
  }

  @Test("few or equal values")
  func degenerate() throws {
    var random = RandomSource(seed: 1)
    #expect(BootstrapInterval(of: [1], using: &random) == nil)
    #expect(IntervalMethod.bootstrap.interval(of: [0.5]) == nil)
    #expect(IntervalMethod.bootstrap.interval(of: [0.5, 0.5, 0.5]) == 0.5...0.5)
    #expect(PairedTTest(differences: [0.1]) == nil && WilcoxonSignedRank(differences: []) == nil)
    #expect(try #require(PairedTTest(differences: [0.5, 0.5])).pValue == 0)
    let zeros = try #require(WilcoxonSignedRank(differences: [Double](repeating: 0, count: 20)))
    #expect(zeros.pValue == 1 && zeros.count == 0)
  }

  @Test("no five pairs are significant at 0.05 by ranks", arguments: 1...12)
  func smallestPValue(count: Int) throws {
    let test = try #require(WilcoxonSignedRank(differences: (1...count).map(Double.init)))
    #expect(test.pValue == WilcoxonSignedRank.smallestPValue(count: count))
    #expect((test.pValue < 0.05) == (count > 5))
  }

  private func run(_ values: [(Int, Double)]) throws -> LearningCurve.Run {
    let records = values.enumerated().map { round, value in
      RoundRecord(
        scheme: "a", seed: 1, round: round, labelled: value.0, attempted: value.0, discarded: 0, classCounts: [],
        metrics: ["accuracy": value.1])
    }
    return try #require(LearningCurve(of: records, scheme: "a").runs.first)
  }

  @Test("labels needed, by both rules, from the first crossing")
  func crossing() throws {
    let run = try run([(50, 0.6), (60, 0.8), (70, 0.7), (80, 0.9)])
    #expect(run.labels(toReach: 0.7, by: .firstRound) == 60)
    #expect(abs(try #require(run.labels(toReach: 0.7)) - 55) < 1e-12)
    #expect(run.labels(toReach: 0.5) == 50)
    #expect(run.labels(toReach: 0.95) == nil)
    #expect(run.value(at: 49) == nil && run.value(at: 81) == nil && run.value(at: 70) == 0.7)
    #expect(run.area(over: 40...60) == nil)
    #expect(abs(try #require(run.area(over: 55...55)) - 0.7) < 1e-12)
  }

  @Test("a seed that never gets there lies beyond all others")
  func censoring() {
    #expect(LabelsToReach([100, nil, 80]).median == 100)
    #expect(LabelsToReach([100, nil, 80, nil]).median == nil)
    #expect(LabelsToReach([100, 90, 80, nil]).median == 95)
    #expect(LabelsToReach([nil]).median == nil && LabelsToReach([]).median == nil)
    #expect(LabelsToReach([100, nil, 80]).reached == [80, 100])
  }
}
