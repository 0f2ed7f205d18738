public import Tensor

/// A learner that says how sure it is of every pixel.
public protocol PixelProbabilisticLearner: Learner {
  /// Class probabilities, `[N, H, W, classes]`; those of a pixel sum to one.
  func pixelProbabilities(for inputs: Tensor) -> Tensor
}

/// Uncertainty sampling for segmentation: the images with the largest entropy, averaged over their pixels (the entropy
/// as in Settles, "Active learning literature survey", 2009, section 3.1).
public struct PixelEntropySampling<Subject: PixelProbabilisticLearner>: ScoringStrategy {
  /// Images scored at a time.
  public let batchSize: Int
  /// Takes the batch from the scores.
  public let selector: any ScoreSelector

  /// Precondition: `batchSize > 0`.
  public init(batchSize: Int = 64, selector: some ScoreSelector = TopScores()) {
    (self.batchSize, self.selector) = (checked(batchSize: batchSize), selector)
  }

  /// The mean over pixels of ``entropy(ofProbabilities:)``.
  public func scores(of inputs: Tensor, learner: Subject) -> Tensor {
    let probabilities = learner.pixelProbabilities(for: inputs)
    let (count, classes) = (probabilities.shape[0], probabilities.shape[3])
    guard count > 0 else { return .zeros([0]) }
    let area = probabilities.count / count / classes
    return entropy(ofProbabilities: probabilities.reshaped(to: [count * area, classes]))
      .reshaped(to: [count, area]).mean(alongAxes: [1])
  }
}
