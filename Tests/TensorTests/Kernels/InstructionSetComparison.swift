import Tensor
import Testing

/// How far the results of two instruction sets may lie apart. What differs between them is where a product and a sum
/// are rounded once instead of twice, and the order of a sum's terms.
enum Agreement {
  /// The same bits (any NaN for a NaN): comparisons, copies, integers, and operations that IEEE 754 rounds exactly.
  case bits
  /// |a − b| ≤ `bound` · max(1, |a|).
  case within(Float)
  /// |a − b| ≤ 1e-6 · √n · max(1, |a|), for sums of `n` terms of about one.
  case sums(of: Int)

  func holds(_ a: Float, _ b: Float) -> Bool {
    if a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN) { return true }
    let bound: Float
    switch self {
    case .bits: return false
    case .within(let value): bound = value
    case .sums(let n): bound = 1e-6 * Float(n).squareRoot()
    }
    return a == b || abs(a - b) <= bound * max(1, abs(a))
  }
}

/// Runs `compute` under every instruction set of this machine and compares each with the portable one. Only in a
/// process of its own: the set is that of the whole process.
func compareInstructionSets(
  _ name: String, _ agreement: Agreement, sourceLocation: SourceLocation = #_sourceLocation, _ compute: () -> [[Float]]
) {
  let sets = InstructionSet.available
  let results = sets.map { set in
    set.force()
    precondition(InstructionSet.used == set, "\(set) was forced and \(InstructionSet.used) is used")
    return compute()
  }
  for (set, result) in zip(sets, results).dropFirst() {
    #expect(result.map(\.count) == results[0].map(\.count), sourceLocation: sourceLocation)
    for (part, (expected, found)) in zip(results[0], result).enumerated() {
      let wrong = zip(expected, found).enumerated().first { !agreement.holds($1.0, $1.1) }
      #expect(
        wrong == nil,
        "\(name), part \(part): \(set) at \(wrong?.offset ?? 0) gives \(wrong?.element.1 ?? 0), not \(wrong?.element.0 ?? 0)",
        sourceLocation: sourceLocation)
    }
  }
}

/// Numbers with fixed seeds, of lengths that leave remainders in every vector width.
enum KernelInputs {
  static func normal(_ shape: Shape, seed: Int = 1) -> Tensor {
    var random = RandomSource(seed: seed)
    return Tensor(normal: shape, using: &random)
  }

  static func uniform(_ shape: Shape, low: Float, high: Float, seed: Int = 2) -> Tensor {
    var random = RandomSource(seed: seed)
    return Tensor(uniform: shape, low: low, high: high, using: &random)
  }

  /// Numbers of every size, and the special ones.
  static let extremes: [Float] = [
    0, -0.0, 1, -1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNormalMagnitude, 88.7, -87.4, -104, 15,
    -15, .greatestFiniteMagnitude, 1e-20, -1e10, 0.5, 3,
  ]
}
