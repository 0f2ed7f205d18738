internal import CKernels

/// What was computed from the contents of a storage and holds until they change: transformed weights.
///
/// Small values are kept at once: the weights of a discriminator serve several passes between two updates. Larger ones
/// are kept when they are asked for a second time, since in ordinary training they never are, and the largest not at
/// all. Any access for writing empties the table.
final class DerivedValues {
  /// What a value is: which transform, of which part.
  struct Key: Hashable {
    var purpose: Int
    var sizes: [Int]
    var offset: Int
  }

  /// Scalars of the largest value that is kept at once (16 MiB), and at the second request (48 MiB).
  private static let small = 4 << 20
  private static let largest = 12 << 20

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
    let isKept = made.count <= small || (known != nil && made.count <= largest)
    table.values[key] = .some(isKept ? made : nil)
    ladle_unlock()
    return made
  }

  /// The value of `key` if it was kept, or if it is asked for again and is not too large to keep: for those who can do
  /// without it.
  static func valueIfRepeated(of storage: Storage, _ key: Key, scalars: Int, _ make: () -> Storage) -> Storage? {
    ladle_lock()
    let table = storage.derived ?? DerivedValues()
    storage.derived = table
    let known = table.values[key]
    if known == nil { table.values[key] = .some(nil) }
    ladle_unlock()
    if case .some(.some(let kept)) = known { return kept }
    guard known != nil, scalars <= largest else { return nil }
    return value(of: storage, key, make)
  }
}
