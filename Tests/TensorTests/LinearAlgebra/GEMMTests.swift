import Tensor
import TestSupport
import Testing

@Suite(.serialized) struct GEMMTests {
  /// Sizes that are cut along rows, along columns, along the inner index, and not at all: sums in double precision, and
  /// the same bits for 1, 2, 3 and 8 threads.
  @Test(arguments: [[10, 100, 4096], [3, 70, 5000], [64, 1, 4096], [300, 40, 70], [12, 700, 60], [5, 9, 33]])
  func productsAreSums(sizes: [Int]) {
    let (rows, columns, inner) = (sizes[0], sizes[1], sizes[2])
    var random = RandomSource(seed: 61)
    let a = Tensor(normal: [rows, inner], using: &random)
    let b = Tensor(normal: [inner, columns], using: &random)
    let (first, second) = (a.scalars.map(Double.init), b.scalars.map(Double.init))
    var expected = [Double](repeating: 0, count: rows * columns)
    for i in 0..<rows {
      for k in 0..<inner {
        for j in 0..<columns { expected[i * columns + j] += first[i * inner + k] * second[k * columns + j] }
      }
    }
    let (aT, bT) = (a.transposed(), b.transposed())
    func products() -> [Tensor] {
      [
        matmul(a, b), matmul(aT, b, transposeA: true), matmul(a, bT, transposeB: true),
        matmul(aT, bT, transposeA: true, transposeB: true),
      ]
    }
    let before = ThreadPool.threadCount
    defer { ThreadPool.threadCount = before }
    ThreadPool.threadCount = 1
    let alone = products()
    let scale = Double(inner).squareRoot()
    for product in alone {
      for (value, sum) in zip(product.scalars, expected) { #expect(abs(Double(value) - sum) < 1e-5 * scale) }
    }
    for threads in [2, 3, 8] {
      ThreadPool.threadCount = threads
      for (one, several) in zip(alone, products()) { #expect(bitMismatch(one, several) == nil) }
    }
  }
}
