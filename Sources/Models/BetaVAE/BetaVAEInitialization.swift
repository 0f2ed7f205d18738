import Tensor

extension Sequential {
  /// Draws the weights of dense layers, convolutions and transposed convolutions; other layers are left alone.
  mutating func drawWeights(_ initialization: BetaVAEConfiguration.Initialization, using random: inout RandomSource) {
    for index in layers.indices {
      if var layer = layers[index] as? TransposedConvolution2D {
        switch initialization {
        case .corrected:
          // Of [kernel, kernel, outputs, inputs], the last axis counts what goes into a pixel.
          layer.weight = Initializer.kaimingNormal(fan: .output).tensor(layer.weight.shape, using: &random)
        case .releasedCode:
          layer.drawDefaults(fanIn: Initializer.fans(of: layer.weight.shape).input, using: &random)
        }
        layers[index] = layer
      } else if var layer = layers[index] as? any WeightedLayer {
        layer.weight = Initializer.kaimingNormal().tensor(layer.weight.shape, using: &random)
        layers[index] = layer
      }
    }
  }
}

extension WeightedLayer {
  /// PyTorch's default for the weight and the bias: uniform in ±1/√`fanIn`.
  mutating func drawDefaults(fanIn: Int, using random: inout RandomSource) {
    let initializer = Initializer.layerDefault(fanIn: fanIn)
    weight = initializer.tensor(weight.shape, using: &random)
    bias = bias.map { initializer.tensor($0.shape, using: &random) }
  }
}
