import ActiveLoop
import Tensor

/// Three opinions about images of two pixels, each from centres of its own; computed sample by sample, so that neither
/// batch nor place changes a bit. Learns nothing.
struct ToyCommittee: CommitteeLearner, EmbeddingLearner {
  /// What it says of images whose first pixel is above this is NaN.
  var blindAbove: Float = .infinity
  private let clouds = [
    Clouds(centres: [(0.2, 0.2), (0.8, 0.3), (0.5, 0.8)]), Clouds(centres: [(0.3, 0.1), (0.7, 0.3), (0.5, 0.9)]),
    Clouds(centres: [(0.2, 0.3), (0.9, 0.4), (0.4, 0.7)]),
  ]

  mutating func fit(_ samples: LabelledSamples, using random: inout RandomSource) throws(Never) {}

  func memberProbabilities(for inputs: Tensor) -> Tensor {
    let first = stride(from: 0, to: inputs.count, by: 2).map { inputs.scalars[$0] }
    let opinions = clouds.flatMap { cloud in
      zip(cloud.probabilities(of: inputs, sharpness: 8).scalars, first.flatMap { [$0, $0, $0] }).map {
        probability, pixel in
        pixel > blindAbove ? .nan : probability
      }
    }
    return Tensor(opinions, shape: [3, inputs.shape[0], 3])
  }

  func probabilities(for inputs: Tensor) -> Tensor {
    memberProbabilities(for: inputs).rows(0..<1).reshaped(to: [inputs.shape[0], 3])
  }

  func predictions(for inputs: Tensor) -> [Int] { probabilities(for: inputs).argmax() }

  func embeddings(for inputs: Tensor) -> Tensor { 3 * inputs.flattened() }
}

/// Samples of which some cannot be read.
struct TrappedSamples: SampleSource {
  struct Trapped: Error {}
  private let inputs: Tensor
  private let trapped: Set<Int>

  init(inputs: Tensor, trapped: [Int]) { (self.inputs, self.trapped) = (inputs, Set(trapped)) }

  var count: Int { inputs.shape[0] }
  var sampleShape: Shape { Array(inputs.shape.dropFirst()) }

  func samples(_ range: Range<Int>) throws(Trapped) -> Tensor {
    if range.contains(where: { trapped.contains($0) }) { throw Trapped() }
    return inputs.rows(range)
  }
}
