internal import Models
internal import Tensor

/// How a round of ``VAALSampler`` went, measured as the pool is scored.
public struct VAALDiagnostics: Sendable, Hashable {
  /// What says of the β-VAE whether its codes mean anything.
  public struct Codes: Sendable, Hashable {
    /// The mean squared error of a pixel of held images, in the scale of images in [0, 1].
    public var reconstructionError: Double
    /// Mean divergence of the held images' posteriors from the prior, in nats.
    public var divergence: Double
    /// Latent dimensions whose mean varies over held images with a variance above 0.01 (Burda, Grosse and Salakhutdinov,
    /// "Importance weighted autoencoders", ICLR 2016, section 5).
    public var activeUnits: Int

    /// Memberwise.
    public init(reconstructionError: Double, divergence: Double, activeUnits: Int) {
      self.reconstructionError = reconstructionError
      self.divergence = divergence
      self.activeUnits = activeUnits
    }
  }

  /// Nil without a β-VAE.
  public var codes: Codes?
  /// The share of labelled images, at most 256, that the discriminator takes for labelled. It was trained on them.
  public var labelledAccuracy: Double
  /// The share of held images that it takes for unlabelled.
  public var unlabelledAccuracy: Double

  /// Memberwise.
  public init(codes: Codes?, labelledAccuracy: Double, unlabelledAccuracy: Double) {
    self.codes = codes
    self.labelledAccuracy = labelledAccuracy
    self.unlabelledAccuracy = unlabelledAccuracy
  }

  /// By name, for the record of a round.
  public var figures: [String: Double] {
    var figures = ["labelledAccuracy": labelledAccuracy, "unlabelledAccuracy": unlabelledAccuracy]
    if let codes {
      figures["reconstructionError"] = codes.reconstructionError
      figures["divergence"] = codes.divergence
      figures["activeUnits"] = Double(codes.activeUnits)
    }
    return figures
  }

  /// Sentences for a posterior that has collapsed (fewer than 2 active units, or less than 0.1 nat), and for a
  /// discriminator at chance (less than 55 % right, both kinds counting the same).
  public var warnings: [String] {
    var warnings: [String] = []
    if let codes, codes.activeUnits < 2 || codes.divergence < 0.1 {
      warnings.append(
        "the posterior of the β-VAE has collapsed: its codes say next to nothing of the images, "
          + "so what is chosen is close to random.")
    }
    if (labelledAccuracy + unlabelledAccuracy) / 2 < 0.55 {
      warnings.append(
        "the discriminator cannot tell labelled from unlabelled images: its scores say little about them.")
    }
    return warnings
  }
}

extension VAALSampler {
  /// Measures on the held images of the last training and on labelled ones. Throws what reading the pool throws.
  /// Precondition: it was trained.
  public func diagnostics(on pool: UnlabelledPool, labelled: [Int]) throws -> VAALDiagnostics {
    precondition(!heldIndices.isEmpty, "a sampler is measured after it was trained")
    let held = try pool.inputs(at: heldIndices)
    // Evenly over the order in which they were bought.
    let count = min(256, labelled.count)
    let known = try pool.inputs(at: (0..<count).map { labelled[$0 * labelled.count / count] })
    return VAALDiagnostics(
      codes: codes(of: held), labelledAccuracy: share(of: labelledLogits(of: known)) { $0 > 0 },
      unlabelledAccuracy: share(of: labelledLogits(of: held)) { $0 < 0 })
  }

  private func share(of logits: Tensor, _ isRight: (Float) -> Bool) -> Double {
    Double(logits.scalars.count(where: isRight)) / Double(logits.count)
  }

  private func codes(of images: Tensor) -> VAALDiagnostics.Codes? {
    guard let training, let reconstructions = reconstructions(of: images) else { return nil }
    let posterior = training.autoencoder.encoder(symmetric(images))
    return VAALDiagnostics.Codes(
      reconstructionError: Double(meanSquaredError(reconstructions, images).scalar),
      divergence: Double(posterior.divergenceFromStandardNormal().mean().scalar),
      activeUnits: posterior.mean.variance(alongAxes: [0]).scalars.count { $0 > 0.01 })
  }
}
