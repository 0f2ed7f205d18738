internal import Models
public import Tensor

/// DAL: the samples that look the least like labelled ones (Gissin and Shalev-Shwartz, "Discriminative active learning",
/// 2019, algorithm 1). A small perceptron learns to tell labelled from unlabelled samples by the learner's features; the
/// samples that it is surest are unlabelled are taken, and count as labelled for the perceptron of the next part of the
/// batch.
///
/// Features are brought to mean 0 and variance 1 first. Every step sees as many labelled as unlabelled samples, which
/// stands for the paper's class weights. As in the paper, a perceptron stops as soon as it is right often enough:
/// one that knows every sample by heart ranks nothing.
///
/// The perceptrons' weights and batches are drawn at random, so a pool in another order gives other samples. With no
/// label yet the first part of the batch is drawn at random. Samples whose features are not finite come last.
///
/// - Complexity: one pass of the learner over all samples, then, `parts` times, at most `settings.steps` steps and one
///   pass of a perceptron over the pool's features; memory for two copies of the features and one score per sample.
public struct DiscriminativeActiveLearning<Subject: EmbeddingLearner>: QueryStrategy {
  /// How the perceptrons are trained.
  public let settings: DiscriminatorSettings
  /// Samples that go through the learner at a time.
  public let batchSize: Int

  /// Precondition: positive sizes.
  public init(settings: DiscriminatorSettings = DiscriminatorSettings(), batchSize: Int = 256) {
    precondition(
      settings.parts > 0 && settings.steps > 0 && settings.samplesPerKind > 0 && settings.learningRate > 0,
      "a perceptron takes at least one step of positive size")
    precondition(batchSize > 0, "a batch has at least one sample, not \(batchSize)")
    self.settings = settings
    self.batchSize = batchSize
  }

  /// `min(count, pool.count)` distinct samples, those of the first part first. Precondition: `count` is not negative.
  /// Throws what reading the pool throws.
  public func query(
    _ count: Int, from pool: UnlabelledPool, learner: Subject, using random: inout RandomSource
  ) throws -> [Int] {
    let wanted = min(count, pool.count)
    guard wanted > 0 else { return [] }
    let (all, taken) = try pool.allEmbeddings(batchSize: batchSize, by: learner)
    let rows = all.finiteRows()
    let finite = rows.count == all.shape[0] ? all : all.gathered(rows: rows)
    let features = rows.isEmpty ? finite : finite.standardizedRows()
    var labelled = rows.indices.filter { rows[$0] < taken }
    var open = rows.indices.filter { rows[$0] >= taken }
    var chosen: [Int] = []
    // Parts differ by at most one sample, the larger ones first.
    for part in 0..<settings.parts where !open.isEmpty {
      let size = min((wanted - chosen.count + settings.parts - part - 1) / (settings.parts - part), open.count)
      guard size > 0 else { break }
      let found: [Int]
      if labelled.isEmpty {
        found = random.sample(size, from: open)
      } else {
        var discriminator = Discriminator(settings, width: features.shape[1], using: &random)
        discriminator.train(labelled: labelled, open: open, features: features, settings: settings, using: &random)
        found = discriminator.strangest(size, among: open, features: features, using: &random)
      }
      chosen += found
      labelled += found
      let gone = Set(found)
      open.removeAll { gone.contains($0) }
    }
    return completed(chosen.map { rows[$0] - taken }, to: wanted, of: pool.count, using: &random)
      .map { pool.indices[$0] }
  }
}

/// How the perceptrons of ``DiscriminativeActiveLearning`` are trained.
public struct DiscriminatorSettings: Sendable, Hashable, Codable {
  /// Parts of a batch, each with a perceptron of its own; the paper takes 10 to 20.
  public var parts: Int
  /// Units of the hidden layers; three of 256 in the paper.
  public var hidden: [Int]
  /// Steps of Adam at most.
  public var steps: Int
  /// Samples of each kind in a step.
  public var samplesPerKind: Int
  /// Adam's learning rate.
  public var learningRate: Float
  /// The share of right answers, over fifty steps, at which a perceptron stops; 0.98 in the paper.
  public var accuracy: Float

  /// Memberwise.
  public init(
    parts: Int = 10, hidden: [Int] = [256, 256, 256], steps: Int = 1000, samplesPerKind: Int = 64,
    learningRate: Float = 1e-3, accuracy: Float = 0.98
  ) {
    self.parts = parts
    self.hidden = hidden
    self.steps = steps
    self.samplesPerKind = samplesPerKind
    self.learningRate = learningRate
    self.accuracy = accuracy
  }
}

/// Tells unlabelled samples (class 1) from labelled ones (class 0).
private struct Discriminator {
  private var network: MultilayerPerceptron

  init(_ settings: DiscriminatorSettings, width: Int, using random: inout RandomSource) {
    network = MultilayerPerceptron(.init(inputs: width, hidden: settings.hidden, classes: 2), using: &random)
  }

  mutating func train(
    labelled: [Int], open: [Int], features: Tensor, settings: DiscriminatorSettings, using random: inout RandomSource
  ) {
    var optimizer = Adam<MultilayerPerceptron>(learningRate: settings.learningRate)
    let kind = settings.samplesPerKind
    let labels = [Int](repeating: 0, count: kind) + [Int](repeating: 1, count: kind)
    let lap = 50
    var right = 0
    for step in 1...settings.steps {
      let drawn =
        (0..<kind).map { _ in labelled[random.integer(below: labelled.count)] }
        + (0..<kind).map { _ in open[random.integer(below: open.count)] }
      let batch = features.gathered(rows: drawn)
      let (_, gradient) = network.valueAndGradient { network in
        let logits = network.forward(batch, using: &random)
        right += zip(logits.argmax(), labels).count { $0 == $1 }
        return crossEntropy(logits: logits, labels: labels)
      }
      optimizer.update(&network, along: gradient)
      if step % lap == 0 {
        if Float(right) >= settings.accuracy * Float(2 * kind * lap) { return }
        right = 0
      }
    }
  }

  /// The `count` samples of `open` that look the most unlabelled; equal ones in an order drawn from `random`.
  func strangest(_ count: Int, among open: [Int], features: Tensor, using random: inout RandomSource) -> [Int] {
    let order = random.permutation(of: open.count)
    var scores: [Float] = []
    for first in stride(from: 0, to: open.count, by: 1024) {
      let logits = network(features.gathered(rows: Array(open[first..<min(open.count, first + 1024)]))).scalars
      scores += stride(from: 0, to: logits.count, by: 2).map { logits[$0 + 1] - logits[$0] }
    }
    return order.map { (score: scores[$0].isNaN ? -.infinity : scores[$0], place: $0) }
      .enumerated()
      .sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }
      .prefix(count).map { open[$0.element.place] }
  }
}

extension Tensor {
  /// The rows with mean 0 and variance 1 in every column; a column that is constant is 0.
  fileprivate func standardizedRows() -> Tensor {
    (self - mean(alongAxes: [0])) * (1 / (variance(alongAxes: [0]).squareRoot() + 1e-6))
  }
}
