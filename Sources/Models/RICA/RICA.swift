public import Tensor

/// Features learnt without labels: independent component analysis with reconstruction cost, applied to images.
///
/// Le, Karpenko, Ngiam and Ng, "ICA with reconstruction cost for efficient overcomplete feature learning", NIPS 2011.
/// Random patches, each less its mean, are whitened, and W is found by L-BFGS on all of them
/// (see ``RICAFilters/objective(_:sparsity:smoothing:)``). On an image every place is such a patch: subtracting the
/// mean, whitening and W are one convolution; its responses are rectified, and averaged over regions.
///
/// As a module it has no learnable parameters; filters and whitening are state, to be saved and loaded.
public struct RICA: Module {
  /// The settings.
  public let configuration: RICAConfiguration
  /// Channels of the images.
  public let channels: Int
  /// W, rows of length 1, `[filters, d]` with `d = patchSide² · channels`.
  public private(set) var filters: Tensor
  /// How patches are whitened.
  public private(set) var whitening: Whitening

  /// Not learnt: everything is 0 until ``Module/load(from:)`` or ``Module/restore(_:)`` fills it.
  public init(unfitted configuration: RICAConfiguration, channels: Int) {
    if let problem = configuration.problem() { preconditionFailure("RICA: \(problem)") }
    let size = configuration.patchSide * configuration.patchSide * channels
    self.configuration = configuration
    self.channels = channels
    filters = .zeros([configuration.filters, size])
    whitening = Whitening(unfitted: size)
  }

  /// Learns from `images`, `[N, H, W, C]` in [0, 1].
  ///
  /// - Parameters:
  ///   - configuration: valid settings.
  ///   - images: at least one, with sides of at least `patchSide` pixels. Untraced.
  ///   - random: the patches and the initial W come from streams of it.
  ///   - observer: told of every step of L-BFGS; `false` stops after it, and W stays what it is.
  /// - Returns: the model, and how the optimisation went.
  /// - Throws: ``Failure``.
  /// - Complexity: O(iterations · patches · filters · d).
  public static func learn(
    _ configuration: RICAConfiguration, from images: Tensor, using random: RandomSource,
    observer: (LBFGS.Progress) -> Bool = { _ in true }
  ) throws(Failure) -> (model: RICA, result: LBFGS.Result) {
    precondition(images.rank == 4, "images of shape \(images.shape) are not [N, H, W, C]")
    var model = RICA(unfitted: configuration, channels: images.shape[3])
    var places = random.stream("patches")
    let patches = ImagePatches.random(
      configuration.patches, side: configuration.patchSide, of: images.detached,
      minimumDeviation: configuration.minimumDeviation, using: &places)
    do {
      model.whitening = try Whitening(
        of: patches, method: configuration.whitening, regularization: configuration.whiteningRegularization)
    } catch { throw .whitening(error) }
    let samples = model.whitening(patches)
    var weights = random.stream("weights")
    var filters = RICAFilters(configuration.filters, size: samples.shape[1], using: &weights)
    var optimizer = LBFGS()
    (optimizer.maximumIterations, optimizer.memory) = (configuration.iterations, configuration.memory)
    optimizer.valueTolerance = 1e-7
    let result: LBFGS.Result
    do {
      result = try optimizer.minimize(&filters, observer: observer) {
        $0.objective(samples, sparsity: configuration.sparsity, smoothing: configuration.smoothing)
      }
    } catch { throw .optimization(error) }
    model.filters = filters.normalized
    return (model, result)
  }

  /// Why nothing was learnt.
  public enum Failure: Error, Hashable, CustomStringConvertible {
    /// The patches cannot be whitened.
    case whitening(SymmetricEigen.Failure)
    /// The objective is not finite.
    case optimization(LBFGSError)

    /// One sentence that says what to do.
    public var description: String {
      switch self {
      case .whitening(let failure): "the patches cannot be whitened: \(failure)"
      case .optimization(let error): "no filters were found: \(error)"
      }
    }
  }

  /// Visits the state.
  public mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    visitor.visitState("filters", &filters)
    whitening.visit(with: &visitor)
  }

  // MARK: - Applying it

  /// The one convolution: `weight` `[side, side, C, filters]` and `bias` `[filters]`.
  ///
  /// W·V·(P·x − mean), where V whitens and P subtracts a patch's mean, is (W·V·P)·x − W·V·mean.
  public var convolution: (weight: Tensor, bias: Tensor) {
    let whitened = matmul(filters, whitening.matrix)
    let size = filters.shape[1]
    let bias = -matmul(whitened, whitening.mean.reshaped(to: [size, 1])).reshaped(to: [filters.shape[0]])
    let kernel = whitened - whitened.mean(alongAxes: [1], keepingAxes: true)
    let side = configuration.patchSide
    return (kernel.transposed().reshaped(to: [side, side, channels, filters.shape[0]]), bias)
  }

  /// Responses at every place where a patch fits, `[N, H − side + 1, W − side + 1, filters]`; differentiable.
  ///
  /// - Precondition: `images` is `[N, H, W, channels]` with sides of at least `patchSide` pixels.
  public func responses(to images: Tensor) -> Tensor {
    precondition(
      images.rank == 4 && images.shape[3] == channels && images.shape[1] >= configuration.patchSide
        && images.shape[2] >= configuration.patchSide,
      "images of shape \(images.shape) for patches of \(configuration.patchSide) pixels and \(channels) channels")
    let (weight, bias) = convolution
    return convolution2D(images, weight, bias: bias)
  }

  /// Rectified responses, averaged over regions: `[N, poolingRegions² · filters]`, row by row, differentiable.
  ///
  /// - Precondition: as for ``responses(to:)``.
  /// - Complexity: O(N · H · W · d · filters).
  public func features(of images: Tensor) -> Tensor {
    let responses = responses(to: images)
    let rectified =
      switch configuration.rectification {
      case .absolute: responses.absoluteValue()
      case .soft:
        (responses.squared() + configuration.smoothing).squareRoot() - configuration.smoothing.squareRoot()
      }
    let (side, regions) = (rectified.shape[1], configuration.poolingRegions)
    guard side == rectified.shape[2], side % regions == 0 else {
      return AdaptiveAveragePool2D(regions)(rectified).flattened()
    }
    return averagePool2D(rectified, size: side / regions).flattened()
  }

  /// The rows of W as patches, `[filters, side, side, C]`, each scaled to ±½ around ½, to be looked at: in the
  /// coordinates of zero-phase whitening, where a patch still looks like a patch, whichever whitening was used.
  public var pictures: Tensor {
    var rows = filters
    if configuration.whitening == .pca {
      let deviations = (whitening.variances + configuration.whiteningRegularization).squareRoot()
      rows = matmul(filters, whitening.matrix * deviations.reshaped(to: [filters.shape[1], 1]))
    }
    let largest = rows.absoluteValue().max(alongAxes: [1], keepingAxes: true) + 1e-20
    let side = configuration.patchSide
    return (rows / largest * 0.5 + 0.5).reshaped(to: [filters.shape[0], side, side, channels])
  }
}
