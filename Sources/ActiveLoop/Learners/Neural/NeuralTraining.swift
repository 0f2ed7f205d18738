public import Models

/// How a neural learner is trained, complete: what is written beside the records of a run.
public struct NeuralTraining: Codable, Sendable, Hashable {
  /// How the steps are made.
  public struct OptimizerChoice: Codable, Sendable, Hashable {
    /// The method.
    public enum Method: String, Codable, Sendable, CaseIterable {
      /// Stochastic gradient descent with momentum.
      case sgd
      /// Adam.
      case adam
    }

    /// How the rate falls.
    public enum Schedule: String, Codable, Sendable, CaseIterable {
      /// It does not.
      case constant
      /// To zero along half a cosine, over all steps of the fit.
      case cosine
      /// By ten, after half and after three quarters of the fit.
      case steps
    }

    /// The method.
    public var method = Method.adam
    /// The first rate.
    public var learningRate: Float = 1e-3
    /// Of SGD, in [0, 1).
    public var momentum: Float = 0.9
    /// L2 regularisation: this times the parameter is added to its gradient.
    public var weightDecay: Float = 0
    /// How the rate falls.
    public var schedule = Schedule.cosine

    /// The defaults.
    public init() {}
  }

  /// What a fit starts from. It decides what a learning curve shows: a network that goes on from the weights of the
  /// round before often generalises worse than one trained afresh on the same samples (Ash and Adams, "On warm-starting
  /// neural network training", NeurIPS 2020).
  public struct Refit: Codable, Sendable, Hashable {
    /// The way.
    public enum Method: String, Codable, Sendable, CaseIterable {
      /// New weights in every fit.
      case scratch
      /// The weights of the fit before.
      case warm
      /// The weights of the fit before, times ``Refit/shrink``, plus normal noise (Ash and Adams, section 4.1).
      case shrinkPerturb = "shrink-perturb"
    }

    /// The way.
    public var method = Method.scratch
    /// λ, in [0, 1]; applied to every learnable tensor. Running statistics are kept.
    public var shrink: Float = 0.6
    /// The standard deviation of the noise, 0 or more.
    public var noise: Float = 0.01

    /// From scratch.
    public init() {}

    /// New weights in every fit.
    public static var scratch: Refit { Refit() }

    /// The weights of the fit before.
    public static var warm: Refit {
      var refit = Refit()
      refit.method = .warm
      return refit
    }

    /// The weights of the fit before, shrunk and perturbed.
    public static func shrinkPerturb(shrink: Float, noise: Float) -> Refit {
      var refit = Refit()
      (refit.method, refit.shrink, refit.noise) = (.shrinkPerturb, shrink, noise)
      return refit
    }
  }

  /// Passes over the labelled samples, unless ``steps`` is set.
  public var epochs = 30
  /// Steps in all, however few samples there are; the last pass is cut short. With a fixed number of passes a network
  /// with few labels makes few steps, and may not have learnt even those.
  public var steps: Int?
  /// Samples per step; the last batch of a pass may be smaller. A last batch of one joins the one before, because batch
  /// norm knows no variance of one sample.
  public var batchSize = 64
  /// How the steps are made.
  public var optimizer = OptimizerChoice()
  /// What a fit starts from.
  public var refit = Refit()
  /// Random crops and mirror images of the training batches.
  public var augmentation = ImageAugmentation()
  /// The share of the labelled samples, in [0, 1), that is held back from training and tells which epoch was best: its
  /// weights are kept (highest accuracy, then lowest loss, then first). 0: everything is trained on, and the last epoch
  /// is kept.
  public var validationShare: Float = 0
  /// Dropout masks: the members of the committee.
  public var masks = 10
  /// Rows scored at a time.
  public var scoringChunk = 256

  /// The defaults.
  public init() {}

  /// Throws if a setting makes no sense, naming it.
  public func validate() throws(ExperimentError) {
    let checks: [(isFine: Bool, problem: String)] = [
      (epochs >= 1, "epochs is \(epochs), and must be at least 1"),
      (steps ?? 1 >= 1, "steps is \(steps ?? 0), and must be at least 1"),
      (batchSize >= 1, "batchSize is \(batchSize), and must be at least 1"),
      (
        optimizer.learningRate > 0 && optimizer.learningRate.isFinite,
        "optimizer.learningRate is \(optimizer.learningRate), and must be positive"
      ),
      ((0..<1).contains(optimizer.momentum), "optimizer.momentum is \(optimizer.momentum), and must be in 0..<1"),
      (
        optimizer.weightDecay >= 0 && optimizer.weightDecay.isFinite,
        "optimizer.weightDecay is \(optimizer.weightDecay), and must be 0 or more"
      ),
      ((0...1).contains(refit.shrink), "refit.shrink is \(refit.shrink), and must be in 0...1"),
      (refit.noise >= 0 && refit.noise.isFinite, "refit.noise is \(refit.noise), and must be 0 or more"),
      (augmentation.padding >= 0, "augmentation.padding is \(augmentation.padding), and must be 0 or more"),
      ((0..<1).contains(validationShare), "validationShare is \(validationShare), and must be in 0..<1"),
      (masks >= 1, "masks is \(masks), and must be at least 1"),
      (scoringChunk >= 1, "scoringChunk is \(scoringChunk), and must be at least 1"),
    ]
    if let failed = checks.first(where: { !$0.isFine }) {
      throw .badConfiguration("learner.\(failed.problem)")
    }
  }
}
