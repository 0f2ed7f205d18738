import Foundation
import Models
import Tensor
import TestSupport
import Testing

private let interchangeDirectory = ProcessInfo.processInfo.environment["LADLE_INTERCHANGE"]

/// Writes every model at its usual size, laid out for PyTorch, with an input and what we compute of it, into the directory
/// that `LADLE_INTERCHANGE` names. `scripts/fixtures/check_interoperability.py DIR` then compares with PyTorch.
@Suite("Models of full size for PyTorch", .enabled(if: interchangeDirectory != nil))
struct TorchFullSizeTests {
  private var random = RandomSource(seed: 8)

  private func write(
    _ name: String, _ model: some TorchExchangeable, _ inputs: [(String, Tensor)], _ outputs: [Tensor],
    input: TorchLayout.Flow = .plain
  ) throws {
    let directory = try #require(interchangeDirectory)
    try model.saveTorch(to: "\(directory)/\(name).safetensors", input: input)
    var example = SafeTensors(inputs.map { (name: $0.0, tensor: $0.1) })
    for (place, output) in outputs.enumerated() {
      example.tensors.append((place == 0 ? "output" : "output.\(place)", output))
    }
    try example.write(to: "\(directory)/\(name).example.safetensors")
    #expect(outputs.allSatisfy { $0.scalars.allSatisfy(\.isFinite) })
  }

  private mutating func images(_ side: Int, _ channels: Int) -> Tensor {
    Tensor(normal: [4, side, side, channels], using: &random)
  }

  /// A model with running statistics of a batch, as after training.
  private mutating func moved<Model: Layer>(_ model: Model, by batch: Tensor) -> Model {
    var moved = model
    for _ in 0..<3 { _ = moved.forward(batch, using: &random) }
    return moved
  }

  @Test("Classifiers")
  mutating func classifiers() throws {
    let (digits, photographs) = (images(28, 1), images(32, 3))
    let mlp = MultilayerPerceptron(using: &random)
    try write("mlp", mlp, [("input", digits)], [mlp(digits)])
    let wide = MultilayerPerceptron(.init(inputs: 3072), using: &random)
    try write("mlp-photographs", wide, [("input", photographs)], [wide(photographs)], input: .image(channels: 3))
    let cnn = SmallConvolutionalClassifier(using: &random)
    try write("cnn", cnn, [("input", digits)], [cnn(digits)])
    let vgg = moved(VGG16(using: &random), by: photographs)
    try write("vgg16", vgg, [("input", photographs)], [vgg(photographs)])
    let residual = moved(ResidualNetwork(using: &random), by: photographs)
    try write("resnet18", residual, [("input", photographs)], [residual(photographs)])
    let simulated = moved(ConvolutionalClassifier(.naturalImages(), using: &random), by: photographs)
    try write("convolutional-classifier", simulated, [("input", photographs)], [simulated(photographs)])
    let segmenter = moved(DilatedResidualNetwork(.init(channels: 3, classes: 5), using: &random), by: photographs)
    try write("dilated-resnet", segmenter, [("input", photographs)], [segmenter(photographs)])
  }

  @Test("DCGAN")
  mutating func adversaries() throws {
    let latents = Tensor(normal: [4, 100], using: &random)
    for size in [28, 32, 64] {
      let configuration = DCGANConfiguration(imageSize: size, channels: size == 28 ? 1 : 3)
      let generator = moved(DCGANGenerator(configuration, using: &random), by: latents)
      try write("dcgan-generator-\(size)", generator, [("latents", latents)], [generator(latents)])
      let pictures = images(size, configuration.channels)
      for normalization in DCGANConfiguration.Normalization.allCases {
        var other = configuration
        other.discriminatorNormalization = normalization
        let discriminator = moved(DCGANDiscriminator(other, using: &random), by: pictures)
        try write(
          "dcgan-discriminator-\(size)-\(normalization.rawValue)", discriminator, [("input", pictures)],
          [discriminator(pictures)])
      }
    }
  }

  @Test("VAAL")
  mutating func variational() throws {
    let (photographs, digits) = (images(32, 3), images(28, 1))
    for (name, configuration, pictures) in [
      ("beta-vae", BetaVAEConfiguration(), photographs), ("beta-vae-digits", .small(), digits),
    ] {
      var model = BetaVAE(configuration, using: &random)
      model.encoder.features = moved(model.encoder.features, by: pictures)
      model.decoder = moved(model.decoder, by: Tensor(normal: [4, configuration.latentSize], using: &random))
      let posterior = model.encoder(pictures)
      try write(
        name, model, [("input", pictures)], [model.decoder(posterior.mean), posterior.mean, posterior.logVariance])
    }
    let latents = Tensor(normal: [4, 32], using: &random)
    let discriminator = LatentDiscriminator(using: &random)
    try write("latent-discriminator", discriminator, [("latents", latents)], [discriminator(latents)])
  }

  @Test("ARAL")
  mutating func adversarialRepresentation() throws {
    for (name, configuration) in [("mnist", ARALConfiguration.mnist), ("cifar", .cifar)] {
      let pictures = images(configuration.imageSize, configuration.channels)
      let latents = Tensor(uniform: [4, configuration.latentSize], using: &random)
      let classes = Tensor.oneHot([3, 1, 4, 1], classes: configuration.classes)
      let classifier = ARALClassifier(configuration, using: &random)
      try write("aral-classifier-\(name)", classifier, [("input", pictures)], [classifier(pictures)])
      var generator = ARALGenerator(configuration, using: &random)
      for _ in 0..<3 { _ = generator.forward(latents, classes: classes, using: &random) }
      try write(
        "aral-generator-\(name)", generator, [("latents", latents), ("classes", classes)],
        [generator(latents, classes: classes)])
      var encoder = ARALEncoder(configuration, using: &random)
      for _ in 0..<3 { _ = encoder.forward(pictures, classes: classes, using: &random) }
      let posterior = encoder(pictures, classes: classes)
      try write(
        "aral-encoder-\(name)", encoder, [("input", pictures), ("classes", classes)],
        [posterior.mean, posterior.logVariance])
    }
  }

  @Test("RICA")
  mutating func components() throws {
    var configuration = RICAConfiguration()
    (configuration.patches, configuration.iterations) = (2000, 20)
    let pictures = Tensor(uniform: [40, 32, 32, 3], using: &random)
    let (model, _) = try RICA.learn(configuration, from: pictures, using: random)
    let some = pictures.rows(0..<4)
    let regions = configuration.poolingRegions
    try write(
      "rica", model, [("input", some)],
      [model.features(of: some).reshaped(to: [4, regions, regions, configuration.filters])])
  }
}
