import ActiveLoop
import Datasets
import Foundation
import Models
import Tensor

/// A pool, a learner that was fitted to its first samples, and those.
struct Subject {
  var pool: UnlabelledPool
  var learner: NetworkLearner
  /// What was labelled.
  let context: QueryContext

  /// The first `labelled` samples are taken out of the pool, and the learner is fitted to them.
  init(_ source: some SampleSource, labels: [Int], hidden: [Int]) throws {
    let taken = Array(labels.indices)
    pool = UnlabelledPool(samples: source)
    pool.remove(taken)
    let classes = (labels.max() ?? 0) + 1
    context = QueryContext(round: 1, labelledIndices: taken, labels: labels, classCount: classes)
    var random = RandomSource(seed: 1).stream("learner")
    learner = NetworkLearner(
      inputs: source.sampleShape.reduce(1, *), hidden: hidden, classes: classes, using: &random)
    let inputs = try pool.inputs(at: taken)
    learner.fit(LabelledSamples(inputs: inputs, labels: labels, classCount: classes), using: &random)
  }

  /// Features as rows of `features.npy`, labels of the first ones in `labels.npy`: what peers/pool_strategies.py made.
  /// The fitted weights are left beside them, for the peer to score with.
  static func features(in folder: String) throws -> Subject {
    let labels = NPYLabels(path: folder + "/labels.npy")
    let subject = try Subject(NPYSamples(folder + "/features.npy"), labels: labels.read(), hidden: [])
    try NPY.write(subject.learner.network.head.weight, to: folder + "/weights.npy")
    if let bias = subject.learner.network.head.bias { try NPY.write(bias, to: folder + "/bias.npy") }
    return subject
  }

  /// `count` glyphs of 28 × 28 pixels, drawn when they are read; the learner has 32 hidden units.
  static func glyphs(_ count: Int, labelled: Int) throws -> Subject {
    let generator = GlyphGenerator()
    return try Subject(
      GlyphSamples(generator: generator, count: count), labels: generator.labels(0..<labelled), hidden: [32])
  }
}

/// Glyphs that are nowhere until they are read.
private struct GlyphSamples: SampleSource {
  let generator: GlyphGenerator
  let count: Int

  var isComputed: Bool { true }
  var sampleShape: Shape { [generator.configuration.size, generator.configuration.size, 1] }
  func samples(_ range: Range<Int>) throws(Never) -> Tensor { generator.images(range) }
  func samples(at indices: [Int]) throws(Never) -> Tensor { generator.images(indices) }
}

/// A vector of labels as floats.
private struct NPYLabels {
  let path: String

  func read() throws -> [Int] {
    let source = try NPYSamples(path)
    return try source.samples(0..<source.count).scalars.map { Int($0) }
  }
}
