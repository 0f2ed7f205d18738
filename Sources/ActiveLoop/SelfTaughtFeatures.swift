public import Models
public import Tensor

/// Pixels beside features that RICA learnt from unlabelled inputs: the self-taught learning that the GAAL paper
/// compares with (Raina, Battle, Lee, Packer and Ng, "Self-taught learning: transfer learning from unlabeled data",
/// ICML 2007, with the features of Le et al., NIPS 2011).
///
/// Each block is multiplied by one number, so that its total variance (the sum over its features) on the unlabelled
/// inputs is half of that of the pixels. Both blocks then weigh the same, and a cost C of a linear machine means what
/// it means for pixels alone.
public struct SelfTaughtFeatures: FeatureMap {
  /// What learnt the features.
  public let model: RICA
  /// What pixels are multiplied with: 1/√2.
  public let pixelScale: Float
  /// What RICA's features are multiplied with.
  public let featureScale: Float

  /// Measures both blocks on unlabelled `inputs`, `[N, H, W, C]` in [0, 1]; normally those that `model` learnt from.
  ///
  /// - Parameter chunk: inputs that go through the model at a time.
  /// - Precondition: N > 0, and the model takes such images.
  public init(_ model: RICA, fittedTo inputs: Tensor, chunk: Int = 512) {
    precondition(inputs.rank == 4 && inputs.shape[0] > 0 && chunk > 0, "no inputs to measure")
    var (pixels, features) = (Spread(), Spread())
    for start in stride(from: 0, to: inputs.shape[0], by: chunk) {
      let part = inputs.detached.rows(start..<min(start + chunk, inputs.shape[0]))
      pixels.add(part.flattened())
      features.add(model.features(of: part))
    }
    self.model = model
    pixelScale = Float(0.5.squareRoot())
    let (wanted, found) = (pixels.totalVariance / 2, features.totalVariance)
    featureScale = found > 0 ? Float((wanted / found).squareRoot()) : 1
  }

  /// `[N, H, W, C]` to `[N, H·W·C + regions² · filters]`: pixels first.
  public func features(of inputs: Tensor) -> Tensor {
    concatenate([inputs.flattened() * pixelScale, model.features(of: inputs) * featureScale], alongAxis: 1)
  }
}

/// Sums and sums of squares by column, in double precision.
private struct Spread {
  private var count = 0
  private var sums: [Double] = []
  private var squares: [Double] = []

  mutating func add(_ rows: Tensor) {
    let width = rows.shape[1]
    if sums.isEmpty { (sums, squares) = ([Double](repeating: 0, count: width), [Double](repeating: 0, count: width)) }
    count += rows.shape[0]
    rows.withUnsafeScalars { scalars in
      for row in 0..<rows.shape[0] {
        for column in 0..<width {
          let value = Double(scalars[row * width + column])
          sums[column] += value
          squares[column] += value * value
        }
      }
    }
  }

  /// Σ over columns of the mean square less the squared mean.
  var totalVariance: Double {
    let n = Double(count)
    return zip(sums, squares).reduce(0) { $0 + max(0, $1.1 / n - $1.0 / n * ($1.0 / n)) }
  }
}

extension ExperimentData {
  /// The same samples with their features in place of the inputs, `[N, F]`, computed once: for schemes that ask about
  /// the pool alone, with a learner on ``PixelFeatures``. What synthesizes needs the inputs themselves.
  ///
  /// - Parameter chunk: samples that go through the map at a time.
  public func mapped(by map: some FeatureMap, chunk: Int = 512) throws(ExperimentError) -> ExperimentData {
    func features(_ inputs: Tensor) -> Tensor {
      concatenate(
        stride(from: 0, to: inputs.shape[0], by: chunk).map { start in
          map.features(of: inputs.rows(start..<min(start + chunk, inputs.shape[0])))
        })
    }
    return try ExperimentData(
      pool: features(pool),
      tests: tests.map { TestSet(name: $0.name, inputs: features($0.inputs), labels: $0.labels) },
      classNames: classNames)
  }
}
