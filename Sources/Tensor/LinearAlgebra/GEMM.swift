internal import CBLAS
internal import CKernels

/// C ← α·op(A)·op(B) + β·C on the calling thread; row-major, C is `rows` × `columns`, the inner size `inner`.
///
/// By OpenBLAS, or by our packed micro-kernel at the sizes where that is faster: see ``isPackedFaster``.
package func gemm(
  transposeA: Bool = false, transposeB: Bool = false, rows: Int, columns: Int, inner: Int,
  alpha: Float = 1, _ a: UnsafePointer<Float>, stride aStride: Int, _ b: UnsafePointer<Float>,
  stride bStride: Int, beta: Float = 0, into c: UnsafeMutablePointer<Float>, stride cStride: Int
) {
  guard rows > 0, columns > 0 else { return }
  if alpha == 1, beta == 0 || beta == 1,
    isPackedFaster(transposeA, transposeB, rows: rows, columns: columns, inner: inner)
  {
    let scratch = Storage(count: ladle_matrix_scratch(columns))
    ladle_matrix_product(
      transposeA ? 1 : 0, transposeB ? 1 : 0, rows, columns, inner, a, aStride, b, bStride, c, cStride,
      beta == 0 ? 0 : 1, scratch.pointer)
    return
  }
  prepareBLAS()
  cblas_sgemm(
    CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
    Int32(rows), Int32(columns), Int32(inner), alpha, a, Int32(aStride), b, Int32(bStride), beta, c,
    Int32(cStride))
}

/// Whether the packed micro-kernel beats OpenBLAS 0.3.21 on one thread: measured for each instruction set, see
/// Documentation/Decisions. Both are as fast near the borders.
private func isPackedFaster(
  _ transposeA: Bool, _ transposeB: Bool, rows: Int, columns: Int, inner: Int
) -> Bool {
  guard columns % 16 == 0 || columns >= 256, columns >= 32, inner >= 16 else { return false }
  let work = rows * columns * inner
  switch InstructionSet.used {
  case .avx512:
    if transposeA { return rows >= 64 && work <= 40 << 20 }
    return work <= 40 << 20 && (!transposeB || rows <= 2048)
  case .avx2:
    if transposeA || transposeB { return false }
    return rows < 24 || ((64...320).contains(inner) && work <= 16 << 20)
  default: return false
  }
}

/// The same on the pool. The larger side of C is cut into blocks whose size depends on the shape alone, multiples
/// of 48 (or 32 for small products) so that every block but the last fills the micro-kernels' tiles.
package func parallelGEMM(
  transposeA: Bool = false, transposeB: Bool = false, rows: Int, columns: Int, inner: Int,
  alpha: Float = 1, _ a: UnsafePointer<Float>, stride aStride: Int, _ b: UnsafePointer<Float>,
  stride bStride: Int, beta: Float = 0, into c: UnsafeMutablePointer<Float>, stride cStride: Int
) {
  prepareBLAS()
  let work = rows * columns * inner
  let longest = max(rows, columns)
  let tile = longest < 1024 ? 32 : 48
  let blocks = work < 150_000 ? 1 : min(8, max(1, longest / 64))
  let block = ((longest + blocks - 1) / blocks + tile - 1) / tile * tile
  if blocks == 1 || block >= longest {
    if work >= 500_000, inner >= 2048 {
      return summedGEMM(
        transposeA: transposeA, transposeB: transposeB, rows: rows, columns: columns, inner: inner, alpha: alpha, a,
        stride: aStride, b, stride: bStride, beta: beta, into: c, stride: cStride)
    }
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

/// The same for a small C and a long inner index, which is cut into at most eight parts; their products are added in
/// order.
private func summedGEMM(
  transposeA: Bool, transposeB: Bool, rows: Int, columns: Int, inner: Int, alpha: Float, _ a: UnsafePointer<Float>,
  stride aStride: Int, _ b: UnsafePointer<Float>, stride bStride: Int, beta: Float,
  into c: UnsafeMutablePointer<Float>, stride cStride: Int
) {
  let parts = min(8, inner / 512)
  let depth = ((inner + parts - 1) / parts + 15) / 16 * 16
  let partial = Storage(count: parts * rows * columns)
  parallelChunks(inner, of: depth) { range in
    let first = range.lowerBound
    gemm(
      transposeA: transposeA, transposeB: transposeB, rows: rows, columns: columns, inner: range.count, alpha: alpha,
      a + first * (transposeA ? aStride : 1), stride: aStride, b + first * (transposeB ? 1 : bStride), stride: bStride,
      into: partial.pointer + first / depth * rows * columns, stride: columns)
  }
  for row in 0..<rows {
    let to = c + row * cStride
    for column in 0..<columns {
      var sum = beta == 0 ? 0 : beta * to[column]
      for part in 0..<(inner + depth - 1) / depth {
        sum += partial.pointer[(part * rows + row) * columns + column]
      }
      to[column] = sum
    }
  }
}
