public import Tensor

/// Dense layers with ReLU between them: inputs `[N, …]` of `inputs` scalars each to logits `[N, classes]`.
///
/// Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", Nature 323, 1986, with
/// rectifiers. For MNIST:
///
/// | layer | output |
/// | --- | --- |
/// | flatten | 784 |
/// | dense, ReLU | 512 |
/// | dense, ReLU | 512 |
/// | dense | 10 |
public struct MultilayerPerceptron: FeatureClassifier {
  /// The sizes.
  public struct Configuration: Codable, Sendable, Hashable {
    /// Scalars of an input.
    public var inputs: Int
    /// Units of each hidden layer; the last ones are the features. Empty for a linear classifier.
    public var hidden: [Int]
    /// The number of classes.
    public var classes: Int
    /// Dropout after each hidden layer.
    public var dropout: Float

    /// Memberwise.
    public init(inputs: Int = 784, hidden: [Int] = [512, 512], classes: Int = 10, dropout: Float = 0) {
      self.inputs = inputs
      self.hidden = hidden
      self.classes = classes
      self.dropout = dropout
    }
  }

  /// The sizes.
  public let configuration: Configuration
  /// Inputs to features: the last hidden layer, or the inputs themselves.
  public var body: Sequential
  /// Features to logits.
  public var head: Dense

  /// A network with new weights: Kaiming's normal distribution, and ±1/√F uniformly in the last layer.
  public init(_ configuration: Configuration = .init(), using random: inout RandomSource) {
    let widths = [configuration.inputs] + configuration.hidden
    self.configuration = configuration
    body = Sequential {
      Flatten()
      for (inputs, units) in zip(widths, widths.dropFirst()) {
        Dense(inputs, units)
        ReLU()
        Dropout(configuration.dropout)
      }
    }
    head = Dense(configuration.hidden.last ?? configuration.inputs, configuration.classes)
    drawWeights(using: &random)
  }

  /// `inputs` if their shape fits.
  public func checked(_ inputs: Tensor) -> Tensor {
    precondition(
      inputs.rank >= 2 && inputs.shape.dropFirst().reduce(1, *) == configuration.inputs,
      "this classifier takes \(configuration.inputs) scalars an input, not a tensor of shape \(inputs.shape)")
    return inputs
  }
}
