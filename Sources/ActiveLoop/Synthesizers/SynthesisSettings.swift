/// How queries are synthesized. Codable with every value written out, for the record of a run.
public struct SynthesisSettings: Codable, Sendable, Hashable {
  /// What is brought to zero for each start.
  public enum Objective: String, Codable, Sendable, CaseIterable {
    /// Two classes: |f|. More: the difference of the two largest decision values.
    case margin
    /// More than two classes: |f_k|, the boundary of one class k against the rest; the starts take the classes in turn.
    case oneVersusRest = "one-versus-rest"
    /// log K − H(softmax(f)) for K classes, and log 2 − H(σ(f)) for two: how far the entropy is from its largest.
    case entropy
  }

  /// How z is brought down.
  public enum Method: String, Codable, Sendable, CaseIterable {
    /// All starts of a batch at once.
    case adam
    /// One start after the other, each with a memory of its own: nearer to the boundary in fewer steps, of which each
    /// takes one or more evaluations of the generator. Under ``LatentConstraint/clamped`` what is minimised is the
    /// objective at the clamped z.
    case lbfgs = "l-bfgs"
  }

  /// What keeps z where the generator was trained.
  public enum LatentConstraint: String, Codable, Sendable, CaseIterable {
    /// Nothing: z goes where the gradient leads.
    case free
    /// Every entry is put back into ±bound of the prior after each step.
    case clamped
    /// `penaltyWeight` · Σ max(0, |z| − bound)² is added to what is minimised.
    case penalized
  }

  /// How z is brought down.
  public var method: Method
  /// Steps of the method. Small and fixed, on purpose: the global optimum would give the same image ten times.
  public var steps: Int
  /// Adam's learning rate: about the distance an entry of z moves in one step.
  public var learningRate: Float
  /// Adam's decay of the mean gradient.
  public var beta1: Float
  /// Adam's decay of the mean squared gradient.
  public var beta2: Float
  /// A start whose objective is at most this stays where it is. 0: all take all their steps.
  public var tolerance: Float
  /// What is brought to zero.
  public var objective: Objective
  /// What keeps z in the range of the prior.
  public var latentConstraint: LatentConstraint
  /// The weight of ``LatentConstraint/penalized``.
  public var penaltyWeight: Float
  /// `diversityWeight` · (distance of z to the nearest other z of the batch) is subtracted from what is minimised.
  /// Above 0 the starts of a batch depend on each other; then only ``Method/adam`` will do.
  public var diversityWeight: Float
  /// How often starts that failed are drawn again. What still fails after that is left out.
  public var restartLimit: Int
  /// An image whose brightest and darkest value (in [0, 1]) differ by less is blank: the generator has collapsed there.
  public var minimumContrast: Float

  /// Memberwise; the defaults are the ones Ladle's experiments use.
  public init(
    steps: Int = 100, learningRate: Float = 0.02, beta1: Float = 0.9, beta2: Float = 0.999, tolerance: Float = 0,
    objective: Objective = .margin, latentConstraint: LatentConstraint = .clamped, penaltyWeight: Float = 1,
    diversityWeight: Float = 0, restartLimit: Int = 3, minimumContrast: Float = 0.02, method: Method = .adam
  ) {
    self.method = method
    self.steps = steps
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.tolerance = tolerance
    self.objective = objective
    self.latentConstraint = latentConstraint
    self.penaltyWeight = penaltyWeight
    self.diversityWeight = diversityWeight
    self.restartLimit = restartLimit
    self.minimumContrast = minimumContrast
  }
}
