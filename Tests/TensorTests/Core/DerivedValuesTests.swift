import Tensor
import TestSupport
import Testing

/// When the transform of a weight is kept. A process of its own: how much is held is that of the process.
@Suite("Values derived from a weight")
struct DerivedValuesTests {
  @Test("They are kept where more than one request is to be expected, and never beyond a change of the weight")
  func requests() async {
    await #expect(processExitsWith: .success) {
      var random = RandomSource(seed: 3)
      let images = Tensor(normal: [8, 16, 16, 64], using: &random)
      var weight = Tensor(normal: [3, 3, 64, 64], using: &random)
      let transform = 36 * 64 * 64 * MemoryLayout<Float>.stride
      let bare = MemoryStatistics.current.liveBytes
      func isKept(after requests: Int) -> Bool {
        for _ in 0..<requests { _ = convolution2D(images, weight, padding: 1) }
        return MemoryStatistics.current.liveBytes - bare >= transform
      }
      func change() {
        weight.withUnsafeMutableScalars { $0[0] += 1 }
        #expect(MemoryStatistics.current.liveBytes - bare < transform / 2)
      }
      #expect(isKept(after: 1), "nothing is known yet, and the transform is small")
      change()
      #expect(!isKept(after: 1), "one request was all there was before")
      #expect(isKept(after: 1), "the second request")
      change()
      #expect(isKept(after: 1), "there were two requests before")
      change()
      #expect(!isKept(after: 1))
      change()
      // What is computed is that of the weight as it is now, whatever was kept.
      var other = Tensor(uninitialized: weight.shape)
      other.withUnsafeMutableScalars { target in
        weight.withUnsafeScalars { _ = target.update(fromContentsOf: $0) }
      }
      #expect(
        bitMismatch(convolution2D(images, weight, padding: 1), convolution2D(images, other, padding: 1)) == nil)
    }
  }
}
