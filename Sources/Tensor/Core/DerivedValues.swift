internal import CKernels

/// What was computed from the contents of a storage and holds until they change: transformed weights.
///
/// The first request computes and keeps nothing, since most weights of a training step are used once per change; the
/// second keeps, if the value is not large. Any access for writing empties the table.
final class DerivedValues {
  /// What a value is: which transform, of which part.
  struct Key: Hashable {
    var purpose: Int
    var sizes: [Int]
    var offset: Int
  }

  /// Scalars of the largest value that is kept: 32 MiB.
  private static let largest = 8 << 20

  private var values: [Key: Storage?] = [:]

  /// The value of `key`, from `make` unless it was kept. Safe to call from several threads.
  static func value(of storage: Storage, _ key: Key, _ make: () -> Storage) -> Storage {
    ladle_lock()
    let table = storage.derived ?? DerivedValues()
    storage.derived = table
    let known = table.values[key]
    ladle_unlock()
    if case .some(.some(let kept)) = known { return kept }
    let made = make()
    ladle_lock()
    table.values[key] = .some(known == nil || made.count > largest ? nil : made)
    ladle_unlock()
    return made
  }
}
