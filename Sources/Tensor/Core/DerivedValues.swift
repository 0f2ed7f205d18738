internal import CKernels

/// What was computed from the contents of a storage and holds until they change: transformed weights.
///
/// A value is kept if it is asked for a second time before the contents change, or is likely to be, because so it was before
/// the last change: the weights of a discriminator serve several passes between two updates, those of a classifier one,
/// and keeping theirs would only take memory until the update. At first, small values are kept at once. The largest never are.
/// Any access for writing empties the table.
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

  /// Of these contents.
  private var values: [Key: Storage] = [:]
  private var requests: [Key: Int] = [:]
  /// Of the contents before: whether there was more than one request.
  private var wereRepeated: [Key: Bool] = [:]

  /// The contents have changed.
  func forget() {
    if requests.isEmpty { return }
    wereRepeated = requests.mapValues { $0 > 1 }
    values = [:]
    requests = [:]
  }

  /// The value of `key`, from `make` unless it was kept. Safe to call from several threads.
  static func value(of storage: Storage, _ key: Key, _ make: () -> Storage) -> Storage {
    ladle_lock()
    let table = table(of: storage)
    let before = table.count(key)
    let kept = table.values[key]
    ladle_unlock()
    if let kept { return kept }
    let made = make()
    ladle_lock()
    table.keep(made, key, requestsBefore: before)
    ladle_unlock()
    return made
  }

  /// The value of `key` if it was kept, or if it is asked for again and is not too large to keep: for those who can do
  /// without it.
  static func valueIfRepeated(of storage: Storage, _ key: Key, scalars: Int, _ make: () -> Storage) -> Storage? {
    ladle_lock()
    let table = table(of: storage)
    let before = table.count(key)
    let kept = table.values[key]
    ladle_unlock()
    if let kept { return kept }
    guard before > 0, scalars <= largest else { return nil }
    let made = make()
    ladle_lock()
    table.keep(made, key, requestsBefore: before)
    ladle_unlock()
    return made
  }

  private static func table(of storage: Storage) -> DerivedValues {
    let table = storage.derived ?? DerivedValues()
    storage.derived = table
    return table
  }

  /// Counts a request; how many there were before.
  private func count(_ key: Key) -> Int {
    let before = requests[key, default: 0]
    requests[key] = before + 1
    return before
  }

  private func keep(_ value: Storage, _ key: Key, requestsBefore: Int) {
    let isLikely = requestsBefore > 0 || wereRepeated[key] != false
    if isLikely, value.count <= (requestsBefore > 0 ? Self.largest : Self.small) { values[key] = value }
  }
}
