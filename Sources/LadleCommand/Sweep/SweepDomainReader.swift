/// Reads what one parameter may be: `{values: […]}`, `{min: …, max: …, distribution: …}`, a bare list, or a bare value.
struct SweepDomainReader {
  /// For sentences.
  let key: String
  let line: Int
  let problem: (_ line: Int, _ text: String) -> CommandFailure
  /// A value as the command line has it; nil for what is none.
  let text: (YAMLValue) -> String?

  private static let distributions = [
    "constant", "categorical", "int_uniform", "uniform", "q_uniform", "log_uniform_values", "q_log_uniform_values",
    "normal", "log_normal",
  ]

  func read(_ value: YAMLValue) throws(CommandFailure) -> SweepParameter.Domain {
    if let items = value.items { return .values(try values(items), probabilities: nil) }
    guard let entries = value.entries else { return .values(try values([value]), probabilities: nil) }
    var parts: [String: YAMLValue.Entry] = [:]
    for entry in entries {
      guard
        ["value", "values", "probabilities", "min", "max", "q", "mu", "sigma", "distribution"].contains(entry.key)
      else {
        throw problem(
          entry.line, "“\(entry.key)” is not known here; a parameter has value, values, or min, max and distribution")
      }
      parts[entry.key] = entry
    }
    let kind = try distribution(parts)
    let allowed: Set<String> =
      switch kind {
      case "constant": ["value"]
      case "categorical": ["values", "probabilities"]
      case "int_uniform", "uniform", "log_uniform_values": ["min", "max"]
      case "q_uniform", "q_log_uniform_values": ["min", "max", "q"]
      default: ["mu", "sigma"]
      }
    for (name, entry) in parts where name != "distribution" && !allowed.contains(name) {
      throw problem(entry.line, "\(kind) takes \(listed(allowed.sorted())), not \(name)")
    }
    switch kind {
    case "constant": return .values(try values(parts["value"].map { [$0.value] } ?? []), probabilities: nil)
    case "categorical": return try categorical(parts)
    case "int_uniform":
      let (low, high) = (try integer(parts, "min"), try integer(parts, "max"))
      guard low <= high else { throw problem(line, "min is \(low) and max \(high), and min must not be above max") }
      let (span, isTooWide) = high.subtractingReportingOverflow(low)
      guard !isTooWide, span < Int.max else { throw problem(line, "min and max are too far apart") }
      return .integers(low, high)
    case "uniform", "q_uniform":
      let (low, high) = try range(parts)
      return .uniform(low, high, step: try step(parts, kind))
    case "log_uniform_values", "q_log_uniform_values":
      let (low, high) = try range(parts)
      guard low > 0 else { throw problem(line, "min is \(low), and a logarithm needs a positive number") }
      return .logarithmic(low, high, step: try step(parts, kind))
    default:
      let deviation = try number(parts, "sigma", default: 1)
      guard deviation >= 0 else { throw problem(line, "sigma is \(deviation), and must be 0 or more") }
      return .normal(
        mean: try number(parts, "mu", default: 0), deviation: deviation, isLogarithmic: kind == "log_normal")
    }
  }

  /// The distribution that is named, or that the other keys imply.
  private func distribution(_ parts: [String: YAMLValue.Entry]) throws(CommandFailure) -> String {
    if let entry = parts["distribution"] {
      guard let name = entry.value.scalar, Self.distributions.contains(name) else {
        throw problem(entry.line, "distribution is \(listed(Self.distributions, "or")), not \(entry.value.shown)")
      }
      return name
    }
    if parts["value"] != nil { return "constant" }
    if parts["values"] != nil { return "categorical" }
    if let low = parts["min"]?.value, let high = parts["max"]?.value {
      return low.integer != nil && high.integer != nil ? "int_uniform" : "uniform"
    }
    throw problem(line, "it needs value, values, or both min and max")
  }

  private func values(_ items: [YAMLValue]) throws(CommandFailure) -> [String] {
    guard !items.isEmpty else { throw problem(line, "it has no values") }
    var texts: [String] = []
    for item in items {
      guard let text = text(item) else { throw problem(item.line, "\(item.shown) is no value of a setting") }
      guard !texts.contains(text) else { throw problem(item.line, "the value “\(text)” is there twice") }
      texts.append(text)
    }
    return texts
  }

  private func categorical(_ parts: [String: YAMLValue.Entry]) throws(CommandFailure) -> SweepParameter.Domain {
    guard let entry = parts["values"], let items = entry.value.items else {
      throw problem(parts["values"]?.line ?? line, "values is a list such as [1, 2]")
    }
    let texts = try values(items)
    guard let weights = parts["probabilities"] else { return .values(texts, probabilities: nil) }
    let numbers = (weights.value.items ?? []).compactMap(\.number)
    guard numbers.count == texts.count, numbers.allSatisfy({ $0 >= 0 }), abs(numbers.reduce(0, +) - 1) < 1e-6 else {
      throw problem(weights.line, "probabilities are \(texts.count) numbers of at least 0 that add up to 1")
    }
    return .values(texts, probabilities: numbers)
  }

  private func integer(_ parts: [String: YAMLValue.Entry], _ name: String) throws(CommandFailure) -> Int {
    guard let entry = parts[name], let number = entry.value.integer else {
      throw problem(
        parts[name]?.line ?? line,
        "\(name) is a whole number\(parts[name].map { ", not \($0.value.shown)" } ?? ", and is missing")")
    }
    return number
  }

  private func number(
    _ parts: [String: YAMLValue.Entry], _ name: String, default fallback: Double? = nil
  ) throws(CommandFailure) -> Double {
    guard let entry = parts[name] else {
      guard let fallback else { throw problem(line, "\(name) is missing") }
      return fallback
    }
    guard let number = entry.value.number else {
      throw problem(entry.line, "\(name) is a number, not \(entry.value.shown)")
    }
    return number
  }

  private func range(_ parts: [String: YAMLValue.Entry]) throws(CommandFailure) -> (Double, Double) {
    let (low, high) = (try number(parts, "min"), try number(parts, "max"))
    guard low < high, (high - low).isFinite else {
      throw problem(line, "min is \(low) and max \(high), and min must be below max")
    }
    return (low, high)
  }

  private func step(_ parts: [String: YAMLValue.Entry], _ kind: String) throws(CommandFailure) -> Double? {
    guard kind.hasPrefix("q_") else { return nil }
    let (step, range) = (try number(parts, "q", default: 1), try range(parts))
    guard step > 0, (range.0 / step).rounded(.up) <= (range.1 / step).rounded(.down) else {
      throw problem(line, "q is \(step), and there is no multiple of it between min and max")
    }
    return step
  }
}
