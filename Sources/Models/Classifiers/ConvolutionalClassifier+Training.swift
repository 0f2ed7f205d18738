public import Tensor

extension ConvolutionalClassifier {
  /// How a classifier is trained.
  public struct Training: Codable, Sendable, Hashable {
    /// Passes over the images.
    public var epochs: Int
    /// Images per step.
    public var batchSize: Int
    /// Adam's first rate; it falls to zero along half a cosine.
    public var learningRate: Float
    /// Images are moved by up to this many pixels in each direction, and the gap filled with zeros.
    public var shift: Int
    /// Whether images are mirrored half of the time.
    public var mirror: Bool

    /// Memberwise.
    public init(
      epochs: Int = 5, batchSize: Int = 64, learningRate: Float = 2e-3, shift: Int = 2, mirror: Bool = false
    ) {
      self.epochs = epochs
      self.batchSize = batchSize
      self.learningRate = learningRate
      self.shift = shift
      self.mirror = mirror
    }
  }

  /// Where a training stands.
  public struct Progress: Sendable {
    /// Steps taken.
    public var step: Int
    /// Steps in all.
    public var totalSteps: Int
    /// The cross-entropy of this step's batch.
    public var loss: Float
  }

  /// Minimises the cross-entropy of `labels`.
  ///
  /// - Parameters:
  ///   - images: the images of the given indices, `[n, S, S, C]` in [0, 1].
  ///   - labels: one class per image.
  ///   - progress: called after every step; what it throws ends the training.
  public mutating func train(
    labels: [Int], _ settings: Training = .init(), using random: RandomSource, images: ([Int]) -> Tensor,
    progress: (Progress) throws -> Void = { _ in }
  ) throws {
    let batches = (labels.count + settings.batchSize - 1) / settings.batchSize
    let total = batches * settings.epochs
    var optimizer = Adam<Self>(learningRate: settings.learningRate)
    let schedule = CosineDecay(from: settings.learningRate, to: 0, over: total)
    let augmentation = ImageAugmentation(padding: settings.shift, mirror: settings.mirror)
    var done = 0
    for epoch in 0..<settings.epochs {
      var order = random.stream("order", epoch)
      var noise = random.stream("noise", epoch)
      let permutation = order.permutation(of: labels.count)
      for batch in 0..<batches {
        let range = batch * settings.batchSize..<min(labels.count, (batch + 1) * settings.batchSize)
        let chosen = Array(permutation[range])
        let inputs = augmentation(images(chosen), using: &noise)
        optimizer.learningRate = schedule.rate(at: done)
        let (loss, gradient) = valueAndGradient { model in
          crossEntropy(logits: model.forward(inputs, using: &noise), labels: chosen.map { labels[$0] })
        }
        optimizer.update(&self, along: gradient)
        done += 1
        try progress(Progress(step: done, totalSteps: total, loss: loss))
      }
    }
  }
}
