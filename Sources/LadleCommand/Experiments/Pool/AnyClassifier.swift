import Models
import Tensor

/// A classifier whose kind was named on the command line: its body and head, whatever they were built by.
struct AnyClassifier: FeatureClassifier {
  var body: Sequential
  var head: Dense
  let modelDescription: [String: String]
  private let channels: Int
  private let check: @Sendable (Tensor) -> Tensor

  /// A classifier of images of so many channels.
  init(_ classifier: some FeatureClassifier, channels: Int) {
    body = classifier.body
    head = classifier.head
    modelDescription = classifier.modelDescription
    self.channels = channels
    check = { classifier.checked($0) }
  }

  func describe(to layout: inout TorchLayout) {
    layout.flow = .image(channels: channels)
    layout.add("body", body)
    layout.add("head", head)
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
        return AnyClassifier(MultilayerPerceptron(sizes, using: &random), channels: channels)
      case .cnn:
        var sizes = SmallConvolutionalClassifier.Configuration(
          imageSize: side, channels: channels, classes: classes, hiddenDropout: network.dropout)
        if let width = network.width { sizes.width = width }
        return AnyClassifier(SmallConvolutionalClassifier(sizes, using: &random), channels: channels)
      case .vgg16:
        let sizes = VGG16.Configuration(channels: channels, classes: classes, width: network.width ?? 64)
        return AnyClassifier(VGG16(sizes, using: &random), channels: channels)
      case .resnet18:
        let sizes = ResidualNetwork.Configuration(channels: channels, classes: classes, width: network.width ?? 64)
        return AnyClassifier(ResidualNetwork(sizes, using: &random), channels: channels)
      }
    }
  }
}
