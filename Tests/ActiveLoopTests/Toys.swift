import ActiveLoop
import Tensor

/// Which side of a fixed hyperplane; learns nothing.
struct FixedHyperplane: MarginLearner {
  var weights: [Float]
  var bias: Float = 0

  mutating func fit(_ samples: LabelledSamples, using random: inout RandomSource) throws(Never) {}
  func predictions(for inputs: Tensor) -> [Int] { decisionValues(for: inputs).scalars.map { $0 > 0 ? 1 : 0 } }
  func decisionValues(for inputs: Tensor) -> Tensor {
    let rows = inputs.flattened()
    return matmul(rows, Tensor(weights, shape: [weights.count, 1])).reshaped(to: [rows.shape[0]]) + bias
  }
}

/// The nearest class mean, as a linear machine: f_k = μ_k·x − ½‖μ_k‖²; for two classes f_1 − f_0.
struct NearestMean: MarginLearner {
  struct NoSamples: Error { let label: Int }
  private var means: [[Float]] = []

  var figures: [String: Double] { ["classes": Double(means.count)] }

  mutating func fit(_ samples: LabelledSamples, using random: inout RandomSource) throws(NoSamples) {
    let rows = samples.inputs.flattened()
    let size = rows.shape[1]
    var sums = [[Float]](repeating: [Float](repeating: 0, count: size), count: samples.classCount)
    let scalars = rows.scalars
    for (row, label) in samples.labels.enumerated() {
      for i in 0..<size { sums[label][i] += scalars[row * size + i] }
    }
    for (label, count) in samples.classCounts.enumerated() {
      guard count > 0 else { throw NoSamples(label: label) }
      for i in 0..<size { sums[label][i] /= Float(count) }
    }
    means = sums
  }

  func decisionValues(for inputs: Tensor) -> Tensor {
    let rows = inputs.flattened()
    let table = Tensor(means.flatMap { $0 }, shape: [means.count, rows.shape[1]])
    let offsets = Tensor(means.map { mean in mean.reduce(0) { $0 + $1 * $1 } / 2 })
    if means.count > 2 { return matmul(rows, table, transposeB: true) - offsets }
    let normal = Tensor(zip(means[1], means[0]).map { $0 - $1 }, shape: [rows.shape[1], 1])
    let shift = offsets.scalars[1] - offsets.scalars[0]
    return matmul(rows, normal).reshaped(to: [rows.shape[0]]) - shift
  }

  func predictions(for inputs: Tensor) -> [Int] {
    let values = decisionValues(for: inputs)
    return values.rank == 1 ? values.scalars.map { $0 > 0 ? 1 : 0 } : values.argmax()
  }
}

/// tanh(A·relu?(z) + c): affine in z but for its end, differentiable, and dead where the rectifier is shut if there is
/// one.
struct ToyGenerator: ImageGenerator {
  var weights: Tensor
  var offset: Float = 0
  var isRectified = false
  var imageShape: Shape
  var prior = LatentPrior.uniform

  init(latentSize: Int, imageShape: Shape, seed: Int = 5, scale: Float = 1) {
    var random = RandomSource(seed: seed).stream("toy generator")
    weights = Tensor(normal: [latentSize, imageShape.scalarCount], standardDeviation: scale, using: &random)
    self.imageShape = imageShape
  }

  /// Two pixels, each ruled by one entry of z.
  static var plane: ToyGenerator {
    var generator = ToyGenerator(latentSize: 2, imageShape: [1, 2, 1])
    generator.weights = Tensor([1, 0, 0, 1], shape: [2, 2])
    return generator
  }

  var latentSize: Int { weights.shape[0] }

  func images(from latents: Tensor) -> Tensor {
    let alive = isRectified ? latents.relu() : latents
    return (matmul(alive, weights) + offset).tanh().reshaped(to: [latents.shape[0]] + imageShape)
  }
}

/// Clouds of points in the unit square, as images of two pixels.
struct Clouds {
  var centres: [(Float, Float)] = [(0.3, 0.4), (0.7, 0.6)]
  var spread: Float = 0.12

  func samples(_ count: Int, seed: Int) -> (inputs: Tensor, labels: [Int]) {
    var random = RandomSource(seed: seed).stream("clouds")
    var (scalars, labels) = ([Float](), [Int]())
    for _ in 0..<count {
      let label = random.integer(below: centres.count)
      labels.append(label)
      for centre in [centres[label].0, centres[label].1] {
        scalars.append(min(max(centre + spread * random.normal(), 0), 1))
      }
    }
    return (Tensor(scalars, shape: [count, 1, 2, 1]), labels)
  }

  /// Softmax of the negative squared distances to the centres: sure away from the boundaries, unsure near them.
  func probabilities(of inputs: Tensor, sharpness: Float = 40) -> Tensor {
    let scalars = inputs.flattened().scalars
    let logits = stride(from: 0, to: scalars.count, by: 2).flatMap { row in
      centres.map { centre in
        let (dx, dy) = (scalars[row] - centre.0, scalars[row + 1] - centre.1)
        return -sharpness * (dx * dx + dy * dy)
      }
    }
    return softmax(Tensor(logits, shape: [inputs.shape[0], centres.count]))
  }
}
