internal import CKernels

/// A buffer of 32-bit floats from the storage pool: 64-byte aligned, recycled when the last tensor lets go.
///
/// `@unchecked` because the compiler cannot see that a buffer is written only while one tensor holds it
/// (`isKnownUniquelyReferenced`, or before its first tensor exists).
package final class Storage: @unchecked Sendable {
  package let pointer: UnsafeMutablePointer<Float>
  package let count: Int
  private let buffer: ladle_buffer
  /// Told of every access for writing; otherwise touched under the process's lock only.
  var derived: DerivedValues?

  /// A buffer whose contents are undefined.
  package init(count: Int) {
    let bytes = count * MemoryLayout<Float>.stride
    buffer = ladle_allocate(bytes)
    guard let memory = buffer.memory else {
      preconditionFailure("out of memory: the system has no \(bytes) bytes for a tensor of \(count) scalars")
    }
    pointer = memory.assumingMemoryBound(to: Float.self)
    self.count = count
  }

  deinit { ladle_release(buffer) }
}

/// What the storage pool holds, in bytes.
public struct MemoryStatistics: Sendable {
  /// How often memory was asked from the operating system since the start of the process.
  public var systemAllocations: Int
  /// Bytes that tensors hold now.
  public var liveBytes: Int
  /// The largest `liveBytes` since the last ``resetPeak()``.
  public var peakBytes: Int
  /// Bytes kept for reuse.
  public var cachedBytes: Int

  /// A reading of this moment.
  public static var current: MemoryStatistics {
    let read = ladle_storage_read()
    return MemoryStatistics(
      systemAllocations: Int(read.system_allocations), liveBytes: Int(read.live_bytes),
      peakBytes: Int(read.peak_bytes), cachedBytes: Int(read.cached_bytes))
  }

  /// Starts a new measurement of the peak.
  public static func resetPeak() { ladle_storage_reset_peak() }

  /// Returns the memory that no tensor holds to the operating system.
  public static func trim() { ladle_trim() }
}
