import ActiveLoop
import Tensor
import Testing

@Suite("Distances between gradients that are never formed")
struct GradientDistanceTests {
  private func outputs(_ count: Int, classes: Int, features: Int) -> (outputs: Tensor, gradients: [[Double]]) {
    var random = RandomSource(seed: 1)
    let probabilities = softmax(Tensor(normal: [count, classes], standardDeviation: 2, using: &random))
    let h = Tensor(normal: [count, features], using: &random)
    let gradients = zip(doubleRows(probabilities), doubleRows(h)).map { p, h in
      let likeliest = p.firstIndex(of: p.max() ?? 0)
      return p.indices.flatMap { k in h.map { (p[k] - (k == likeliest ? 1 : 0)) * $0 } }
    }
    return (concatenate([probabilities, h], alongAxis: 1), gradients)
  }

  @Test("as between the outer products, written out", arguments: [(2, 1), (3, 5), (10, 32), (17, 70)])
  func reference(classes: Int, features: Int) {
    let (outputs, gradients) = outputs(60, classes: classes, features: features)
    let distances = GradientDistances(outputs, classes: classes)
    #expect(distances.count == 60)
    var found = [Float](repeating: -1, count: 60)
    for row in [0, 7, 59] {
      distances.distances(toRow: row, into: &found)
      let zero = [Double](repeating: 0, count: classes * features)
      for other in 0..<60 {
        let expected = naiveSquaredDistance(gradients[row], gradients[other])
        let size = naiveSquaredDistance(gradients[row], zero) + naiveSquaredDistance(gradients[other], zero)
        #expect(abs(Double(found[other]) - expected) <= 2e-6 * size)
        #expect(found[other] >= 0)
      }
      let length = naiveSquaredDistance(gradients[row], zero)
      #expect(abs(Double(distances.squaredNorms[row]) - length) <= 1e-5 * length)
      #expect(found[row] == 0)
    }
  }

  @Test("copies are at no distance; what is not finite is no point")
  func degenerate() {
    let row: [Float] = [0.2, 0.5, 0.3, 1.7, -0.4]
    let outputs = Tensor(row + row + [0.2, 0.5, 0.3, .nan, 1], shape: [3, 5])
    let distances = GradientDistances(outputs, classes: 3)
    var found = [Float](repeating: -1, count: 3)
    distances.distances(toRow: 0, into: &found)
    #expect(found[1] == 0)
    let arePoints = (0..<3).map { distances.isPoint($0) }
    #expect(arePoints == [true, true, false])
  }
}
