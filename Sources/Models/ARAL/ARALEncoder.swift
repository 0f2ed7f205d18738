public import Tensor

/// ARAL's conditional encoder: images `[N, S, S, C]` and classes `[N, K]` to distributions of latent codes.
///
/// Mottaghi and Yeung 2019, as released. With 28 pixels and width 500, or 32 pixels and width w:
///
/// | dense | output |   | convolutional | output |
/// | --- | --- | --- | --- | --- |
/// | image and one-hot class | 784 + K |   | image and a plane that holds class / K | 32 × 32 × 4 |
/// | dense, batch norm, softplus | 500 |   | 5×5 convolution, stride 2, batch norm, ReLU | 16 × 16 × w |
/// | the same | 500 |   | the same | 8 × 8 × 2w |
/// | weight-normalised dense: μ and log σ² | 2z |   | the same | 4 × 4 × 4w |
/// | | |   | weight-normalised dense: μ and log σ² | 2z |
public struct ARALEncoder: Module {
  /// The sizes.
  public let configuration: ARALConfiguration
  /// The layers.
  public var network: Sequential

  /// An encoder with weights as ``ARALGenerator``'s.
  public init(_ configuration: ARALConfiguration, using random: inout RandomSource) {
    configuration.check()
    self.configuration = configuration
    let (w, side, codes) = (configuration.autoencoderWidth, configuration.imageSize / 8, 2 * configuration.latentSize)
    switch configuration.architecture {
    case .dense:
      network = Sequential {
        Dense(configuration.imageScalars + configuration.classes, w, bias: false)
        BatchNormalization(w)
        Softplus()
        Dense(w, w, bias: false)
        BatchNormalization(w)
        Softplus()
        WeightNormalized(Dense(w, codes))
      }
    case .convolutional:
      network = Sequential {
        for (inputs, outputs) in [(configuration.channels + 1, w), (w, 2 * w), (2 * w, 4 * w)] {
          Convolution2D(inputs, outputs, kernel: 5, stride: 2, padding: 2, bias: false)
          BatchNormalization(outputs)
          ReLU()
        }
        Flatten()
        WeightNormalized(Dense(side * side * 4 * w, codes))
      }
    }
    network.drawARALWeights(configuration.architecture, using: &random)
  }

  /// Visits the parameters, in order.
  public mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    network.visitParameters(with: &visitor)
  }

  /// Posteriors, with running statistics.
  ///
  /// - Parameters:
  ///   - images: `[N, S, S, C]`.
  ///   - classes: `[N, K]`, one-hot. Of the convolutional encoder, only the place of the largest counts.
  public func callAsFunction(_ images: Tensor, classes: Tensor) -> GaussianPosterior {
    posterior(network(joined(images, classes)))
  }

  /// Posteriors, with the batch's statistics.
  public mutating func forward(
    _ images: Tensor, classes: Tensor, using random: inout RandomSource
  ) -> GaussianPosterior {
    posterior(network.forward(joined(images, classes), using: &random))
  }

  private func posterior(_ codes: Tensor) -> GaussianPosterior {
    let halves = codes.split(sizes: [configuration.latentSize, configuration.latentSize], alongAxis: 1)
    return GaussianPosterior(mean: halves[0], logVariance: halves[1])
  }

  private func joined(_ images: Tensor, _ classes: Tensor) -> Tensor {
    let (size, channels, count) = (configuration.imageSize, configuration.channels, configuration.classes)
    precondition(
      images.rank == 4 && images.shape.dropFirst() == [size, size, channels]
        && classes.shape == [images.shape[0], count],
      "this encoder takes images [N, \(size), \(size), \(channels)] and classes [N, \(count)], not \(images.shape) and "
        + "\(classes.shape)")
    switch configuration.architecture {
    case .dense: return concatenate([images.flattened(), classes], alongAxis: 1)
    case .convolutional:
      let values = classes.argmax().map { Float($0) / Float(count) }
      let planes = Tensor(values, shape: [values.count, 1, 1, 1]).broadcast(to: [values.count, size, size, 1])
      return concatenate([images, planes], alongAxis: 3)
    }
  }
}
