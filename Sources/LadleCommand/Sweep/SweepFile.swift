import ActiveLoop

/// Reads a sweep file into a ``SweepDefinition``. Every complaint is one sentence with the file, the line and the key.
struct SweepFile {
  private let file: String
  private var definition: SweepDefinition

  private static let keys = [
    "system", "program", "name", "description", "method", "metric", "parameters", "settings", "seeds", "seed",
    "run_cap",
    "draw_seed",
  ]
  /// Keys of Weights & Biases that mean something there which this command does not do.
  private static let absent = [
    "early_terminate": "cells run to their end", "command": "the command is always ladle run SYSTEM",
    "project": "there is no server; the results are files", "entity": "there is no server; the results are files",
    "controller": "there is no server; every process takes cells by itself",
  ]

  /// The sweep in the file at `path`.
  static func read(_ path: String) throws(CommandFailure) -> SweepDefinition {
    try read(YAMLValue(file: path), file: path)
  }

  /// The sweep in `document`; `file` is for sentences and for the default name.
  static func read(_ document: YAMLValue, file: String) throws(CommandFailure) -> SweepDefinition {
    let stem = file.split(separator: "/").last.map { $0.split(separator: ".").first.map(String.init) ?? String($0) }
    var reader = SweepFile(
      file: file, definition: SweepDefinition(file: file, name: stem ?? "sweep", system: .pool))
    try reader.read(document)
    return reader.definition
  }

  private func problem(_ line: Int?, _ key: String, _ text: String) -> CommandFailure {
    CommandFailure(.usage, "\(file)\(line.map { ", line \($0)" } ?? ""), \(key): \(text).")
  }

  // MARK: - The document

  private mutating func read(_ document: YAMLValue) throws(CommandFailure) {
    guard let entries = document.entries else {
      throw CommandFailure(
        .usage, "\(file), line \(document.line): a sweep file is a list of keys such as “system: pool”.")
    }
    // What a key may be depends on the system, wherever that stands.
    guard let system = entries.first(where: { $0.key == "system" }) ?? entries.first(where: { $0.key == "program" })
    else {
      throw CommandFailure(
        .usage,
        "\(file) does not say what to run; add a line such as “system: pool” "
          + "(\(listed(SweepSystem.allCases.map(\.rawValue), "or"))).")
    }
    let word = system.value.scalar.map { $0.split(separator: " ").last.map(String.init) ?? $0 }
    guard let known = word.flatMap(SweepSystem.init(rawValue:)) else {
      throw problem(
        system.line, system.key,
        "it is \(listed(SweepSystem.allCases.map(\.rawValue), "or")), not \(system.value.shown)")
    }
    definition.system = known
    for entry in entries { try read(entry) }
    try checkWhole()
  }

  private mutating func read(_ entry: YAMLValue.Entry) throws(CommandFailure) {
    switch entry.key {
    case "system", "program", "description": break
    case "name": definition.name = try name(entry)
    case "method": definition.method = try choice(entry, SweepDefinition.Method.self)
    case "metric": try readMetric(entry)
    case "seeds", "seed": definition.seeds = try seeds(entry)
    case "run_cap": definition.runCap = try count(entry)
    case "draw_seed":
      guard let seed = entry.value.integer else { throw problem(entry.line, entry.key, "it is a whole number") }
      definition.drawSeed = seed
    case "parameters":
      guard let parameters = entry.value.entries else {
        throw problem(entry.line, entry.key, "it holds settings, each with its values, not \(entry.value.shown)")
      }
      for parameter in parameters { try readParameter(parameter, under: "") }
    case "settings":
      guard let settings = entry.value.entries else {
        throw problem(entry.line, entry.key, "it holds settings and their values, not \(entry.value.shown)")
      }
      for setting in settings { try readFixed(setting, under: "") }
    default:
      if definition.system.option(entry.key) != nil { return try readFixed(entry, under: "") }
      if let reason = Self.absent[entry.key] {
        throw problem(entry.line, entry.key, "this key is not known: \(reason)")
      }
      let near = (Self.keys + definition.system.options).map { ($0, editDistance(entry.key.lowercased(), $0)) }
        .filter { $0.1 <= max(2, entry.key.count / 3) }.min { $0.1 < $1.1 }
      let advice = near.map { "did you mean “\($0.0)”?" } ?? "a setting goes below “settings:” or “parameters:”"
      throw problem(entry.line, entry.key, "there is no such key; \(advice)")
    }
  }

  private mutating func checkWhole() throws(CommandFailure) {
    var seen = Set<String>()
    let all =
      definition.fixed.map { ($0.key, $0.line) }
      + (definition.parameters + [definition.compared].compactMap { $0 }).map { ($0.key, $0.line) }
    for (key, line) in all where !seen.insert(key).inserted {
      throw problem(line, key, "it is set in two places of the file")
    }
    if definition.system == .gaal, !seen.contains("schemes") {
      definition.compared = .init(
        key: "schemes", domain: .values(Scheme.allCases.map(\.rawValue), probabilities: nil), line: 1)
    }
    guard seen.contains("dataset") else {
      throw CommandFailure(
        .usage,
        "\(file) names no data set; add a line such as “dataset: \(definition.system == .pool ? "digits" : "glyphs")”.")
    }
    switch definition.method {
    case .random:
      guard definition.runCap != nil else {
        throw CommandFailure(.usage, "\(file): method random needs run_cap, the number of cells in total.")
      }
      guard !definition.parameters.isEmpty else {
        throw CommandFailure(.usage, "\(file): method random needs parameters to draw.")
      }
    case .grid:
      for parameter in definition.parameters where parameter.allValues == nil {
        throw problem(
          parameter.line, parameter.key,
          "a grid needs values it can count; list some, or set “method: random”")
      }
    }
  }

  // MARK: - Single keys

  private func name(_ entry: YAMLValue.Entry) throws(CommandFailure) -> String {
    guard let text = entry.value.scalar, !text.isEmpty, text.count <= 100,
      text.allSatisfy({ $0.isLetter || $0.isNumber || "-_. ".contains($0) }), !text.hasPrefix(".")
    else {
      throw problem(entry.line, entry.key, "it is a short name of letters, digits and -_., not \(entry.value.shown)")
    }
    return text
  }

  private func choice<Case: RawRepresentable<String> & CaseIterable>(
    _ entry: YAMLValue.Entry, under group: String = "", _: Case.Type
  ) throws(CommandFailure) -> Case {
    guard let value = entry.value.scalar.flatMap(Case.init(rawValue:)) else {
      throw problem(
        entry.line, group + entry.key, "it is \(listed(Case.allCases.map(\.rawValue), "or")), not \(entry.value.shown)")
    }
    return value
  }

  private func count(_ entry: YAMLValue.Entry) throws(CommandFailure) -> Int {
    guard let number = entry.value.integer, (1...SweepPlan.mostCells).contains(number) else {
      throw problem(
        entry.line, entry.key, "it is a whole number of 1 to \(SweepPlan.mostCells), not \(entry.value.shown)")
    }
    return number
  }

  /// `3`, `1-10`, `[1, 2]`, or what Weights & Biases has below `parameters`: `{values: [1, 2]}`.
  private func seeds(_ entry: YAMLValue.Entry) throws(CommandFailure) -> [Int] {
    let value: YAMLValue = entry.value.entries?.first { $0.key == "values" || $0.key == "value" }?.value ?? entry.value
    let text = value.items.map { $0.map { $0.scalar ?? "?" }.joined(separator: ",") } ?? value.scalar ?? ""
    guard let list = SeedList(text.filter { $0 != " " }) else {
      throw problem(entry.line, entry.key, "it is distinct whole numbers such as 1-10 or [1, 3, 5], not \(value.shown)")
    }
    return list.seeds
  }

  private mutating func readMetric(_ entry: YAMLValue.Entry) throws(CommandFailure) {
    if let name = entry.value.scalar, !name.isEmpty { return definition.metric.name = name }
    guard let entries = entry.value.entries else {
      throw problem(entry.line, entry.key, "it has a name and a goal, not \(entry.value.shown)")
    }
    for part in entries {
      switch part.key {
      case "name":
        guard let name = part.value.scalar, !name.isEmpty else {
          throw problem(part.line, "metric.name", "it is the name of a figure such as accuracy")
        }
        definition.metric.name = name
      case "goal": definition.metric.goal = try choice(part, under: "metric.", SweepDefinition.Metric.Goal.self)
      case "over": definition.metric.over = try choice(part, under: "metric.", SweepDefinition.Metric.Part.self)
      default: throw problem(part.line, "metric.\(part.key)", "a metric has name, goal and over")
      }
    }
  }

  // MARK: - Settings

  /// The name a setting has in the definition: the option it is, or the dotted path as `--set` takes it.
  private func canonical(_ key: String) -> String { definition.system.option(key) ?? key }

  /// A list as the command line has it: names with commas, or JSON.
  private func text(_ value: YAMLValue, for key: String) -> String? {
    if key == "labels" || key == definition.system.choice, let items = value.items {
      let parts = items.map { $0.scalar ?? "" }
      return parts.contains("") ? nil : parts.joined(separator: ",")
    }
    return value.settingText
  }

  private mutating func readFixed(_ entry: YAMLValue.Entry, under group: String) throws(CommandFailure) {
    let path = group + entry.key
    if let members = entry.value.entries {
      for member in members { try readFixed(member, under: path + ".") }
      return
    }
    let key = canonical(path)
    if key == "seeds" || key == "seed" { throw problem(entry.line, path, "seeds stand at the top, as “seeds: 1-10”") }
    guard let text = text(entry.value, for: key), !key.isEmpty, !key.contains("=") else {
      throw problem(entry.line, path, "it is a value such as 3, mnist or [1, 2], not \(entry.value.shown)")
    }
    let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    if key == definition.system.choice, names.count > 1 || entry.value.items != nil {
      definition.compared = SweepParameter(
        key: key, domain: .values(try distinct(names, entry.line, path), probabilities: nil), line: entry.line)
    } else {
      definition.fixed.append(.init(key: key, text: text, line: entry.line))
    }
  }

  private func distinct(_ texts: [String], _ line: Int, _ key: String) throws(CommandFailure) -> [String] {
    guard !texts.isEmpty else { throw problem(line, key, "it has no values") }
    var seen = Set<String>()
    for text in texts where !seen.insert(text).inserted {
      throw problem(line, key, "the value “\(text)” is there twice")
    }
    return texts
  }

  private mutating func readParameter(_ entry: YAMLValue.Entry, under group: String) throws(CommandFailure) {
    let path = group + entry.key
    if ["seed", "seeds"].contains(path) { return definition.seeds = try seeds(entry) }
    // Nested groups, as Weights & Biases writes them.
    if let nested = entry.value.entries?.first(where: { $0.key == "parameters" }) {
      guard let members = nested.value.entries, entry.value.entries?.count == 1 else {
        throw problem(nested.line, path, "a group has the key parameters, with settings in it, and no other")
      }
      for member in members { try readParameter(member, under: path + ".") }
      return
    }
    let key = canonical(path)
    guard !key.isEmpty, !key.contains("=") else { throw problem(entry.line, path, "this is no name of a setting") }
    let reader = SweepDomainReader(key: path, line: entry.line) { [self] line, text in
      problem(line, path, text)
    } text: { [self] in
      text($0, for: key)
    }
    let domain = try reader.read(entry.value)
    if key == definition.system.choice, case .values(let names, _) = domain,
      let several = names.first(where: { $0.contains(",") })
    {
      throw problem(entry.line, path, "a cell has one of them, not “\(several)”; make each an entry of its own")
    }
    if case .values(let values, nil) = domain, values.count == 1 {
      definition.fixed.append(.init(key: key, text: values[0], line: entry.line))
    } else {
      definition.parameters.append(.init(key: key, domain: domain, line: entry.line))
    }
  }
}
