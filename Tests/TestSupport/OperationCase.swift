public import Tensor
public import Testing

/// One differentiable operation, and inputs at which its gradients can be checked by differences.
///
/// Tables of cases live beside the tests, one per file of operations; `OperationCase.all` joins them.
public struct OperationCase: Sendable, CustomTestStringConvertible {
  /// An operand: its shape, and where its scalars lie.
  public struct Operand: Sendable {
    let shape: Shape
    let range: ClosedRange<Float>
    let kinks: [Float]
    let isDistinct: Bool

    /// Uniform scalars in `range`, at least 0.1 from every one of `kinks`.
    public static func uniform(
      _ shape: Shape, in range: ClosedRange<Float> = -2...2, awayFrom kinks: [Float] = []
    ) -> Operand {
      Operand(shape: shape, range: range, kinks: kinks, isDistinct: false)
    }

    /// Scalars 0.25 apart in random order, for operations that choose one.
    public static func distinct(_ shape: Shape) -> Operand {
      Operand(shape: shape, range: 0...1, kinks: [], isDistinct: true)
    }

    func drawn(using random: inout RandomSource) -> Tensor {
      if isDistinct {
        let order = random.permutation(of: shape.scalarCount)
        return Tensor(order.map { Float($0 - shape.scalarCount / 2) * 0.25 }, shape: shape)
      }
      return Tensor(
        (0..<shape.scalarCount).map { _ in
          while true {
            let scalar = range.lowerBound + (range.upperBound - range.lowerBound) * random.uniform()
            if kinks.allSatisfy({ abs($0 - scalar) >= 0.1 }) { return scalar }
          }
        }, shape: shape)
    }
  }

  let name: String
  /// The stems of the source files whose code the case runs.
  public let files: [String]
  let operands: [Operand]
  let step: Float
  let tolerance: Double
  let function: @Sendable ([Tensor]) -> Tensor

  /// A case that covers the source files with the stems `files`.
  public init(
    _ name: String, files: [String], _ operands: [Operand], step: Float = 2e-2, tolerance: Double = 2e-3,
    function: @escaping @Sendable ([Tensor]) -> Tensor
  ) {
    self.name = name
    self.files = files
    self.operands = operands
    self.step = step
    self.tolerance = tolerance
    self.function = function
  }

  /// The same for one operand, by default 3 × 5.
  public init(
    unary name: String, files: [String], _ operand: Operand = .uniform([3, 5]), step: Float = 2e-2,
    function: @escaping @Sendable (Tensor) -> Tensor
  ) {
    self.init(name, files: files, [operand], step: step) { function($0[0]) }
  }

  /// The same for two.
  public init(
    binary name: String, files: [String], _ a: Operand, _ b: Operand, step: Float = 2e-2,
    function: @escaping @Sendable (Tensor, Tensor) -> Tensor
  ) {
    self.init(name, files: files, [a, b], step: step) { function($0[0], $0[1]) }
  }

  /// The name, in test reports.
  public var testDescription: String { name }

  /// What is wrong with the gradients at inputs drawn from `seed`, or `nil`.
  public func gradientMismatch(seed: Int) -> String? {
    var random = RandomSource(seed: seed).stream(name)
    let drawn = operands.map { $0.drawn(using: &random) }
    return TestSupport.gradientMismatch(of: function, at: drawn, step: step, tolerance: tolerance, seed: seed)
  }
}
