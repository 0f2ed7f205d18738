import Foundation
import Models
import Tensor
import TestSupport
import Testing

/// State dictionaries that PyTorch wrote, and what it computes with them in double precision; see
/// `scripts/fixtures/generate_interchange.py`.
@Suite("Models go to PyTorch and come from there")
struct TorchModelTests {
  /// Of an output's largest absolute value, or of 1.
  private static let tolerance = 1e-5

  struct Example {
    let name: String
    let metadata: [String: String]
    let tensors: [String: Tensor]

    init(_ name: String) throws {
      self.name = name
      metadata = try SafeTensors.read(fixturePath("Interchange/\(name).safetensors")).metadata
      let all = try SafeTensors.read(fixturePath("Interchange/examples.safetensors"))
      tensors = Dictionary(
        uniqueKeysWithValues: all.tensors.filter { $0.name.hasPrefix(name + "/") }.map {
          (String($0.name.dropFirst(name.count + 1)), $0.tensor)
        })
    }

    func tensor(_ key: String) throws -> Tensor { try #require(tensors[key], "\(name) has no \(key)") }

    func configuration<Configuration: Decodable>(_ type: Configuration.Type) throws -> Configuration {
      try JSONDecoder().decode(type, from: Data(try #require(metadata["configuration"]).utf8))
    }
  }

  private var random: RandomSource { RandomSource(seed: 3) }

  /// Loads PyTorch's file, compares what the model computes, and writes the file again.
  private func check<Model: TorchExchangeable>(
    _ example: Example, _ fresh: Model, input: TorchLayout.Flow = .plain, outputs: (Model) throws -> [Tensor]
  ) throws {
    let source = fixturePath("Interchange/\(example.name).safetensors")
    var model = fresh
    try model.loadTorch(from: source, input: input)
    for (place, output) in try outputs(model).enumerated() {
      let expected = try example.tensor(place == 0 ? "output" : "output.\(place)")
      let wrong = mismatch(
        output, expected.scalars.map(Double.init), shape: expected.shape, tolerance: Self.tolerance)
      #expect(wrong == nil, "\(example.name), output \(place): \(wrong ?? "")")
    }

    // PyTorch's own file again: names, types, shapes, bits.
    let path = NSTemporaryDirectory() + "ladle-interchange-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try model.saveTorch(to: path, input: input)
    let theirs = try SafeTensors.arrays(in: try FileBytes.read(source), file: source)
    let ours = try SafeTensors.arrays(in: try FileBytes.read(path), file: path)
    #expect(ours.metadata["architecture"] == theirs.metadata["architecture"] && ours.metadata["format"] == "pt")
    #expect(ours.arrays.map(\.name).sorted() == theirs.arrays.map(\.name).sorted())
    for (name, array) in ours.arrays {
      guard let original = theirs.arrays.first(where: { $0.name == name })?.array else { continue }
      #expect(array.element == original.element && array.shape == original.shape, "\(example.name), \(name)")
      if name.hasSuffix("_v") {
        // Follows from others; PyTorch computed it in another order.
        #expect(mismatch(array.tensor(), original.doubles(), shape: original.shape, tolerance: 1e-6) == nil)
      } else {
        #expect(bitMismatch(array.tensor(), original.tensor()) == nil, "\(example.name), \(name)")
      }
    }
    // What the file says of the model is what it was made from.
    let described = try #require(ours.metadata["configuration"])
    let (mine, given) = try (
      JSONSerialization.jsonObject(with: Data(described.utf8)) as? NSDictionary,
      JSONSerialization.jsonObject(with: Data(try #require(theirs.metadata["configuration"]).utf8)) as? NSDictionary
    )
    for (key, value) in try #require(given) where !(value is Double) {
      #expect((mine?[key] as? NSObject) == (value as? NSObject), "\(example.name), \(key)")
    }
  }

  @Test("Classifiers", arguments: ["mlp", "cnn", "vgg16", "vgg16-hidden", "resnet", "convolutional-classifier"])
  func classifiers(_ name: String) throws {
    let example = try Example(name)
    let images = try example.tensor("input")
    var random = random
    switch name {
    case "mlp":
      let model = MultilayerPerceptron(
        try example.configuration(MultilayerPerceptron.Configuration.self), using: &random)
      // A perceptron does not know that its inputs were images of three channels.
      try check(example, model, input: .image(channels: 3)) { [$0(images)] }
    case "cnn":
      let sizes = try example.configuration(SmallConvolutionalClassifier.Configuration.self)
      try check(example, SmallConvolutionalClassifier(sizes, using: &random)) { [$0(images)] }
    case "resnet":
      let sizes = try example.configuration(ResidualNetwork.Configuration.self)
      try check(example, ResidualNetwork(sizes, using: &random)) { [$0(images)] }
    case "convolutional-classifier":
      let sizes = try example.configuration(ConvolutionalClassifier.Configuration.self)
      try check(example, ConvolutionalClassifier(sizes, using: &random)) { [$0(images)] }
    default:
      let sizes = try example.configuration(VGG16.Configuration.self)
      try check(example, VGG16(sizes, using: &random)) { [$0(images)] }
    }
  }

  @Test("Segmentation")
  func segmentation() throws {
    let example = try Example("dilated-resnet")
    var random = random
    let sizes = try example.configuration(DilatedResidualNetwork.Configuration.self)
    try check(example, DilatedResidualNetwork(sizes, using: &random)) { [$0(try example.tensor("input"))] }
  }

  @Test("DCGAN", arguments: ["dcgan-generator", "dcgan-generator-28"])
  func generators(_ name: String) throws {
    let example = try Example(name)
    var random = random
    let model = DCGANGenerator(try example.configuration(DCGANConfiguration.self), using: &random)
    try check(example, model) { [$0(try example.tensor("input"))] }
  }

  @Test("Discriminators", arguments: ["dcgan-discriminator", "dcgan-discriminator-spectral", "latent-discriminator"])
  func discriminators(_ name: String) throws {
    let example = try Example(name)
    let input = try example.tensor("input")
    var random = random
    if name == "latent-discriminator" {
      let sizes = try example.configuration(LatentDiscriminator.Configuration.self)
      try check(example, LatentDiscriminator(sizes, using: &random)) { [$0(input)] }
    } else {
      let sizes = try example.configuration(DCGANConfiguration.self)
      try check(example, DCGANDiscriminator(sizes, using: &random)) { [$0(input)] }
    }
  }

  @Test("β-VAE")
  func autoencoder() throws {
    var random = random
    let whole = try Example("beta-vae")
    let sizes = try whole.configuration(BetaVAEConfiguration.self)
    try check(whole, BetaVAE(sizes, using: &random)) { model in
      let posterior = model.encoder(try whole.tensor("input"))
      return [model.decoder(posterior.mean), posterior.mean, posterior.logVariance]
    }
    let encoder = try Example("beta-vae-encoder")
    let small = try encoder.configuration(BetaVAEConfiguration.self)
    try check(encoder, BetaVAEEncoder(small, using: &random)) { model in
      let posterior = model(try encoder.tensor("input"))
      return [posterior.mean, posterior.logVariance]
    }
    let decoder = try Example("beta-vae-decoder")
    try check(decoder, BetaVAEDecoder(small, using: &random)) { [$0(try decoder.tensor("input"))] }
  }

  @Test("ARAL", arguments: ["dense", "convolutional"])
  func adversarialRepresentation(_ kind: String) throws {
    var random = random
    let classifier = try Example("aral-classifier-" + kind)
    let sizes = try classifier.configuration(ARALConfiguration.self)
    try check(classifier, ARALClassifier(sizes, using: &random)) { [$0(try classifier.tensor("input"))] }
    let generator = try Example("aral-generator-" + kind)
    try check(generator, ARALGenerator(sizes, using: &random)) {
      [$0(try generator.tensor("latents"), classes: try generator.tensor("classes"))]
    }
    let encoder = try Example("aral-encoder-" + kind)
    try check(encoder, ARALEncoder(sizes, using: &random)) { model in
      let posterior = model(try encoder.tensor("input"), classes: try encoder.tensor("classes"))
      return [posterior.mean, posterior.logVariance]
    }
  }

  @Test("RICA", arguments: ["rica-zca", "rica-pca"])
  func components(_ name: String) throws {
    let example = try Example(name)
    let images = try example.tensor("input")
    let configuration = try example.configuration(RICAConfiguration.self)
    try check(example, RICA(unfitted: configuration, channels: images.shape[3])) { model in
      let regions = configuration.poolingRegions
      return [model.features(of: images).reshaped(to: [images.shape[0], regions, regions, configuration.filters])]
    }
  }

  @Test("A file that does not fit names the key and both shapes, and changes nothing")
  func misfits() throws {
    var random = random
    var model = MultilayerPerceptron(.init(inputs: 27, hidden: [5, 6], classes: 3), using: &random)
    let before = model.parameters()
    let path = fixturePath("Interchange/mlp.safetensors")
    do {
      try model.loadTorch(from: path)
      Issue.record("a network of other sizes was filled")
    } catch {
      let sentence = error.description
      #expect(sentence.contains("body.4.weight has shape [4, 5] where [6, 5] is expected"), "\(sentence)")
    }
    var other = LatentDiscriminator(.init(latentSize: 3, hidden: [4]), using: &random)
    #expect(throws: TorchExchangeError.self) { try other.loadTorch(from: path) }
    for (old, new) in zip(before, model.parameters()) { #expect(bitMismatch(old.tensor, new.tensor) == nil) }
  }

  @Test("Our own file knows PyTorch's layout")
  func storedLayout() throws {
    var random = random
    let model = BetaVAE(.init(imageSize: 20, channels: 3, latentSize: 3, width: 2), using: &random)
    let stored = SafeTensors(model.parameters(includingState: true), metadata: model.torchMetadata())
    let read = try SafeTensors.parse(stored.serialize(), file: "stored")
    let layout = try #require(TorchLayout(metadata: read.metadata))
    let converted = try layout.torchTensors(of: read.tensors)
    let direct = try TorchLayout(of: model).torchTensors(of: model.parameters(includingState: true))
    #expect(converted.serialize() == direct.serialize() && read.metadata["architecture"] == "beta-vae")
  }
}
