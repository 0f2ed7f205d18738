public import Models
public import Tensor

/// A network that names the class of every pixel, as a learner: pixel-wise cross-entropy in minibatches.
///
/// The label of a sample is the number of its mask in `masks` (Documentation/Decisions/0009). The masks are handed over
/// with the learner and cannot be asked of it; a fit reads those of its own samples, an assessment those of the test set.
///
/// The same samples, streams and settings give the same bits at any number of threads.
public struct SegmentationLearner<Network: SegmentationNetwork>: EmbeddingLearner, PixelProbabilisticLearner,
  AnnotationLearner
{
  /// The settings.
  public let training: NeuralTraining
  /// What the last fit reached: `loss` (the mean of the last epoch) and `steps`.
  public private(set) var figures: [String: Double] = [:]
  private let masks: SegmentationMasks
  private let makeNetwork: @Sendable (inout RandomSource) -> Network
  private var fitted: Network?

  /// - Parameters:
  ///   - training: how it is trained. Settings that make no sense for masks must be left alone: augmentation would move
  ///     images and not their masks, a validation share and warm starts are not offered; `masks` (of dropout) is not used.
  ///   - masks: of all samples, those of the pool and of the test sets.
  ///   - makeNetwork: a network with weights drawn from the generator it is given; of the same sizes every time.
  public init(
    _ training: NeuralTraining = .init(), masks: SegmentationMasks,
    network makeNetwork: @escaping @Sendable (inout RandomSource) -> Network
  ) throws(ExperimentError) {
    try training.validate()
    if training.augmentation != ImageAugmentation() {
      throw .badConfiguration("learner.augmentation is set, and would not move the masks")
    }
    if training.validationShare != 0 || training.refit.method != .scratch {
      throw .badConfiguration("learner.validationShare and learner.refit are not offered for segmentation")
    }
    self.training = training
    self.masks = masks
    self.makeNetwork = makeNetwork
  }

  /// Trains new weights; weights and order are drawn from named streams of `random`.
  public mutating func fit(_ samples: LabelledSamples, using random: inout RandomSource) throws(NeuralLearnerError) {
    try fit(samples, from: FitStreams(random))
  }

  /// Trains new weights. After an error the learner is what it was. Cancelling the task is noticed before each epoch.
  ///
  /// - Precondition: the images are of the masks' size, and every label is the number of a mask.
  /// - Complexity: epochs × samples passes through the network and back.
  public mutating func fit(_ samples: LabelledSamples, from streams: FitStreams) throws(NeuralLearnerError) {
    guard samples.count > 0 else { throw .noSamples }
    precondition(
      samples.inputs.rank == 4 && samples.inputs.shape[1] == masks.height && samples.inputs.shape[2] == masks.width,
      "samples of shape \(samples.inputs.shape) do not fit masks of \(masks.height)x\(masks.width)")
    var weights = streams.weights
    var network = makeNetwork(&weights)
    precondition(network.classes == masks.classCount, "\(network.classes) classes of \(masks.classCount) in the masks")
    figures = try train(&network, samples, order: streams.order)
    fitted = network
  }

  private func train(
    _ network: inout Network, _ samples: LabelledSamples, order: RandomSource
  ) throws(NeuralLearnerError) -> [String: Double] {
    let choice = training.optimizer
    var optimizer: any Optimizer<Network> =
      switch choice.method {
      case .sgd:
        SGD<Network>(learningRate: choice.learningRate, momentum: choice.momentum, weightDecay: choice.weightDecay)
      case .adam: Adam<Network>(learningRate: choice.learningRate, weightDecay: choice.weightDecay)
      }
    let batches = batchRanges(samples.count, size: training.batchSize)
    let total = training.steps ?? training.epochs * batches.count
    var (step, epoch, mean) = (0, 0, 0.0)
    while step < total {
      if Task.isCancelled { throw .cancelled(afterEpoch: epoch) }
      var (sequence, noise) = (order.stream("order", epoch), order.stream("noise", epoch))
      let permutation = sequence.permutation(of: samples.count)
      var (sum, seen) = (0.0, 0)
      for range in batches.prefix(total - step) {
        let rows = Array(permutation[range])
        let images = samples.inputs.gathered(rows: rows)
        let pixels = masks.pixels(of: rows.map { samples.labels[$0] })
        seen += rows.count
        step += 1
        // Nothing can be learnt from masks that are ignored throughout.
        guard pixels.contains(where: { $0 != SegmentationMasks.ignored }) else { continue }
        optimizer.learningRate = choice.rate(at: step - 1, of: total)
        let (loss, gradient) = network.valueAndGradient { network in
          pixelCrossEntropy(logits: network.forward(images, using: &noise), pixels: pixels)
        }
        guard loss.isFinite else { throw .nonFiniteLoss(step: step, loss: loss) }
        do {
          try optimizer.update(&network, alongFinite: gradient)
        } catch {
          throw .nonFiniteGradient(step: step, parameter: error.parameter)
        }
        sum += Double(loss) * Double(rows.count)
      }
      epoch += 1
      mean = sum / Double(seen)
    }
    return ["loss": mean, "steps": Double(step)]
  }

  // MARK: - Asking

  /// The class that covers most of each image, the first of several: a summary of a segmentation. Precondition, of this
  /// and of what follows: the learner was fitted.
  public func predictions(for inputs: Tensor) -> [Int] {
    let area = masks.height * masks.width
    let classes = pixelPredictions(for: inputs)
    return (0..<inputs.shape[0]).map { image in
      var counts = [Int](repeating: 0, count: masks.classCount)
      for pixel in classes[image * area..<(image + 1) * area] { counts[pixel] += 1 }
      return counts.indices.reduce(0) { counts[$1] > counts[$0] ? $1 : $0 }
    }
  }

  /// The most probable class of each pixel, N·H·W of them, row by row.
  public func pixelPredictions(for inputs: Tensor) -> [Int] { inputs.shape[0] == 0 ? [] : logits(for: inputs).argmax() }

  /// Class probabilities, `[N, H, W, classes]`.
  public func pixelProbabilities(for inputs: Tensor) -> Tensor {
    let logits = logits(for: inputs)
    let rows = logits.reshaped(to: [logits.count / masks.classCount, masks.classCount])
    return softmax(rows).reshaped(to: logits.shape)
  }

  /// The features before the last layer, averaged over all pixels, `[N, F]`.
  public func embeddings(for inputs: Tensor) -> Tensor {
    let network = trainedNetwork
    return inChunks(inputs, of: training.scoringChunk) { network.features($0) }
  }

  private func logits(for inputs: Tensor) -> Tensor {
    let network = trainedNetwork
    return inChunks(inputs, of: training.scoringChunk) { network($0) }
  }

  /// The network of the last fit.
  private var trainedNetwork: Network {
    guard let fitted else { preconditionFailure("a segmentation learner was asked before its first fit") }
    return fitted
  }

  // MARK: - Assessing

  /// How many of these masks show each class in at least one pixel.
  public func classCounts(of labels: [Int]) -> [Int] {
    var counts = [Int](repeating: 0, count: masks.classCount)
    for label in labels {
      for pixel in Set(masks.pixels(of: [label])) where pixel != SegmentationMasks.ignored { counts[Int(pixel)] += 1 }
    }
    return counts
  }

  /// `meanIoU`, `pixelAccuracy`, and `IoU.k` of every class k that is there or was named.
  public func assessment(of inputs: Tensor, labels: [Int], scoringChunk: Int) -> [String: Double] {
    var confusion = PixelConfusion(classCount: masks.classCount)
    for start in stride(from: 0, to: labels.count, by: scoringChunk) {
      let range = start..<min(start + scoringChunk, labels.count)
      confusion.add(
        predictions: pixelPredictions(for: inputs.rows(range)), pixels: masks.pixels(of: Array(labels[range])))
    }
    var figures = ["meanIoU": confusion.meanIntersectionOverUnion, "pixelAccuracy": confusion.accuracy]
    for (k, figure) in confusion.intersectionsOverUnions.enumerated() {
      if let figure { figures["IoU.\(k)"] = figure }
    }
    return figures
  }
}
