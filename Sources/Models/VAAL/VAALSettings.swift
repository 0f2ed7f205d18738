/// The weights and learning rates of ``VAALTraining``.
public struct VAALSettings: Codable, Sendable, Hashable {
  /// The β-VAE's own loss, on labelled and on unlabelled images: the negative of Eq. 1.
  public var bound: EvidenceBound
  /// λ₁, the weight of the bound (Eq. 4).
  public var transductiveWeight: Float
  /// λ₂, the weight of the adversarial loss (Eq. 4).
  public var adversarialWeight: Float
  /// Adam's rate for the β-VAE, α₂ of Algorithm 1.
  public var autoencoderLearningRate: Float
  /// Adam's rate for the discriminator, α₃ of Algorithm 1.
  public var discriminatorLearningRate: Float

  /// The paper's values: β = λ₁ = λ₂ = 1, and 5·10⁻⁴ for both rates.
  public init(
    bound: EvidenceBound = .init(), transductiveWeight: Float = 1, adversarialWeight: Float = 1,
    autoencoderLearningRate: Float = 5e-4, discriminatorLearningRate: Float = 5e-4
  ) {
    self.bound = bound
    self.transductiveWeight = transductiveWeight
    self.adversarialWeight = adversarialWeight
    self.autoencoderLearningRate = autoencoderLearningRate
    self.discriminatorLearningRate = discriminatorLearningRate
  }

  /// The paper's equations.
  public static let paper = VAALSettings()
  /// The default: the paper's equations, which need no correction.
  public static let corrected = paper
  /// The released code's weighting of the bound, under which the posterior collapses; see
  /// ``EvidenceBound/Weighting/releasedCode``.
  public static let releasedCode = VAALSettings(bound: EvidenceBound(weighting: .releasedCode))
}
