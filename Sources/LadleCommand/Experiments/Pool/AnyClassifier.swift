import Models
import Tensor

/// A classifier whose kind was named on the command line: its body and head, whatever they were built by.
struct AnyClassifier: FeatureClassifier {
  var body: Sequential
  var head: Dense
  private let check: @Sendable (Tensor) -> Tensor

  init(_ classifier: some FeatureClassifier) {
    body = classifier.body
    head = classifier.head
    check = { classifier.checked($0) }
  }

  func checked(_ images: Tensor) -> Tensor { check(images) }
}

extension PoolSettings {
  /// New networks of the kind that is asked for.
  func makeNetwork(
    imageShape: Shape, classes: Int
  ) -> @Sendable (inout RandomSource) -> AnyClassifier {
    let (side, channels, network) = (imageShape[0], imageShape[2], network)
    return { [learner] random in
      switch learner {
      case .mlp, .svm, .aral:
        let sizes = MultilayerPerceptron.Configuration(
          inputs: imageShape.scalarCount, hidden: [network.hidden, network.hidden], classes: classes,
          dropout: network.dropout)
        return AnyClassifier(MultilayerPerceptron(sizes, using: &random))
      case .cnn:
        var sizes = SmallConvolutionalClassifier.Configuration(
          imageSize: side, channels: channels, classes: classes, hiddenDropout: network.dropout)
        if let width = network.width { sizes.width = width }
        return AnyClassifier(SmallConvolutionalClassifier(sizes, using: &random))
      case .vgg16:
        let sizes = VGG16.Configuration(channels: channels, classes: classes, width: network.width ?? 64)
        return AnyClassifier(VGG16(sizes, using: &random))
      case .resnet18:
        let sizes = ResidualNetwork.Configuration(channels: channels, classes: classes, width: network.width ?? 64)
        return AnyClassifier(ResidualNetwork(sizes, using: &random))
      }
    }
  }
}
