import Datasets

/// One run of a sweep: one strategy or scheme with one seed.
struct SweepCell: Sendable, Hashable {
  /// Data set, learner, strategy, seed, and a digest of every setting: the same run has the same name in every sweep.
  let name: String
  /// The words after `ladle run`, without the directory.
  let arguments: [String]
  /// What varies in the sweep, and its value here; not the seed.
  let varied: [Variation]
  let seed: Int
  let dataset: String
  /// Labels at the end of the run; nil where there is no budget.
  let budget: Int?

  struct Variation: Sendable, Hashable, Codable {
    var key: String
    var value: String
  }

  init(system: SweepSystem, arguments: [String], varied: [Variation], seed: Int) throws {
    let settings = try system.resolved(arguments)
    let identity = JSONValue.object(["system": .string(system.rawValue), "settings": settings])
    let digest = SHA256.hexadecimal(Array(try identity.text(indented: false).utf8))
    let words = system.readableName(settings) + ["seed-\(seed)"]
    let readable = words.joined(separator: "-").map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    name = "\(String(readable).prefix(80))-\(digest.prefix(10))"
    self.arguments = arguments
    self.varied = varied
    self.seed = seed
    dataset = settings[["dataset"]]?.shown ?? ""
    budget = system.budget(settings)
  }

  /// Every setting of the run. Worked out anew, because there may be very many cells.
  var settings: JSONValue {
    get throws { try (arguments.first.flatMap(SweepSystem.init(rawValue:)) ?? .pool).resolved(arguments) }
  }

  /// For people: what varies, without the seed.
  var group: String {
    varied.isEmpty
      ? "all cells" : varied.map { $0.isChoice ? $0.value : "\($0.key) \($0.value)" }.joined(separator: ", ")
  }
}

extension SweepCell.Variation {
  /// Whether the value says by itself what it is.
  fileprivate var isChoice: Bool { ["strategy", "schemes", "dataset", "learner", "framing"].contains(key) }
}
