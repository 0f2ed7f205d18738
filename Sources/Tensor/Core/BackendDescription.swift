internal import CBLAS
internal import CKernels

/// What computes: the processor's vector units, BLAS and LAPACK, as they are at run time.
package struct BackendDescription: Sendable, Hashable, Codable {
  /// Vector extensions the processor and the system support, such as `avx2`.
  package let instructionSets: [String]
  /// The instruction set that the C kernels use, such as `avx512`.
  package let kernelLevel: String
  /// Why that one: the best of this machine, or asked for by `LADLE_SIMD`.
  package let kernelReason: String
  /// The BLAS library with its version, such as `OpenBLAS 0.3.26`.
  package let blas: String
  /// What the library says of its build, word for word.
  package let blasConfiguration: String
  /// The kernels the library chose for this processor, such as `SkylakeX`.
  package let blasCore: String
  /// Whether LAPACKE factorises a small matrix correctly.
  package let hasLAPACKE: Bool
  /// Threads of Ladle's pool; BLAS itself computes on one.
  package let threads: Int

  /// Asks the libraries.
  package init() {
    let names: [(Int, String)] = [
      (LADLE_CPU_SSE42, "sse4.2"), (LADLE_CPU_AVX2, "avx2"), (LADLE_CPU_FMA, "fma"),
      (LADLE_CPU_AVX512F, "avx512f"), (LADLE_CPU_AVX512BW, "avx512bw"), (LADLE_CPU_AVX512DQ, "avx512dq"),
      (LADLE_CPU_AVX512VL, "avx512vl"), (LADLE_CPU_AVX512VNNI, "avx512vnni"),
      (LADLE_CPU_AVX512BF16, "avx512bf16"), (LADLE_CPU_NEON, "neon"),
    ].map { (Int($0.0), $0.1) }
    let features = Int(ladle_cpu_features())
    instructionSets = names.filter { features & $0.0 != 0 }.map(\.1)
    kernelLevel = InstructionSet.used.rawValue
    kernelReason =
      switch InstructionSet.choice {
      case .automatic: "the best here"
      case .requested: "as LADLE_SIMD asks"
      case .unsupported(let word): "the best here; LADLE_SIMD asks for \(word)"
      case .unknown: "the best here; LADLE_SIMD names no instruction set"
      }

    prepareBLAS()
    let configuration = openblas_get_config().map { String(cString: $0) } ?? ""
    blasConfiguration = configuration
    let words = configuration.split(separator: " ")
    blas = words.count >= 2 && words[0] == "OpenBLAS" ? "OpenBLAS \(words[1])" : "OpenBLAS"
    blasCore = openblas_get_corename().map { String(cString: $0) } ?? "unknown"
    hasLAPACKE = Self.factorisesCorrectly()
    threads = ThreadPool.threadCount
  }

  /// The Cholesky factor of [4 2; 2 5] is [2 0; 1 2].
  private static func factorisesCorrectly() -> Bool {
    var matrix: [Float] = [4, 2, 2, 5]
    let code = LAPACKE_spotrf(LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "L")), 2, &matrix, 2)
    return code == 0 && matrix[0] == 2 && matrix[2] == 1 && matrix[3] == 2
  }
}
