internal import CBLAS

/// C ← α·op(A)·op(B) + β·C on the calling thread; row-major, C is `rows` × `columns`, the inner size `inner`.
package func gemm(
  transposeA: Bool = false, transposeB: Bool = false, rows: Int, columns: Int, inner: Int,
  alpha: Float = 1, _ a: UnsafePointer<Float>, stride aStride: Int, _ b: UnsafePointer<Float>,
  stride bStride: Int, beta: Float = 0, into c: UnsafeMutablePointer<Float>, stride cStride: Int
) {
  guard rows > 0, columns > 0 else { return }
  prepareBLAS()
  cblas_sgemm(
    CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
    Int32(rows), Int32(columns), Int32(inner), alpha, a, Int32(aStride), b, Int32(bStride), beta, c,
    Int32(cStride))
}

/// The same on the pool. The larger side of C is cut into blocks whose size depends on the shape alone, multiples
/// of 48 so that every block but the last fills the micro-kernel's tiles.
package func parallelGEMM(
  transposeA: Bool = false, transposeB: Bool = false, rows: Int, columns: Int, inner: Int,
  alpha: Float = 1, _ a: UnsafePointer<Float>, stride aStride: Int, _ b: UnsafePointer<Float>,
  stride bStride: Int, beta: Float = 0, into c: UnsafeMutablePointer<Float>, stride cStride: Int
) {
  prepareBLAS()
  let work = rows * columns * inner
  let longest = max(rows, columns)
  let blocks = work < 500_000 ? 1 : min(8, max(1, longest / 96))
  let block = ((longest + blocks - 1) / blocks + 47) / 48 * 48
  if blocks == 1 || block >= longest {
    gemm(
      transposeA: transposeA, transposeB: transposeB, rows: rows, columns: columns, inner: inner, alpha: alpha, a,
      stride: aStride, b, stride: bStride, beta: beta, into: c, stride: cStride)
    return
  }
  parallelChunks(longest, of: block) { range in
    if rows >= columns {
      gemm(
        transposeA: transposeA, transposeB: transposeB, rows: range.count, columns: columns, inner: inner,
        alpha: alpha, a + range.lowerBound * (transposeA ? 1 : aStride), stride: aStride, b, stride: bStride,
        beta: beta, into: c + range.lowerBound * cStride, stride: cStride)
    } else {
      gemm(
        transposeA: transposeA, transposeB: transposeB, rows: rows, columns: range.count, inner: inner,
        alpha: alpha, a, stride: aStride, b + range.lowerBound * (transposeB ? bStride : 1), stride: bStride,
        beta: beta, into: c + range.lowerBound, stride: cStride)
    }
  }
}
