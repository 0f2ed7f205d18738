public import Tensor

/// ARAL's conditional generator: latent codes `[N, z]` and classes `[N, K]` to images `[N, S, S, C]`.
///
/// Mottaghi and Yeung 2019, as released. With 28 pixels and width 500, or 32 pixels and width w:
///
/// | dense | output |   | convolutional | output |
/// | --- | --- | --- | --- | --- |
/// | dense, batch norm, softplus | 500 |   | dense, batch norm, ReLU | 4 × 4 × 4w |
/// | the same | 500 |   | 5×5 transposed convolution, stride 2, batch norm, ReLU | 8 × 8 × 2w |
/// | weight-normalised dense, sigmoid | 28 × 28 × 1 |   | the same | 16 × 16 × w |
/// | | |   | 5×5 weight-normalised transposed convolution, stride 2, tanh | 32 × 32 × 3 |
public struct ARALGenerator: Module {
  /// The sizes.
  public let configuration: ARALConfiguration
  /// The layers.
  public var network: Sequential

  /// A generator with PyTorch's default weights; from N(0, 0.1), or N(0, 0.05) for convolutions, where they are
  /// normalised.
  public init(_ configuration: ARALConfiguration, using random: inout RandomSource) {
    configuration.check()
    self.configuration = configuration
    let (inputs, w) = (configuration.latentSize + configuration.classes, configuration.autoencoderWidth)
    let (size, channels, side) = (configuration.imageSize, configuration.channels, configuration.imageSize / 8)
    switch configuration.architecture {
    case .dense:
      network = Sequential {
        Dense(inputs, w, bias: false)
        BatchNormalization(w)
        Softplus()
        Dense(w, w, bias: false)
        BatchNormalization(w)
        Softplus()
        WeightNormalized(Dense(w, configuration.imageScalars))
        Sigmoid()
        Reshape([size, size, channels])
      }
    case .convolutional:
      network = Sequential {
        Dense(inputs, side * side * 4 * w, bias: false)
        BatchNormalization(side * side * 4 * w)
        ReLU()
        Reshape([side, side, 4 * w])
        TransposedConvolution2D(4 * w, 2 * w, kernel: 5, stride: 2, padding: 2, outputPadding: 1, bias: false)
        BatchNormalization(2 * w)
        ReLU()
        TransposedConvolution2D(2 * w, w, kernel: 5, stride: 2, padding: 2, outputPadding: 1, bias: false)
        BatchNormalization(w)
        ReLU()
        WeightNormalized(TransposedConvolution2D(w, channels, kernel: 5, stride: 2, padding: 2, outputPadding: 1))
        Tanh()
      }
    }
    network.drawARALWeights(configuration.architecture, using: &random)
  }

  /// Visits the parameters, in order.
  public mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    network.visitParameters(with: &visitor)
  }

  /// Images, with running statistics.
  ///
  /// - Parameters:
  ///   - latents: `[N, z]`.
  ///   - classes: `[N, K]`, one-hot.
  public func callAsFunction(_ latents: Tensor, classes: Tensor) -> Tensor { network(joined(latents, classes)) }

  /// Images, with the batch's statistics.
  public mutating func forward(_ latents: Tensor, classes: Tensor, using random: inout RandomSource) -> Tensor {
    network.forward(joined(latents, classes), using: &random)
  }

  private func joined(_ latents: Tensor, _ classes: Tensor) -> Tensor {
    precondition(
      latents.rank == 2 && latents.shape[1] == configuration.latentSize
        && classes.shape == [latents.shape[0], configuration.classes],
      "this generator takes codes [N, \(configuration.latentSize)] and classes [N, \(configuration.classes)], not "
        + "\(latents.shape) and \(classes.shape)")
    return concatenate([latents, classes], alongAxis: 1)
  }
}

extension Sequential {
  /// PyTorch's defaults for plain layers; the released code's normal distributions for weight-normalised ones, whose
  /// lengths are then 1. Biases are zero.
  mutating func drawARALWeights(_ architecture: ARALConfiguration.Architecture, using random: inout RandomSource) {
    let normal = Initializer.normal(standardDeviation: architecture == .dense ? 0.1 : 0.05)
    for index in layers.indices {
      layers[index].initialize(layers[index] is any WeightedLayer ? .default : normal, using: &random)
    }
  }
}
