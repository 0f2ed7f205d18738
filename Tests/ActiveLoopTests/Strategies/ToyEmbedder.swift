import ActiveLoop
import Tensor

/// A linear classifier with fixed weights on scaled pixels; the scaled pixels are its features.
struct ToyEmbedder: MarginLearner, ProbabilisticLearner, EmbeddingLearner {
  /// `[F, classes]`.
  var weights: Tensor
  var bias: Tensor
  var scale: Float = 1

  /// The rule of the nearest of the clouds' centres, with softmax of negative squared distances.
  init(_ clouds: Clouds = Clouds(), sharpness: Float = 40) {
    let centres = clouds.centres
    weights = Tensor(
      centres.map { 2 * sharpness * $0.0 } + centres.map { 2 * sharpness * $0.1 }, shape: [2, centres.count])
    bias = Tensor(centres.map { -sharpness * ($0.0 * $0.0 + $0.1 * $0.1) })
  }

  /// The inputs as features, one class sure everywhere.
  init(width: Int) {
    weights = .zeros([width, 2])
    bias = Tensor([1, 0])
  }

  mutating func fit(_ samples: LabelledSamples, using random: inout RandomSource) throws(Never) {}
  func embeddings(for inputs: Tensor) -> Tensor { inputs.flattened() * scale }
  func decisionValues(for inputs: Tensor) -> Tensor { matmul(inputs.flattened(), weights) + bias }
  func probabilities(for inputs: Tensor) -> Tensor { softmax(decisionValues(for: inputs)) }
  func predictions(for inputs: Tensor) -> [Int] { decisionValues(for: inputs).argmax() }
}

/// Rows of a matrix, in double.
func doubleRows(_ tensor: Tensor) -> [[Double]] {
  let (scalars, width) = (tensor.scalars, tensor.shape[1])
  return (0..<tensor.shape[0]).map { scalars[$0 * width..<($0 + 1) * width].map(Double.init) }
}

/// Σ (a − b)², in double.
func naiveSquaredDistance(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
}

/// Samples about `centres`, `spread` wide, one after the other, `[N, F]`, with the centre of each.
func blobs(
  _ count: Int, about centres: [[Float]], spread: Float, seed: Int = 1
) -> (features: Tensor, centres: [Int]) {
  var random = RandomSource(seed: seed).stream("blobs")
  var (scalars, owners) = ([Float](), [Int]())
  for index in 0..<count {
    owners.append(index % centres.count)
    scalars += centres[index % centres.count].map { $0 + spread * random.normal() }
  }
  return (Tensor(scalars, shape: [count, centres[0].count]), owners)
}
