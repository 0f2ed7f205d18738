import Models
import Tensor
import Testing

@Suite("SVM: the cache of kernel rows")
struct KernelRowCacheTests {
  /// Random requests against a list in order of use.
  @Test func leastRecentlyUsedGoesFirst() {
    var random = RandomSource(seed: 60)
    let count = 50
    for capacity in [4, 7, 50] {
      var cache = KernelRowCache(count: count, width: 20, bytes: capacity * 32 * 4)
      #expect(cache.capacity == capacity)
      var order: [Int] = []
      for _ in 0..<2000 {
        let sample = random.integer(below: count)
        #expect(cache.holds(sample) == order.contains(sample))
        if let row = cache.row(sample) {
          // The contents are those of this sample and nobody else.
          #expect(row[0] == Float(sample) && row[19] == Float(sample))
        } else {
          let row = cache.makeRow(sample)
          for k in 0..<20 { row[k] = Float(sample) }
          if order.count == capacity { order.removeFirst() }
        }
        order.removeAll { $0 == sample }
        order.append(sample)
        #expect(cache.heldCount == order.count)
      }
      #expect(cache.samplesByAge == order)
    }
  }

  @Test func neverFewerThanFourRowsNorMoreThanSamples() {
    #expect(KernelRowCache(count: 100, width: 100, bytes: 0).capacity == 4)
    #expect(KernelRowCache(count: 3, width: 3, bytes: 0).capacity == 3)
    #expect(KernelRowCache(count: 10, width: 10, bytes: 1 << 30).capacity == 10)
  }
}
