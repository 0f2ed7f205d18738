import Foundation
import Models
import Tensor
import TestSupport
import Testing

@Suite struct PixelLossAndMetricTests {
  private let pixels: [UInt8] = [0, 1, 255, 2, 255, 0, 1, 1, 2, 2, 0, 255]

  @Test func lossIsTheMeanOverCountedPixels() {
    var random = RandomSource(seed: 1)
    let logits = Tensor(normal: [2, 2, 3, 3], using: &random)
    var (sum, count) = (0.0, 0)
    for (place, pixel) in pixels.enumerated() where pixel != 255 {
      let row = logits.scalars[place * 3..<place * 3 + 3].map(Double.init)
      sum += log(row.reduce(0) { $0 + exp($1) }) - row[Int(pixel)]
      count += 1
    }
    #expect(mismatch([pixelCrossEntropy(logits: logits, pixels: pixels).scalar], [sum / Double(count)]) == nil)
  }

  @Test func lossHasItsGradient() {
    var random = RandomSource(seed: 2)
    let logits = Tensor(normal: [2, 2, 3, 3], using: &random)
    let all = pixels.map { $0 == 255 ? 0 : $0 }
    for pixels in [pixels, all] {
      #expect(gradientMismatch(of: { pixelCrossEntropy(logits: $0[0], pixels: pixels) }, at: [logits]) == nil)
    }
    #expect(pixelCrossEntropy(logits: logits, pixels: [UInt8](repeating: 255, count: 12)).scalar == 0)
  }

  @Test func ignoredPixelsHaveNoGradient() {
    var random = RandomSource(seed: 3)
    var logits = Variable(Tensor(normal: [2, 2, 3, 3], using: &random))
    let (_, gradient) = logits.valueAndGradient { pixelCrossEntropy(logits: $0.value, pixels: pixels) }
    for (place, pixel) in pixels.enumerated() {
      let row = gradient.tensors[0].scalars[place * 3..<place * 3 + 3]
      #expect(row.allSatisfy { $0 == 0 } == (pixel == 255))
    }
  }

  @Test func intersectionsAgreeWithSetsOfPixels() {
    withEvery("seed", in: 1...20) { seed in
      var random = RandomSource(seed: seed)
      // Class 4 never occurs; class 3 is never named.
      let truth = (0..<60).map { _ in [0, 1, 2, 3, 255][random.integer(below: 5)] as UInt8 }
      let named = (0..<60).map { _ in random.integer(below: 3) }
      var confusion = PixelConfusion(classCount: 5)
      confusion.add(predictions: Array(named[..<25]), pixels: Array(truth[..<25]))
      confusion.add(predictions: Array(named[25...]), pixels: Array(truth[25...]))
      let counted = truth.indices.filter { truth[$0] != 255 }
      let expected = (0..<5).map { k -> Double? in
        let there = Set(counted.filter { Int(truth[$0]) == k })
        let called = Set(counted.filter { named[$0] == k })
        let union = there.union(called).count
        return union == 0 ? nil : Double(there.intersection(called).count) / Double(union)
      }
      #expect(confusion.intersectionsOverUnions == expected)
      #expect(expected[4] == nil)
      let present = expected.compactMap { $0 }
      #expect(abs(confusion.meanIntersectionOverUnion - present.reduce(0, +) / Double(present.count)) < 1e-12)
      let right = counted.count { Int(truth[$0]) == named[$0] }
      #expect(confusion.accuracy == Double(right) / Double(counted.count))
    }
  }

  @Test func masksAreFoundByNumber() {
    let masks = SegmentationMasks(height: 1, width: 2, classCount: 3, bytes: [0, 1, 2, 255, 1, 1])
    #expect(masks.count == 3)
    #expect(masks.pixels(of: [2, 0]) == [1, 1, 0, 1])
  }
}
