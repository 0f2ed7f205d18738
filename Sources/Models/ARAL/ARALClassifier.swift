public import Tensor

/// ARAL's discriminator, which is the classifier too: images `[N, S, S, C]` to `K` logits. How real an image looks is
/// the logarithm of the sum of their exponentials; there is no unit for it.
///
/// Mottaghi and Yeung 2019, as released: weight-normalised layers whose lengths are 1 but for the last one's, which
/// learns.
///
/// | dense | output |   | convolutional, widths v and w | output |
/// | --- | --- | --- | --- | --- |
/// | noise 0.3, dense, ReLU | 1000 |   | noise 0.05, channel dropout 0.2 | 32 × 32 × 3 |
/// | noise 0.5, dense, ReLU | 500 |   | 3×3 convolution, leaky ReLU 0.2, twice | 32 × 32 × v |
/// | the same | 250 |   | the same with stride 2, dropout ½ | 16 × 16 × v |
/// | the same | 250 |   | 3×3 convolution, leaky ReLU 0.2, twice | 16 × 16 × w |
/// | the same: features | 250 |   | the same with stride 2, dropout ½ | 8 × 8 × w |
/// | noise 0.5, dense | K |   | 3×3 convolution without padding, leaky ReLU 0.2 | 6 × 6 × w |
/// | | |   | 1×1 convolution, leaky ReLU 0.2, twice | 6 × 6 × w |
/// | | |   | mean over pixels: features | w |
/// | | |   | dense | K |
public struct ARALClassifier: Layer {
  /// The sizes.
  public let configuration: ARALConfiguration
  /// Images to penultimate features.
  public var features: Sequential
  /// Features to logits.
  public var output: Sequential

  /// A classifier with weights from N(0, 0.05), dense ones from N(0, 0.1), and zero biases.
  public init(_ configuration: ARALConfiguration, using random: inout RandomSource) {
    configuration.check()
    self.configuration = configuration
    let deviation: Float
    switch configuration.architecture {
    case .dense:
      deviation = 0.1
      let units = [configuration.imageScalars] + configuration.classifierWidths
      features = Sequential {
        Flatten()
        for level in 1..<units.count {
          GaussianNoise(level == 1 ? configuration.inputNoise : configuration.hiddenNoise)
          WeightNormalized(Dense(units[level - 1], units[level]), learnsMagnitude: false)
          ReLU()
        }
      }
      output = Sequential {
        GaussianNoise(configuration.hiddenNoise)
        WeightNormalized(Dense(units[units.count - 1], configuration.classes))
      }
    case .convolutional:
      deviation = 0.05
      let (v, w) = (configuration.classifierWidths[0], configuration.classifierWidths[1])
      let dropout: any Layer =
        configuration.dropsChannels ? Dropout2D(configuration.hiddenDropout) : Dropout(configuration.hiddenDropout)
      features = Sequential {
        GaussianNoise(configuration.inputNoise)
        Dropout2D(configuration.inputDropout)
        Self.convolution(configuration.channels, v)
        Self.convolution(v, v)
        Self.convolution(v, v, stride: 2)
        dropout
        Self.convolution(v, w)
        Self.convolution(w, w)
        Self.convolution(w, w, stride: 2)
        dropout
        Self.convolution(w, w, padding: 0)
        Self.convolution(w, w, kernel: 1, padding: 0)
        Self.convolution(w, w, kernel: 1, padding: 0)
        GlobalAveragePool2D()
      }
      output = Sequential { WeightNormalized(Dense(w, configuration.classes)) }
    }
    initialize(.normal(standardDeviation: deviation), using: &random)
  }

  private static func convolution(
    _ inputs: Int, _ outputs: Int, kernel: Int = 3, stride: Int = 1, padding: Int = 1
  ) -> [any Layer] {
    [
      WeightNormalized(
        Convolution2D(inputs, outputs, kernel: kernel, stride: stride, padding: padding), learnsMagnitude: false),
      LeakyReLU(0.2),
    ]
  }

  /// Visits the parameters, in order.
  public mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    visitor.visit("features", &features)
    visitor.visit("output", &output)
  }

  /// Logits `[N, K]`.
  public func callAsFunction(_ images: Tensor) -> Tensor { output(features(images)) }

  /// Logits `[N, K]`, with noise and dropout.
  public mutating func forward(_ images: Tensor, using random: inout RandomSource) -> Tensor {
    output.forward(features.forward(images, using: &random), using: &random)
  }
}
