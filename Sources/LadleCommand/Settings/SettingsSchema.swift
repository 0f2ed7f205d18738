import Foundation

/// The settings of a configuration value by dotted path, with what each may hold. Read off the value itself: its JSON
/// gives the names, its stored properties the types, so a setting added to a configuration is known here at once.
struct SettingsSchema {
  /// One setting.
  struct Entry {
    var path: String
    var value: JSONValue
    var type: Any.Type?
  }

  /// Sorted by path.
  let entries: [Entry]
  /// The whole configuration with every default written out, absent optional values as null.
  let resolved: JSONValue

  init<Configuration: Encodable>(of configuration: Configuration) throws {
    var json = try JSONValue(encoding: configuration)
    var types: [String: Any.Type] = [:]
    Self.walk(configuration, path: [], json: &json, types: &types)
    resolved = json
    entries = json.leaves.map { Entry(path: $0.path, value: $0.value, type: types[$0.path]) }
  }

  /// Collects the types of the leaves, and adds the absent optional ones to `json`, which an encoder leaves out.
  private static func walk(
    _ value: Any, path: [Substring], json: inout JSONValue, types: inout [String: Any.Type]
  ) {
    let mirror = Mirror(reflecting: value)
    if mirror.displayStyle == .optional {
      if let inner = mirror.children.first { walk(inner.value, path: path, json: &json, types: &types) }
    } else if mirror.displayStyle == .struct, path.isEmpty || json[path]?.isObject == true {
      for child in mirror.children {
        guard let label = child.label else { continue }
        let inner = path + [Substring(label)]
        if json[inner] == nil, Mirror(reflecting: child.value).displayStyle == .optional { json[inner] = .null }
        guard json[inner] != nil else { continue }
        types[inner.joined(separator: ".")] = type(of: child.value)
        walk(child.value, path: inner, json: &json, types: &types)
      }
    }
  }

  /// The known paths nearest to `path`, at most three, nearest first; none when nothing is near.
  func suggestions(for path: String) -> [String] {
    let wanted = path.lowercased()
    let lastPart = wanted.split(separator: ".").last.map(String.init) ?? wanted
    let scored = entries.map { entry -> (path: String, distance: Int) in
      let known = entry.path.lowercased()
      let knownLast = known.split(separator: ".").last.map(String.init) ?? known
      // The right name in the wrong group is as near as one wrong letter.
      return (entry.path, min(editDistance(wanted, known), editDistance(lastPart, knownLast) + 1))
    }
    let limit = max(2, lastPart.count / 2)
    return scored.filter { $0.distance <= limit }.sorted { ($0.distance, $0.path) < ($1.distance, $1.path) }
      .prefix(3).map(\.path)
  }
}

extension JSONValue {
  var isObject: Bool { if case .object = self { true } else { false } }
}

/// The least number of insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`
/// (Damerau's distance between strings, in its restricted form). Time and space: the product of the lengths.
func editDistance(_ a: String, _ b: String) -> Int {
  let (a, b) = (Array(a), Array(b))
  if a.isEmpty || b.isEmpty { return a.count + b.count }
  var rows = [[Int]](repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
  for i in 0...a.count { rows[i][0] = i }
  for j in 0...b.count { rows[0][j] = j }
  for i in 1...a.count {
    for j in 1...b.count {
      let replaced = rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
      rows[i][j] = min(replaced, rows[i - 1][j] + 1, rows[i][j - 1] + 1)
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
        rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
      }
    }
  }
  return rows[a.count][b.count]
}
