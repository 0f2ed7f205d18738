internal import Tensor

/// The matrix of kernel values between training samples, row by row: computed in batches when asked for, kept while
/// they fit, and narrowed to the active samples when there is no room for whole rows.
struct KernelMatrix {
  /// Up to this many samples every row is computed at the first request: nearly all will be needed. The second number
  /// is for samples that are multiplied densely, where the whole matrix costs about half of what its rows do: see
  /// ``KernelPoints/allRows(into:)``. With 350 samples of 1024 features a linear machine asked for 330 to 349 of them.
  static let smallCount = (sparse: 256, dense: 512)

  let points: KernelPoints
  private let cacheBytes: Int
  private(set) var columns: KernelPoints.Columns
  private var cache: KernelRowCache
  /// Rows computed so far, those computed again included.
  private(set) var computedRows = 0

  init(_ points: KernelPoints, cacheBytes: Int) {
    self.points = points
    self.cacheBytes = cacheBytes
    columns = points.allColumns()
    cache = KernelRowCache(count: points.count, width: points.count, bytes: cacheBytes)
  }

  /// The number of samples.
  var count: Int { points.count }

  /// Whether rows cover all samples.
  var coversAll: Bool { columns.indices.count == count }

  /// The row of `sample` over ``columns``. When it must be computed, the rows that `likely(limit)` names are computed
  /// with it. The row stays valid while at most one more row is asked for.
  mutating func row(_ sample: Int, likely: (_ limit: Int, _ isHeld: (Int) -> Bool) -> [Int]) -> UnsafePointer<Float> {
    computeAllIfSmall()
    if let held = cache.row(sample) { return UnsafePointer(held) }
    let limit = min(points.batch, cache.capacity / 2) - 1
    var batch: [Int] = []
    if count <= KernelMatrix.smallCount.sparse, cache.capacity == count {
      batch = (0..<count).filter { $0 != sample && !cache.holds($0) }
    } else if limit > 0 {
      batch = likely(limit, cache.holds).filter { $0 != sample }
    }
    // Last, so that it is the most recently used.
    batch.append(sample)
    return UnsafePointer(compute(batch))
  }

  /// Rows for `samples` in any order; precondition: at most half of what the cache holds.
  mutating func rows(_ samples: [Int]) -> [UnsafePointer<Float>] {
    computeAllIfSmall()
    let missing = samples.filter { cache.row($0) == nil }
    if !missing.isEmpty { _ = compute(missing) }
    return samples.compactMap { cache.row($0) }.map { UnsafePointer($0) }
  }

  /// The most rows to ask ``rows(_:)`` for.
  var rowsAtOnce: Int { max(1, min(points.batch, cache.capacity / 2)) }

  private mutating func compute(_ samples: [Int]) -> UnsafeMutablePointer<Float> {
    var targets: [UnsafeMutablePointer<Float>] = []
    for sample in samples { targets.append(cache.makeRow(sample)) }
    for first in stride(from: 0, to: samples.count, by: points.batch) {
      let range = first..<min(samples.count, first + points.batch)
      points.rows(Array(samples[range]), over: columns, into: Array(targets[range]))
    }
    computedRows += samples.count
    return targets[targets.count - 1]
  }

  /// Fills the empty cache with every row if there are few samples, all dense, and room for them.
  private mutating func computeAllIfSmall() {
    guard cache.heldCount == 0, !points.isSparse, count <= KernelMatrix.smallCount.dense, cache.capacity == count else {
      return
    }
    points.allRows(into: (0..<count).map { cache.makeRow($0) })
    computedRows += count
  }

  // MARK: - Narrowing

  /// Whether rows over fewer columns would let the cache hold what it is about to give up.
  func profitsFromNarrowing(to active: Int) -> Bool {
    cache.capacity < count && cache.heldCount * 2 > cache.capacity && active * 10 < columns.indices.count * 7
  }

  /// Makes rows cover `active` alone, and keeps those of active samples that are held. Precondition: `active` is
  /// ascending and among the present columns.
  mutating func narrow(to active: [Int32]) {
    var place = [Int32](repeating: -1, count: count)
    for (position, sample) in columns.indices.enumerated() { place[Int(sample)] = Int32(position) }
    let positions = active.map { place[Int($0)] }
    var narrowed = KernelRowCache(count: count, width: active.count, bytes: cacheBytes)
    let isActive = Set(active.map(Int.init))
    for sample in cache.samplesByAge where isActive.contains(sample) {
      guard let row = cache.row(sample) else { continue }
      SupportVectorKernels.gather(row, columns: positions, into: narrowed.makeRow(sample))
    }
    cache = narrowed
    columns = points.columns(active)
  }

  /// Makes rows cover all samples again. Rows held over fewer columns are lost.
  mutating func widen() {
    guard !coversAll else { return }
    columns = points.allColumns()
    cache = KernelRowCache(count: count, width: count, bytes: cacheBytes)
  }
}
