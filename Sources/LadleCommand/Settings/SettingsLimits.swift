/// The largest numbers that settings may be: beyond them sizes overflow, or no memory would do, and a program that has begun
/// can only end in a crash.
enum SettingsLimits {
  /// By the last part of a setting's name.
  private static let special: [String: Int] = [
    "hidden": 16_384, "width": 4096, "latentSize": 65_536, "filters": 65_536, "members": 1000, "padding": 1024,
    "shift": 1024, "patchSide": 1024, "folds": 10_000, "memory": 10_000, "cacheBytes": 1 << 50,
  ]
  private static let usual = 1_000_000_000

  /// Throws a usage failure that names a number of `settings` which is too large, or below minus the limit. Seeds may be
  /// any.
  static func check(_ settings: some Encodable) throws {
    for leaf in try SettingsSchema(of: settings).resolved.leaves {
      let name = leaf.path.split(separator: ".").last.map(String.init) ?? leaf.path
      if name == "seed" || name == "seeds" || leaf.path.hasPrefix("fixedSeeds.") { continue }
      let limit = special[name] ?? usual
      for number in leaf.value.integers where number > limit || number < -limit {
        throw CommandFailure(.usage, "\(leaf.path) is \(number), and must lie within ±\(limit).")
      }
    }
  }
}

extension JSONValue {
  /// Every whole number in lists of any depth. Whole numbers beyond `Int` are numbers of the other kind.
  fileprivate var integers: [Int] {
    switch self {
    case .integer(let value): [value]
    case .array(let values): values.flatMap(\.integers)
    default: []
    }
  }
}
