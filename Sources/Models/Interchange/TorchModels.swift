internal import Foundation
public import Tensor

// What every model adds to a layout. `Examples/PyTorch/networks.py` has the same models in torch.nn.

extension FeatureClassifier {
  /// Adds `body` and `head`.
  public func describe(to layout: inout TorchLayout) {
    layout.add("body", body)
    layout.add("head", head)
  }
}

extension ResidualBlock: TorchExchangeable {
  /// Adds `branch` and `shortcut`.
  public func describe(to layout: inout TorchLayout) { layout.addBlock(branch, shortcut) }
}

extension DilatedResidualBlock: TorchExchangeable {
  /// Adds `branch` and `shortcut`.
  public func describe(to layout: inout TorchLayout) { layout.addBlock(branch, shortcut) }
}

extension TorchLayout {
  fileprivate mutating func addBlock(_ branch: Sequential, _ shortcut: Sequential) {
    let input = flow
    add("branch", branch)
    let output = flow
    flow = input
    add("shortcut", shortcut)
    flow = output
  }
}

extension MultilayerPerceptron {
  /// `mlp` and its sizes.
  public var modelDescription: [String: String] { described(as: "mlp", configuration) }
}

extension SmallConvolutionalClassifier {
  /// `cnn` and its sizes.
  public var modelDescription: [String: String] { described(as: "cnn", configuration) }
}

extension VGG16 {
  /// `vgg16` and its sizes.
  public var modelDescription: [String: String] { described(as: "vgg16", configuration) }
}

extension ResidualNetwork {
  /// `resnet` and its sizes.
  public var modelDescription: [String: String] { described(as: "resnet", configuration) }
}

extension DilatedResidualNetwork: TorchExchangeable {
  /// `dilated-resnet` and its sizes.
  public var modelDescription: [String: String] { described(as: "dilated-resnet", configuration) }

  /// Adds `body` and `head`.
  public func describe(to layout: inout TorchLayout) {
    layout.add("body", body)
    layout.add("head", head)
  }
}

extension ConvolutionalClassifier: TorchExchangeable {
  /// `convolutional-classifier` and its sizes.
  public var modelDescription: [String: String] { described(as: "convolutional-classifier", configuration) }

  /// Adds the layers by their numbers.
  public func describe(to layout: inout TorchLayout) { network.describe(to: &layout) }
}

extension DCGANGenerator: TorchExchangeable {
  /// `dcgan-generator` and its sizes.
  public var modelDescription: [String: String] { described(as: "dcgan-generator", configuration) }

  /// Adds the layers by their numbers.
  public func describe(to layout: inout TorchLayout) { network.describe(to: &layout) }
}

extension DCGANDiscriminator: TorchExchangeable {
  /// `dcgan-discriminator` and its sizes.
  public var modelDescription: [String: String] { described(as: "dcgan-discriminator", configuration) }

  /// Adds the layers by their numbers.
  public func describe(to layout: inout TorchLayout) { network.describe(to: &layout) }
}

extension LatentDiscriminator: TorchExchangeable {
  /// `latent-discriminator` and its sizes.
  public var modelDescription: [String: String] { described(as: "latent-discriminator", configuration) }

  /// Adds the layers by their numbers.
  public func describe(to layout: inout TorchLayout) { network.describe(to: &layout) }
}

extension BetaVAE: TorchExchangeable {
  /// `beta-vae` and its sizes.
  public var modelDescription: [String: String] { described(as: "beta-vae", configuration) }

  /// Adds `encoder` and `decoder`.
  public func describe(to layout: inout TorchLayout) {
    layout.add("encoder", encoder)
    layout.flow = .plain
    layout.add("decoder", decoder)
  }
}

extension BetaVAEEncoder: TorchExchangeable {
  /// `beta-vae-encoder` and its sizes.
  public var modelDescription: [String: String] { described(as: "beta-vae-encoder", configuration) }

  /// Adds `features`, and both heads on them.
  public func describe(to layout: inout TorchLayout) {
    layout.add("features", features)
    let units = layout.flow
    layout.add("mean", mean)
    layout.flow = units
    layout.add("logVariance", logVariance)
  }
}

extension BetaVAEDecoder: TorchExchangeable {
  /// `beta-vae-decoder` and its sizes.
  public var modelDescription: [String: String] { described(as: "beta-vae-decoder", configuration) }

  /// Adds the layers by their numbers.
  public func describe(to layout: inout TorchLayout) { network.describe(to: &layout) }
}

extension ARALClassifier: TorchExchangeable {
  /// `aral-classifier` and its sizes.
  public var modelDescription: [String: String] { described(as: "aral-classifier", configuration) }

  /// Adds `features` and `output`.
  public func describe(to layout: inout TorchLayout) {
    layout.flow = .image(channels: configuration.channels)
    layout.add("features", features)
    layout.add("output", output)
  }
}

extension ARALGenerator: TorchExchangeable {
  /// `aral-generator` and its sizes.
  public var modelDescription: [String: String] { described(as: "aral-generator", configuration) }

  /// Adds the layers by their numbers. They take codes and classes side by side.
  public func describe(to layout: inout TorchLayout) { network.describe(to: &layout) }
}

extension ARALEncoder: TorchExchangeable {
  /// `aral-encoder` and its sizes.
  public var modelDescription: [String: String] { described(as: "aral-encoder", configuration) }

  /// Adds the layers by their numbers. Dense ones take flat images and classes side by side, convolutions images and a
  /// plane behind them.
  public func describe(to layout: inout TorchLayout) {
    switch configuration.architecture {
    case .dense:
      layout.flow = .features(TorchFeatureOrder(channels: configuration.channels, trailing: configuration.classes))
    case .convolutional: layout.flow = .image(channels: configuration.channels + 1)
    }
    network.describe(to: &layout)
  }
}

extension ARALAutoencoder: TorchExchangeable {
  /// Adds `generator` and `encoder`.
  public func describe(to layout: inout TorchLayout) {
    layout.add("generator", generator)
    layout.add("encoder", encoder)
  }
}

extension RICA: TorchExchangeable {
  /// `rica`, its settings, and the channels of its images.
  public var modelDescription: [String: String] {
    described(as: "rica", configuration).merging(["channels": "\(channels)"]) { own, _ in own }
  }

  /// Adds filters and whitening, which are not learnt by gradients: buffers. Patches are images that PyTorch flattens
  /// channel by channel, as its `unfold` does; principal components have no order of pixels.
  public func describe(to layout: inout TorchLayout) {
    let pixels = TorchFeatureOrder(channels: channels)
    let whitened = configuration.whitening == .zca ? pixels : TorchFeatureOrder(channels: 1)
    layout.addTensor("filters", orders: [1: whitened])
    layout.addTensor("whitening.mean", orders: [0: pixels])
    layout.addTensor("whitening.matrix", orders: [0: whitened, 1: pixels])
    layout.addTensor("whitening.variances")
  }
}

extension TorchExchangeable {
  /// The two entries of ``TorchExchangeable/modelDescription``.
  fileprivate func described(as name: String, _ configuration: some Encodable) -> [String: String] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(configuration) else { return ["architecture": name] }
    return ["architecture": name, "configuration": String(decoding: data, as: UTF8.self)]
  }
}
