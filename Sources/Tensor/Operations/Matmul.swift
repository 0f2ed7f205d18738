/// The matrix product op(a)·op(b), where op transposes if asked to. Shapes: op(a) is `[m, k]`, op(b) `[k, n]`, the
/// result `[m, n]`.
///
/// Gradient: with the product C = A·B, dA = dC·Bᵀ and dB = Aᵀ·dC.
///
/// - Precondition: both are matrices and the inner sizes agree.
/// - Complexity: O(m·n·k).
public func matmul(_ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false) -> Tensor {
  precondition(a.rank == 2 && b.rank == 2, "matmul takes matrices, not shapes \(a.shape) and \(b.shape)")
  let (rows, inner) = transposeA ? (a.shape[1], a.shape[0]) : (a.shape[0], a.shape[1])
  let (innerB, columns) = transposeB ? (b.shape[1], b.shape[0]) : (b.shape[0], b.shape[1])
  precondition(
    inner == innerB,
    "matmul of \(a.shape)\(transposeA ? "ᵀ" : "") and \(b.shape)\(transposeB ? "ᵀ" : ""): inner sizes differ")
  let product = Tensor(uninitialized: [rows, columns])
  parallelGEMM(
    transposeA: transposeA, transposeB: transposeB, rows: rows, columns: columns, inner: inner, a.pointer,
    stride: max(1, a.shape[1]), b.pointer, stride: max(1, b.shape[1]), into: product.freshPointer,
    stride: max(1, columns))
  withExtendedLifetime((a, b)) {}
  let (ua, ub) = (a.detached, b.detached)
  return product.recorded(from: a, b) { cotangent, wanted in
    // d op(A) = dC · op(B)ᵀ; transposed once more if op transposes.
    let da =
      !wanted[0]
      ? nil
      : transposeA
        ? matmul(ub, cotangent, transposeA: transposeB, transposeB: true)
        : matmul(cotangent, ub, transposeB: !transposeB)
    let db =
      !wanted[1]
      ? nil
      : transposeB
        ? matmul(cotangent, ua, transposeA: true, transposeB: transposeA)
        : matmul(ua, cotangent, transposeA: !transposeA)
    return [da, db]
  }
}
