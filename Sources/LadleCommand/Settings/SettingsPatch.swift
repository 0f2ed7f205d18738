import Foundation

/// A change of one setting, as written after `--set`: `key=value`.
struct SettingsPatch: Sendable, Hashable {
  var key: String
  var value: String

  init(_ text: String) throws(CommandFailure) {
    guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
      throw CommandFailure(.usage, "--set takes key=value, such as --set gan.steps=4000, not “\(text)”.")
    }
    key = String(text[..<sign])
    value = String(text[text.index(after: sign)...])
  }
}

/// `configuration` with the patches applied in order. A name that does not exist, or a value of another type, is a
/// usage failure that says what is known or expected.
func patched<Configuration: Codable>(
  _ configuration: Configuration, with patches: [SettingsPatch]
) throws -> Configuration {
  guard !patches.isEmpty else { return configuration }
  let schema = try SettingsSchema(of: configuration)
  var json = schema.resolved
  for patch in patches {
    let entry = try schema.entry(named: patch.key)
    json[entry.path.split(separator: ".", omittingEmptySubsequences: false)] = try entry.parsed(patch)
  }
  do {
    return try JSONDecoder().decode(Configuration.self, from: JSONEncoder().encode(json))
  } catch let error as DecodingError {
    throw rejected(error, patches)
  }
}

extension SettingsSchema {
  /// The setting of that path, or the only one whose path ends with it, so that `synthesis.steps` need not be written
  /// with the groups it lies in.
  fileprivate func entry(named key: String) throws(CommandFailure) -> Entry {
    if let exact = entries.first(where: { $0.path == key }) { return exact }
    let matches = entries.filter { $0.path.hasSuffix("." + key) }
    guard let first = matches.first else { throw unknownSetting(key, self) }
    guard matches.count == 1 else {
      throw CommandFailure(.usage, "“\(key)” may mean \(listed(matches.map(\.path), "or")); write it out.")
    }
    return first
  }
}

private func unknownSetting(_ key: String, _ schema: SettingsSchema) -> CommandFailure {
  let group = schema.entries.filter { $0.path.hasPrefix(key + ".") || $0.path.contains(".\(key).") }.map(\.path)
  if let first = group.first {
    return CommandFailure(
      .usage, "“\(key)” is a group of settings; set one of its members, such as \(first): \(listed(group)).")
  }
  let near = schema.suggestions(for: key)
  let advice =
    near.isEmpty ? "the settings are \(listed(schema.entries.map(\.path)))" : "did you mean \(listed(near, "or"))?"
  return CommandFailure(.usage, "there is no setting “\(key)”; \(advice)\(near.isEmpty ? "." : "")")
}

/// A value that has the right form but that the configuration itself refuses.
private func rejected(_ error: DecodingError, _ patches: [SettingsPatch]) -> CommandFailure {
  let context: DecodingError.Context? =
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
      .dataCorrupted(let context):
      context
    @unknown default: nil
    }
  let path = context?.codingPath.map(\.stringValue).joined(separator: ".") ?? ""
  let patch = patches.last { path == $0.key || path.hasSuffix("." + $0.key) } ?? patches.last
  let reason = context?.debugDescription ?? "it does not fit"
  return CommandFailure(
    .usage,
    "“\(patch?.value ?? "")” does not do for the setting “\(patch?.key ?? path)”: "
      + (reason.hasSuffix(".") ? reason : reason + "."))
}

/// `a, b and c`.
func listed(_ names: [String], _ conjunction: String = "and") -> String {
  switch names.count {
  case 0: "none"
  case 1: names[0]
  default: names.dropLast().joined(separator: ", ") + " \(conjunction) " + names[names.count - 1]
  }
}

extension SettingsSchema.Entry {
  /// The text of `patch` as a value of this setting's type.
  fileprivate func parsed(_ patch: SettingsPatch) throws(CommandFailure) -> JSONValue {
    let text = patch.value
    var type = self.type
    var isOptional = false
    if let wrapped = (type as? any OptionalValue.Type)?.wrappedType {
      isOptional = true
      type = wrapped
      if ["none", "null", ""].contains(text) { return .null }
    }
    func refused(_ expectation: String) -> CommandFailure {
      let none = isOptional ? " or none" : ""
      return CommandFailure(
        .usage, "the setting “\(path)” takes \(expectation)\(none), not “\(text)”; it is \(value.shown) unless set.")
    }
    if let names = (type as? any CaseIterable.Type).flatMap(caseNames(of:)) {
      guard names.contains(text) else { throw refused(listed(names, "or")) }
      return .string(text)
    }
    if type is Bool.Type || value.isBoolean {
      switch text {
      case "true", "yes", "on": return .boolean(true)
      case "false", "no", "off": return .boolean(false)
      default: throw refused("true or false")
      }
    }
    if type is any BinaryInteger.Type {
      guard let number = Int(text) else { throw refused("a whole number") }
      return .integer(number)
    }
    if type is any BinaryFloatingPoint.Type {
      guard let number = Double(text), number.isFinite else { throw refused("a number") }
      return .number(number)
    }
    if type is String.Type { return .string(text) }
    // A type of its own: JSON as it stands, or a bare word.
    let decoder = JSONDecoder()
    if let json = try? decoder.decode(JSONValue.self, from: Data(text.utf8)) { return json }
    if case .string = value { return .string(text) }
    if case .object = value { return .string(text) }
    if case .array = value { throw refused("a list such as \(value.shown)") }
    if case .null = value { return .string(text) }
    throw refused("a value such as \(value.shown)")
  }
}

private func caseNames(of type: any CaseIterable.Type) -> [String]? {
  func names<Cases: CaseIterable>(_: Cases.Type) -> [String]? {
    let names = Cases.allCases.compactMap { ($0 as? any RawRepresentable)?.rawValue as? String }
    return names.isEmpty ? nil : names
  }
  return names(type)
}

private protocol OptionalValue { static var wrappedType: Any.Type { get } }
extension Optional: OptionalValue { fileprivate static var wrappedType: Any.Type { Wrapped.self } }

extension JSONValue {
  fileprivate var isBoolean: Bool { if case .boolean = self { true } else { false } }
}
