/// The weights, learning rates and choices of ``ARALTraining``.
///
/// The presets are named after the networks they go with; `released` turns all the released code's defects on, each of
/// which has a switch of its own.
public struct ARALSettings: Codable, Sendable, Hashable {
  /// What the classifier learns from.
  public var mode: Mode
  /// Weight of the discriminator's losses on unlabelled and generated images.
  public var adversarialImageWeight: Float
  /// Weight of the cross-entropy of labelled images.
  public var classificationWeight: Float
  /// Weight of the encoder's bound and of the likelihood of generated images' codes.
  public var transductiveWeight: Float
  /// Weight of the losses between the encoder and the sampler.
  public var adversarialWeight: Float
  /// How the mean features of real and generated images are compared.
  public var featureDistance: FeatureDistance
  /// Whether the codes of generated images are to be found again: K · −log q(z | G(z, y), y) is added, as for CIFAR-10.
  public var matchesCodes: Bool
  /// Weight of the cross-entropy of generated images to the class the generator was told, which the generator pays for
  /// and the classifier does not learn from. 0, as in the paper, leaves it out: classes are then held by the encoder's
  /// bound alone, and for digits that is too little (``mnist``).
  public var generatedClassWeight: Float
  /// Adam's rate for the classifier and the sampler.
  public var classifierLearningRate: Float
  /// Adam's rate for the generator and the encoder.
  public var autoencoderLearningRate: Float
  /// The rate below which the schedule does not fall.
  public var minimumLearningRate: Float
  /// Adam's β₂ of all networks.
  public var beta2: Float

  /// Over what the encoder's bound is summed; the released code has VAAL's defect.
  public var weighting: EvidenceBound.Weighting
  /// Whether gradients of the reconstruction error stop at the reconstruction, so that it trains nothing.
  public var detachesReconstructions: Bool
  /// Whether the convolutional encoder is told class 0 for every labelled image, which tells the two kinds apart.
  public var hidesLabels: Bool
  /// What generator and encoder are told of an unlabelled image's class.
  public var unlabelledClasses: UnlabelledClasses
  /// What the encoder's second head means where the likelihood of a code is computed. Where codes are drawn, it is
  /// the logarithm of a variance.
  public var likelihoodScale: LikelihoodScale

  /// What the classifier learns from beside labelled images: the paper's ablations. Generator, encoder and sampler learn
  /// the same way in all of them, so that a sampler can be asked in each.
  public enum Mode: String, Codable, Sendable, CaseIterable {
    /// Nothing else.
    case classifierOnly = "classifier-only"
    /// Unlabelled images, which are real.
    case unlabelled
    /// Generated images, which are not.
    case generated
    /// Both.
    case full

    /// Whether the classifier learns from unlabelled images.
    public var seesUnlabelled: Bool { self == .unlabelled || self == .full }
    /// Whether it learns from generated images.
    public var seesGenerated: Bool { self == .generated || self == .full }
  }

  /// How mean features are compared.
  public enum FeatureDistance: String, Codable, Sendable, CaseIterable {
    /// Mean squared difference.
    case squared
    /// Mean absolute difference.
    case absolute
  }

  /// What generator and encoder are told of an unlabelled image's class.
  public enum UnlabelledClasses: String, Codable, Sendable, CaseIterable {
    /// The classifier's most probable class, one-hot, as a label is.
    case predicted
    /// The classifier's logits, as they are: no label looks like them.
    case logits
  }

  /// What the encoder's second head means in the likelihood.
  public enum LikelihoodScale: String, Codable, Sendable, CaseIterable {
    /// log σ², as where codes are drawn.
    case logVariance = "log-variance"
    /// log σ.
    case logDeviation = "log-deviation"
  }

  /// The weights of the paper, the learning rates given, and no defects.
  public init(
    featureDistance: FeatureDistance, matchesCodes: Bool, classifierLearningRate: Float,
    autoencoderLearningRate: Float, minimumLearningRate: Float = 0, beta2: Float = 0.999
  ) {
    (adversarialImageWeight, classificationWeight, transductiveWeight, adversarialWeight) = (1, 1, 1e-3, 1e-3)
    mode = .full
    self.featureDistance = featureDistance
    self.matchesCodes = matchesCodes
    generatedClassWeight = 0
    self.classifierLearningRate = classifierLearningRate
    self.autoencoderLearningRate = autoencoderLearningRate
    self.minimumLearningRate = minimumLearningRate
    self.beta2 = beta2
    weighting = .perImageSums
    detachesReconstructions = false
    hidesLabels = false
    unlabelledClasses = .predicted
    likelihoodScale = .logVariance
  }

  /// For MNIST, with ``ARALConfiguration/mnist``.
  public static let mnist = ARALSettings(
    featureDistance: .squared, matchesCodes: false, classifierLearningRate: 3e-3, autoencoderLearningRate: 1e-3,
    beta2: 0.9999)
  /// For SVHN, with ``ARALConfiguration/svhn``.
  public static let svhn = ARALSettings(
    featureDistance: .absolute, matchesCodes: false, classifierLearningRate: 1e-3, autoencoderLearningRate: 1e-3,
    minimumLearningRate: 1e-4)
  /// For CIFAR-10, with ``ARALConfiguration/cifar``.
  public static let cifar = ARALSettings(
    featureDistance: .absolute, matchesCodes: true, classifierLearningRate: 6e-4, autoencoderLearningRate: 3e-4)

  /// These settings with the released code's defects.
  public var released: ARALSettings {
    var copy = self
    copy.weighting = .releasedCode
    copy.detachesReconstructions = true
    copy.hidesLabels = true
    copy.unlabelledClasses = .logits
    copy.likelihoodScale = .logDeviation
    return copy
  }

  /// What the learning rates are multiplied by after a share `progress` of the training: 1 for two thirds, then down to
  /// 0 in a straight line, min(3·(1 − e/E), 1).
  public static func learningRateFactor(at progress: Float) -> Float { max(0, min(3 * (1 - progress), 1)) }
}
