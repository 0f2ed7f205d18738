import Models
import Tensor
import TestSupport
import Testing

@Suite struct DilatedResidualNetworkTests {
  @Test(arguments: [(32, 32, 1), (48, 32, 3)]) func shapesAreThoseOfTheTable(height: Int, width: Int, channels: Int) {
    var random = RandomSource(seed: 1)
    let network = DilatedResidualNetwork(.init(channels: channels, classes: 5, width: 8), using: &random)
    let images = Tensor(uniform: [2, height, width, channels], using: &random)
    var x = images
    var shapes: [Shape] = []
    for layer in network.body.layers {
      x = layer(x)
      if shapes.last != x.shape { shapes.append(x.shape) }
    }
    #expect(
      shapes == [
        [2, height, width, 8], [2, height / 2, width / 2, 8], [2, height / 4, width / 4, 16],
        [2, height / 4, width / 4, 32],
      ])
    #expect(network(images).shape == [2, height, width, 5])
    #expect(network.features(images).shape == [2, 32])
    #expect(network.classes == 5)
  }

  /// One pixel reaches beyond what the same kernels without dilation would see: 13 pixels of the small map to each side
  /// instead of 6.
  @Test func dilationWidensTheField() {
    var random = RandomSource(seed: 2)
    let block = { (dilation: Int) -> DilatedResidualBlock in
      var block = DilatedResidualBlock(1, 1, dilation: dilation)
      block.initialize(.kaimingNormal(), using: &random)
      return block
    }
    for dilation in [1, 2, 4] {
      var block = block(dilation)
      for place in block.branch.layers.indices {
        guard var layer = block.branch.layers[place] as? Convolution2D else { continue }
        layer.weight = Tensor(repeating: 1, shape: layer.weight.shape)
        block.branch.layers[place] = layer
      }
      let dark = Tensor.zeros([1, 33, 33, 1])
      var scalars = dark.scalars
      scalars[16 * 33 + 16] = 1
      let spot = block(Tensor(scalars, shape: [1, 33, 33, 1])) - block(dark)
      let rows = (0..<33).filter { row in (0..<33).contains { spot.scalars[row * 33 + $0] != 0 } }
      #expect(rows.first == 16 - 2 * dilation && rows.last == 16 + 2 * dilation)
    }
  }

  @Test func obeysTheLaws() {
    var random = RandomSource(seed: 3)
    let network = DilatedResidualNetwork(.init(channels: 1, classes: 3, width: 4), using: &random)
    let images = Tensor(normal: [4, 16, 16, 1], using: &random)
    let pixels = (0..<4 * 256).map { UInt8($0 % 3) }
    #expect(
      moduleLawViolation(of: network) {
        pixelCrossEntropy(logits: $0.forward(images, using: &random), pixels: pixels)
      } == nil)
  }
}
