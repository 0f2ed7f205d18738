internal import CKernels

/// What the C kernels are compiled for. The best that the machine has is used, unless the environment variable
/// `LADLE_SIMD` named another when the program started.
package enum InstructionSet: String, Sendable, Hashable, Codable, CaseIterable {
  /// The compiler's baseline on x86-64: SSE2.
  case portable
  /// The baseline of arm64.
  case neon
  /// AVX2 and FMA.
  case avx2
  /// AVX-512 F, BW, CD, DQ and VL.
  case avx512

  /// Why a set is in use.
  package enum Choice: Sendable, Hashable {
    /// Nothing was asked for: the best there is.
    case automatic
    /// `LADLE_SIMD` asked for it.
    case requested
    /// `LADLE_SIMD` names a set that this machine lacks; the best is used instead.
    case unsupported(String)
    /// `LADLE_SIMD` is no set's name; the best is used instead.
    case unknown(String)
  }

  /// The set in use.
  package static var used: InstructionSet { InstructionSet(level: ladle_simd_used()) }

  /// Those that this machine can use, the best last.
  package static var available: [InstructionSet] {
    let best = ladle_simd_best()
    return [LADLE_SIMD_PORTABLE, LADLE_SIMD_AVX2, LADLE_SIMD_AVX512].map { Int32($0) }
      .filter { $0 <= best }.map(InstructionSet.init(level:))
  }

  /// What `LADLE_SIMD` may say on this machine, as a person would list it.
  package static var offer: String {
    let names = available.map(\.rawValue)
    return names.count < 2
      ? names.joined() : names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
  }

  /// Why the set in use when the program started was chosen.
  package static var choice: Choice {
    let word = String(cString: ladle_simd_word())
    return switch ladle_simd_reason() {
    case LADLE_SIMD_REQUESTED: .requested
    case LADLE_SIMD_UNSUPPORTED: .unsupported(word)
    case LADLE_SIMD_UNKNOWN: .unknown(word)
    default: .automatic
    }
  }

  /// Makes this set the one in use, for tests; no kernel may be running.
  ///
  /// - Precondition: the set is `available`.
  package func force() {
    precondition(Self.available.contains(self), "this machine lacks \(rawValue)")
    let done = ladle_simd_force(level)
    precondition(done != 0, "\(rawValue) cannot be used")
  }

  private init(level: Int32) {
    self = InstructionSet(rawValue: String(cString: ladle_simd_name(level))) ?? .portable
  }

  private var level: Int32 {
    switch self {
    case .portable, .neon: Int32(LADLE_SIMD_PORTABLE)
    case .avx2: Int32(LADLE_SIMD_AVX2)
    case .avx512: Int32(LADLE_SIMD_AVX512)
    }
  }
}
