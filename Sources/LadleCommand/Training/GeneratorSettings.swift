import Models

/// How the generator is trained. Written into every run, with all values.
struct GeneratorSettings: Codable, Sendable, Hashable {
  /// Passes over the pool.
  var epochs = 25
  /// Images per step.
  var batchSize = 64
  var loss = AdversarialLoss.nonSaturating
  /// Adam's rate, for both networks.
  var learningRate: Float = 2e-4
  /// Adam's β₁.
  var beta1: Float = 0.5
  /// The share of the steps, at the end, over which the rates fall to zero.
  var decay: Float = 0.5
  /// The share of the old parameter average kept per step; 0 uses the last parameters.
  var averaging: Float = 0.999
  /// Scalars of a latent code.
  var latentSize = 100
  /// Channels of the layer nearest to the image; none for what is usual at that size.
  var width: Int?
  /// Of everything random in training.
  var seed = 1

  /// What serves for a data set.
  static func defaults(for dataset: GAALDataset) -> GeneratorSettings {
    var settings = GeneratorSettings()
    switch dataset {
    case .mnistUSPS, .mnist: (settings.epochs, settings.width) = (40, 64)
    case .cifar10: settings.epochs = 40
    case .glyphs: (settings.epochs, settings.width) = (15, 64)
    }
    return settings
  }

  /// What is wrong with a value, or nil.
  func problem() -> String? {
    if epochs < 1 { return "generator.epochs is \(epochs), and must be at least 1" }
    if batchSize < 2 { return "generator.batchSize is \(batchSize), and batch statistics need at least 2" }
    if !(learningRate > 0) { return "generator.learningRate is \(learningRate), and must be positive" }
    if !(0..<1).contains(beta1) { return "generator.beta1 is \(beta1), and must be in [0, 1)" }
    if !(0...1).contains(decay) { return "generator.decay is \(decay), and must be in [0, 1]" }
    if !(0..<1).contains(averaging) { return "generator.averaging is \(averaging), and must be in [0, 1)" }
    if latentSize < 1 { return "generator.latentSize is \(latentSize), and must be at least 1" }
    if let width, width < 1 { return "generator.width is \(width), and must be at least 1" }
    return nil
  }
}

/// How the classifier that plays the person is trained.
struct ClassifierSettings: Codable, Sendable, Hashable {
  var epochs = 4
  var batchSize = 64
  /// Adam's first rate.
  var learningRate: Float = 2e-3
  /// Channels of the first layer.
  var width = 24
  /// Dropout before the last layer.
  var dropout: Float = 0.25
  /// Training images are moved by up to this many pixels.
  var shift = 1
  /// Keeps the first so many training images; none keeps all.
  var limit: Int?
  /// Of everything random in training.
  var seed = 1

  /// What serves for a data set.
  static func defaults(for dataset: GAALDataset) -> ClassifierSettings {
    var settings = ClassifierSettings()
    if dataset == .cifar10 { (settings.epochs, settings.width, settings.dropout, settings.shift) = (10, 32, 0.4, 3) }
    return settings
  }

  /// What is wrong with a value, or nil.
  func problem() -> String? {
    if epochs < 1 { return "classifier.epochs is \(epochs), and must be at least 1" }
    if batchSize < 2 { return "classifier.batchSize is \(batchSize), and batch statistics need at least 2" }
    if !(learningRate > 0) { return "classifier.learningRate is \(learningRate), and must be positive" }
    if !(0..<1).contains(dropout) { return "classifier.dropout is \(dropout), and must be in [0, 1)" }
    if shift < 0 { return "classifier.shift is \(shift), and must be 0 or more" }
    if width < 1 { return "classifier.width is \(width), and must be at least 1" }
    if let limit, limit < 2 { return "classifier.limit is \(limit), and must be at least 2" }
    return nil
  }
}
