import ActiveLoop
import Foundation
import Tensor
import TestSupport
import Testing

/// One set of samples, and what scikit-learn made of it.
private struct ReferenceCase: Decodable {
  var name: String
  var features: Int
  var x: [Float]
  var starts: [Float]
  var labels: [Int]
  var inertia: Double
  var centres: [Float]
  var bestInertia: Double

  static func all() throws -> [ReferenceCase] {
    let data = try Data(contentsOf: URL(fileURLWithPath: fixturePath("Clustering/kmeans.json")))
    return try JSONDecoder().decode([ReferenceCase].self, from: data)
  }

  var samples: Tensor { Tensor(x, shape: [x.count / features, features]) }
  var firstCentres: Tensor { Tensor(starts, shape: [starts.count / features, features]) }
}

@Suite("k-means")
struct KMeansTests {
  @Test("the groups that scikit-learn finds from the same starts")
  func reference() throws {
    for reference in try ReferenceCase.all() {
      let found = kMeans(from: reference.firstCentres, features: reference.samples, iterationLimit: 300)
      #expect(found.assignments == reference.labels, "\(reference.name)")
      // Single precision: features of size 500 are exact to 3e-5.
      #expect(abs(found.inertia - reference.inertia) <= 1e-4 * reference.inertia, "\(reference.name)")
      let size = reference.centres.map(abs).max() ?? 0
      let errors = zip(found.centres.scalars, reference.centres).map { abs($0 - $1) }
      #expect((errors.max() ?? 0) <= 1e-5 * size, "\(reference.name)")
    }
  }

  @Test("the best of a few drawn starts is the best of scikit-learn's fifty")
  func drawnStarts() throws {
    for reference in try ReferenceCase.all() {
      let groups = reference.firstCentres.shape[0]
      let inertias = (0..<20).map { seed in
        var random = RandomSource(seed: seed)
        return kMeans(groups, features: reference.samples, iterationLimit: 300, using: &random).inertia
      }
      let best = inertias.min() ?? .infinity
      #expect(best <= 1.02 * reference.bestInertia, "\(reference.name)")
      #expect(best >= 0.999 * reference.bestInertia, "\(reference.name)")
    }
  }

  @Test("every sample is in the group of its nearest centre, every centre the mean of its samples")
  func fixedPoint() {
    var random = RandomSource(seed: 4)
    // More rows than a block of products has, more groups than its columns.
    let features = Tensor(normal: [1400, 3], using: &random)
    let found = kMeans(600, features: features, iterationLimit: 300, tolerance: 0, using: &random)
    let (rows, centres) = (doubleRows(features), doubleRows(found.centres))
    for (row, sample) in rows.enumerated() {
      let distances = centres.map { naiveSquaredDistance(sample, $0) }
      let nearest = distances.min() ?? 0
      #expect(abs(distances[found.assignments[row]] - nearest) < 1e-5)
      #expect(abs(Double(found.squaredDistances[row]) - nearest) < 1e-5)
    }
    for (group, members) in found.members.enumerated() {
      #expect(!members.isEmpty)
      for k in 0..<3 {
        let mean = members.reduce(0) { $0 + rows[$1][k] } / Double(members.count)
        #expect(abs(mean - centres[group][k]) < 1e-5)
      }
    }
  }

  @Test("a group without samples gets the farthest one")
  func emptyGroups() {
    let samples = Tensor([0, 0.1, 0.2, 5, 5.1, 20], shape: [6, 1])
    let found = kMeans(from: Tensor([0.1, 5, 900], shape: [3, 1]), features: samples)
    #expect(found.assignments == [0, 0, 0, 1, 1, 2])
  }

  @Test("fewer distinct samples than groups: groups stay empty, nothing is spoiled")
  func copies() {
    var random = RandomSource(seed: 5)
    let samples = Tensor((0..<12).map { Float($0 % 3) }, shape: [12, 1])
    let found = kMeans(5, features: samples, using: &random)
    #expect(found.inertia == 0)
    let isFinite = found.centres.scalars.allSatisfy(\.isFinite)
    #expect(isFinite)
    let groups = found.members.filter { !$0.isEmpty }
    #expect(groups.count == 3)
    #expect(kMeans(9, features: .zeros([1, 4]), using: &random).assignments == [0])
  }

  @Test("the same bits with one thread and with several")
  func threads() {
    var random = RandomSource(seed: 6)
    let features = Tensor(normal: [3000, 7], using: &random)
    let before = ThreadPool.threadCount
    defer { ThreadPool.threadCount = before }
    let results = [1, 2, 3].map { threads in
      ThreadPool.threadCount = threads
      var random = RandomSource(seed: 7)
      return kMeans(40, features: features, using: &random)
    }
    for result in results.dropFirst() {
      #expect(result.assignments == results[0].assignments)
      #expect(result.centres.scalars == results[0].centres.scalars)
    }
  }
}

@Suite("Mean distances to neighbours")
struct NearestNeighbourTests {
  @Test("as counted in double", arguments: [1, 3, 20, 900])
  func reference(count: Int) {
    var random = RandomSource(seed: 8)
    // Far from the origin, where products of features that are not centred would drown the distances.
    let features = Tensor(normal: [700, 4], mean: 100, using: &random)
    let rows = doubleRows(features)
    let found = meanNeighbourDistances(count, in: features)
    for row in stride(from: 0, to: 700, by: 13) {
      let distances = rows.indices.filter { $0 != row }.map { naiveSquaredDistance(rows[row], rows[$0]).squareRoot() }
      let nearest = distances.sorted().prefix(count)
      let mean = nearest.reduce(0, +) / Double(nearest.count)
      #expect(abs(Double(found[row]) - mean) <= 1e-5 * (1 + mean))
    }
  }

  @Test("copies are at no distance, a sample alone neither")
  func degenerate() {
    #expect(meanNeighbourDistances(2, in: Tensor(repeating: 3.7, shape: [5, 3])) == [0, 0, 0, 0, 0])
    #expect(meanNeighbourDistances(2, in: Tensor([1, 2], shape: [1, 2])) == [0])
  }
}
