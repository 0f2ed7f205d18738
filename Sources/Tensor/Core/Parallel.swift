internal import CBLAS
internal import CKernels

/// The one pool of threads that every operation shares.
///
/// Work is cut into units whose size depends on the shape alone; threads only decide who runs a unit. That is why
/// results have the same bits for any number of threads.
public enum ThreadPool {
  /// Threads that work on an operation, the calling one included: at first the environment's `LADLE_THREADS`, or
  /// the number of processors. Set it between operations, not during one.
  public static var threadCount: Int {
    get { Int(ladle_pool_threads()) }
    set {
      precondition(newValue >= 1, "a pool needs at least one thread, not \(newValue)")
      ladle_pool_set_threads(Int32(clamping: newValue))
    }
  }

  /// From now on the operations of the calling thread run on it alone, and leave the pool to other threads; the results
  /// are the same bits. For a thread that works in the background, for as long as it lives.
  package static func standAside() { ladle_pool_stand_aside() }
}

/// OpenBLAS computes on the calling thread alone, since its own threads would fight ours for the cores, and with the
/// kernels that fit the processor.
private let blasIsConfigured: Void = ladle_configure_blas()

/// Runs `body(unit)` for every unit in `0..<units`, in any order and on any thread; returns when all are done.
package func parallel(_ units: Int, _ body: (_ unit: Int) -> Void) {
  parallelWithWorkers(units) { unit, _ in body(unit) }
}

/// As `parallel`, telling the unit which worker (`0..<ThreadPool.threadCount`) runs it, for scratch memory.
package func parallelWithWorkers(_ units: Int, _ body: (_ unit: Int, _ worker: Int) -> Void) {
  _ = blasIsConfigured
  if units <= 1 {
    if units == 1 { body(0, 0) }
    return
  }
  withoutActuallyEscaping(body) { escapable in
    var box = escapable
    withUnsafeMutablePointer(to: &box) { pointer in
      ladle_parallel(
        units,
        { context, unit, worker in
          guard let context else { return }
          let body = context.assumingMemoryBound(to: ((Int, Int) -> Void).self)
          body.pointee(unit, Int(worker))
        }, pointer)
    }
  }
}

/// Cuts `0..<count` into chunks of `chunk` (the last may be shorter) and runs `body` on each.
package func parallelChunks(_ count: Int, of chunk: Int, _ body: (_ range: Range<Int>) -> Void) {
  parallel((count + chunk - 1) / chunk) { unit in
    body(unit * chunk..<min(count, (unit + 1) * chunk))
  }
}

/// Scalars per unit of an elementwise kernel: 128 KiB, which stays in the second-level cache.
package let elementwiseChunk = 32 * 1024

/// Configures BLAS before its first call.
package func prepareBLAS() { _ = blasIsConfigured }
