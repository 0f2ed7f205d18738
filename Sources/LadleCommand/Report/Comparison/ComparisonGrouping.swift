import ActiveLoop
import Datasets
import Tensor

/// Sorts runs into comparisons and arms: by the experiment and its data, then by strategy and the settings that differ;
/// seeds are replicates.
struct ComparisonGrouping {
  /// What a run may differ in and still be of the same arm: which seeds and strategies it holds, and how far it went.
  private static let replicated: Set = ["seeds", "strategies", "schemes", "experiment.budget", "labels", "gaal"]
  /// Figures under different values of these are of different tasks, and do not belong into one chart.
  private static let separating: Set = [
    "dataset", "learner", "framing", "experiment.framing", "poolSize", "poolLimit", "testSize",
  ]

  private let runs: [RecordedRun]
  private let settings: [[String: JSONValue]]

  /// The comparisons of `runs`, in the order they are first met.
  static func comparisons(of runs: [RecordedRun]) -> [Comparison] {
    let grouping = ComparisonGrouping(runs)
    var order: [[String]] = []
    var members: [[String]: [Int]] = [:]
    for index in runs.indices where !runs[index].records.isEmpty {
      let key = grouping.task(of: index)
      if members[key] == nil { order.append(key) }
      members[key, default: []].append(index)
    }
    // Where one run has no limit to its pool and another has, the limit tells them apart.
    let differing = Self.separating.filter { path in
      Set(runs.indices.map { grouping.settings[$0][path]?.shown }).count > 1
    }
    return order.map { grouping.comparison(of: members[$0] ?? [], taskSettings: differing) }
  }

  private init(_ runs: [RecordedRun]) {
    self.runs = runs
    settings = runs.map { Dictionary($0.configuration.leaves.map { ($0.path, $0.value) }) { first, _ in first } }
  }

  private func task(of index: Int) -> [String] {
    [runs[index].system.rawValue] + Self.separating.sorted().map { settings[index][$0]?.shown ?? "" }
  }

  /// The paths at which some runs have different values. A run that does not know a setting
  /// is older than it and had what is now its default: it differs from nobody, unless others differ.
  private func differing(among indices: [Int]) -> Set<String> {
    var first: [String: JSONValue] = [:]
    var result: Set<String> = []
    for index in indices {
      for (path, value) in settings[index] {
        if let known = first[path], known != value { result.insert(path) }
        first[path] = first[path] ?? value
      }
    }
    return result
  }

  // MARK: - One comparison

  private func comparison(of indices: [Int], taskSettings: Set<String>) -> Comparison {
    let paths = differing(among: indices).subtracting(Self.replicated).subtracting(Self.separating)
    var notes: [String] = []
    var arms: [Comparison.Arm] = []
    for index in indices {
      let values = settings[index].filter { paths.contains($0.key) }
      for scheme in runs[index].schemes {
        let found = seedRuns(of: scheme, in: runs[index])
        guard !found.isEmpty else { continue }
        let place =
          arms.firstIndex { $0.scheme == scheme && $0.settings == values }
          ?? {
            arms.append(.init(name: scheme, scheme: scheme, settings: values, runs: []))
            return arms.count - 1
          }()
        for run in found {
          guard let known = arms[place].runs.first(where: { $0.seed == run.seed }) else {
            arms[place].runs.append(run)
            continue
          }
          let same = known.records == run.records
          notes.append(
            "\(scheme), seed \(run.seed), is in \(known.directory) and in \(run.directory), "
              + (same ? "with the same records; it counts once." : "with other records; the first counts."))
        }
      }
    }
    for place in arms.indices { arms[place].runs.sort { $0.seed < $1.seed } }
    arms = merged(arms)
    if indices.count > 1 {
      arms.sort { one, other in
        let (first, second) = (
          (one.scheme != "random" ? 1 : 0, one.scheme), (other.scheme != "random" ? 1 : 0, other.scheme)
        )
        return first == second ? Self.isBefore(one.settings, other.settings) : first < second
      }
    }
    name(&arms, runs[indices[0]].system)
    let isReference = { (arm: Comparison.Arm) in arm.scheme == Scheme.supervised.rawValue }
    let members = indices.map { runs[$0] }
    return Comparison(
      title: title(indices[0], taskSettings), system: runs[indices[0]].system, arms: arms.filter { !isReference($0) },
      references: arms.filter(isReference), notes: notes + unevenness(of: arms.filter { !isReference($0) }, members),
      runs: members)
  }

  /// By the first setting that differs, numbers by size.
  private static func isBefore(_ one: [String: JSONValue], _ other: [String: JSONValue]) -> Bool {
    for path in Set(one.keys).union(other.keys).sorted() where one[path] != other[path] {
      if let first = one[path]?.numeric, let second = other[path]?.numeric { return first < second }
      return (one[path]?.shown ?? "") < (other[path]?.shown ?? "")
    }
    return false
  }

  private func seedRuns(of scheme: String, in run: RecordedRun) -> [Comparison.SeedRun] {
    let records = Dictionary(grouping: run.records.filter { $0.scheme == scheme }, by: \.seed)
    let timings = Dictionary(grouping: run.timings.filter { $0.scheme == scheme }, by: \.seed)
    return records.keys.sorted().map { seed in
      Comparison.SeedRun(
        seed: seed, records: (records[seed] ?? []).sorted { $0.round < $1.round }, timings: timings[seed] ?? [],
        directory: run.path, budget: run.budget)
    }
  }

  /// Arms of one scheme with the same records are one: the settings that tell them apart do not concern it, such as those
  /// of VAAL when samples are drawn at random.
  private func merged(_ arms: [Comparison.Arm]) -> [Comparison.Arm] {
    var result: [Comparison.Arm] = []
    for arm in arms {
      let twin = result.firstIndex {
        $0.scheme == arm.scheme && $0.runs.map(\.seed) == arm.runs.map(\.seed)
          && $0.runs.map(\.records) == arm.runs.map(\.records)
      }
      guard let twin else {
        result.append(arm)
        continue
      }
      let common = arm.settings
      result[twin].settings = result[twin].settings.filter { common[$0.key] == $0.value }
    }
    return result
  }

  // MARK: - Words

  /// The scheme, and the settings that tell it from other arms of the same scheme, by the shortest name that is clear.
  private func name(_ arms: inout [Comparison.Arm], _ system: RecordedRun.System) {
    let all = Set(arms.flatMap(\.settings.keys))
    for place in arms.indices {
      let (scheme, settings) = (arms[place].scheme, arms[place].settings)
      let alike = arms.filter { $0.scheme == scheme }
      let telling = settings.keys.filter { path in alike.contains { $0.settings[path] != settings[path] } }.sorted()
      let words = telling.map { path in
        let last = path.split(separator: ".").last.map(String.init) ?? path
        let isClear = all.count { $0.hasSuffix(".\(last)") || $0 == last } == 1
        return "\(isClear ? last : path)=\(settings[path]?.shown ?? "?")"
      }
      let title = system == .gaal ? Scheme(rawValue: scheme)?.title ?? scheme : scheme
      arms[place].name = ([title] + words).joined(separator: ", ")
    }
  }

  private func title(_ index: Int, _ differing: Set<String>) -> String {
    let values = settings[index]
    let name = values["dataset"]?.shown ?? runs[index].path
    let dataset = PoolDataset(rawValue: name)?.title ?? GAALDataset(rawValue: name)?.title ?? name
    let further = differing.filter { $0 != "dataset" && $0 != "learner" }.sorted().compactMap { path in
      values[path].map { "\(path) \($0.shown)" }
    }
    return ([dataset] + [values["learner"]?.shown].compactMap { $0 } + further).joined(separator: ", ")
  }

  /// Budgets and machines that differ, runs that have not got to their end, seeds that did not start alike.
  private func unevenness(of arms: [Comparison.Arm], _ runs: [RecordedRun]) -> [String] {
    var notes: [String] = []
    let budgets = Set(runs.compactMap(\.budget)).sorted()
    if budgets.count > 1 {
      notes.append(
        "Budgets differ (\(listed(budgets.map(String.init))) labels): arms are compared over the labels that they share."
      )
    }
    var short: [String] = []
    for arm in arms {
      for run in arm.runs {
        if let budget = run.budget, run.lastLabelled < budget {
          short.append("\(arm.name), seed \(run.seed), with \(run.lastLabelled) of \(budget)")
        }
      }
    }
    if !short.isEmpty {
      let shown = short.prefix(6).joined(separator: "; ") + (short.count > 6 ? "; and \(short.count - 6) more" : "")
      notes.append("Still going on, stopped, or ended early, by labels: \(shown).")
    }
    for seed in Set(arms.flatMap { $0.runs.map(\.seed) }).sorted() {
      let starts = arms.compactMap { arm in arm.runs.first { $0.seed == seed }?.records.first }.filter { $0.round == 0 }
      if Set(starts.map { [$0.labelled] + $0.classCounts }).count > 1 {
        notes.append(
          "Not all arms of seed \(seed) start from the same labels, so their differences are not only due to the queries."
        )
      }
    }
    let machines = Set(
      runs.compactMap { $0.environment.map { "\($0.processor) with kernels for \($0.backend.kernelLevel)" } })
    if machines.count > 1 {
      notes.append("Runs are from different machines (\(listed(machines.sorted()))): do not compare their times.")
    }
    let versions = Set(runs.compactMap { $0.environment?.ladle })
    if versions.count > 1 { notes.append("Runs are of different versions of ladle: \(listed(versions.sorted())).") }
    return notes
  }
}

extension JSONValue {
  fileprivate var numeric: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}
