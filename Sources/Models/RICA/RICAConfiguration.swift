/// The settings of ``RICA``. Codable with every value written out.
public struct RICAConfiguration: Codable, Sendable, Hashable {
  /// What becomes of the responses before they are pooled.
  public enum Rectification: String, Codable, Sendable, CaseIterable {
    /// |r|.
    case absolute
    /// sqrt(r² + ε) − sqrt(ε), the sparsity that was trained, with its ε; 0 where nothing responds.
    case soft
  }

  /// Pixels on a side of a patch.
  public var patchSide = 9
  /// Rows of W. More than a patch has scalars makes an overcomplete code.
  public var filters = 64
  /// Responses are averaged over this many regions along each side of an image.
  public var poolingRegions = 4
  /// λ, the weight of the sparsity against the reconstruction.
  public var sparsity: Float = 0.1
  /// ε in sqrt((Wx)² + ε).
  public var smoothing: Float = 0.01
  /// How patches are whitened.
  public var whitening = Whitening.Method.zca
  /// What whitening adds to every variance; pixels are in [0, 1].
  public var whiteningRegularization: Float = 0.01
  /// What becomes of the responses.
  public var rectification = Rectification.absolute
  /// Random patches that are learnt from.
  public var patches = 20_000
  /// Patches with a smaller standard deviation are not learnt from.
  public var minimumDeviation: Float = 0.05
  /// Steps of L-BFGS at most.
  public var iterations = 200
  /// Pairs that L-BFGS remembers.
  public var memory = 10

  /// The defaults.
  public init() {}

  /// What is wrong with a value, by its name, or nil.
  public func problem() -> String? {
    for (name, value) in [
      ("patchSide", patchSide), ("filters", filters), ("poolingRegions", poolingRegions), ("patches", patches),
      ("iterations", iterations), ("memory", memory),
    ] where value < 1 {
      return "\(name) is \(value), and must be at least 1"
    }
    // One pixel less its mean is nothing.
    if patchSide < 2 { return "patchSide is \(patchSide), and must be at least 2" }
    if patches < 2 { return "patches is \(patches), and must be at least 2" }
    for (name, value) in [("smoothing", smoothing), ("whiteningRegularization", whiteningRegularization)]
    where !(value > 0 && value.isFinite) {
      return "\(name) is \(value), and must be positive"
    }
    for (name, value) in [("sparsity", sparsity), ("minimumDeviation", minimumDeviation)]
    where !(value >= 0 && value.isFinite) {
      return "\(name) is \(value), and must be 0 or more"
    }
    return nil
  }
}
