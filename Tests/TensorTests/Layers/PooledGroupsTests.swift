import Tensor
import TestSupport
import Testing

/// Convolutions up to a pool, some images at a time.
@Suite("Inference in groups of images")
struct PooledGroupsTests {
  private static func network(using random: inout RandomSource) -> Sequential {
    var network = Sequential {
      Convolution2D(3, 32, kernel: 3, padding: 1, bias: false)
      BatchNormalization(32)
      ReLU()
      Convolution2D(32, 32, kernel: 3, padding: 1)
      LeakyReLU(0.1)
      MaxPool2D(2)
      Convolution2D(32, 48, kernel: 3, padding: 1)
      ReLU()
      MaxPool2D(3, stride: 2, padding: 1)
      GlobalAveragePool2D()
    }
    network.initialize(.kaimingNormal(), using: &random)
    for _ in 0..<3 { _ = network.forward(Tensor(normal: [8, 32, 32, 3], using: &random), using: &random) }
    return network
  }

  @Test("The result is that of each image alone, and of the layers one by one", arguments: [128, 131])
  func agrees(count: Int) {
    var random = RandomSource(seed: 7)
    let network = Self.network(using: &random)
    let images = Tensor(normal: [count, 32, 32, 3], using: &random)
    let grouped = network(images)
    let separate = network.unfused(images)
    #expect(mismatch(grouped, separate.scalars.map(Double.init), shape: separate.shape, tolerance: 1e-5) == nil)
    for index in [0, 31, 32, count - 1] {
      let alone = network(images.rows(index..<index + 1))
      #expect(relativeError(alone, grouped.rows(index..<index + 1)) < 1e-5)
    }
  }

  @Test("A gradient with respect to the images is not lost")
  func gradients() {
    var random = RandomSource(seed: 8)
    let network = Self.network(using: &random)
    var images = Variable(Tensor(normal: [128, 32, 32, 3], using: &random))
    let (_, gradient) = images.valueAndGradient { network($0.value).squared().mean() }
    #expect(gradient.unused.isEmpty)
    #expect(gradient.tensors[0].absoluteValue().sum().scalar > 0)
  }

  @Test("No activation of all images exists in full resolution")
  func memory() async {
    await #expect(processExitsWith: .success) {
      var random = RandomSource(seed: 9)
      let network = PooledGroupsTests.network(using: &random)
      let images = Tensor(normal: [512, 32, 32, 3], using: &random)
      let full = 512 * 32 * 32 * 32 * MemoryLayout<Float>.stride
      let before = MemoryStatistics.current.liveBytes
      MemoryStatistics.resetPeak()
      let result = network(images)
      #expect(result.shape == [512, 48])
      // What the first pool leaves, a quarter, and a few groups of 4 MB; 2 · full without groups.
      #expect(MemoryStatistics.current.peakBytes - before < full * 3 / 4)
    }
  }
}
