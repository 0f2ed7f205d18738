import Foundation
import Tensor

/// What a disk may hold after the power went, given the operations that came before: file contents are safe once the file
/// was flushed, names once their directory was. Anything else may be there, be missing, or be there in part.
struct SimulatedDisk {
  /// A file, whatever its names.
  private struct Node {
    var contents: [UInt8] = []
    var flushed: [UInt8] = []
  }

  private var nodes: [Node] = []
  /// What the system shows, by path.
  private var names: [String: Int] = [:]
  /// What is safe, by path.
  private var safeNames: [String: Int] = [:]
  private var directories: Set<String> = []
  private var safeDirectories: Set<String> = []

  /// Makes the operation.
  mutating func apply(_ event: FileEvent) {
    switch event {
    case .made(let path):
      nodes.append(Node())
      names[path] = nodes.count - 1
    case .appended(let path, let bytes):
      if let node = names[path] { nodes[node].contents += bytes }
    case .truncated(let path, let length):
      if let node = names[path] { nodes[node].contents = Array(nodes[node].contents.prefix(length)) }
    case .flushed(let path):
      if let node = names[path] { nodes[node].flushed = nodes[node].contents }
    case .renamed(let path, let other):
      names[other] = names.removeValue(forKey: path)
    case .removed(let path):
      names[path] = nil
    case .madeDirectory(let path):
      directories.insert(path)
    case .flushedDirectory(let path):
      for (name, node) in names where Self.parent(name) == path { safeNames[name] = node }
      for name in safeNames.keys where Self.parent(name) == path && names[name] == nil { safeNames[name] = nil }
      for name in directories where Self.parent(name) == path { safeDirectories.insert(name) }
    }
  }

  private static func parent(_ path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }

  /// One of the things the disk may hold, as relative paths below `root`: every name and every content that is not safe
  /// is drawn.
  func afterLoss(below root: String, using random: inout RandomSource) -> [String: [UInt8]] {
    let prefix = root + "/"
    func isReachable(_ path: String, _ chosen: Set<String>) -> Bool {
      var parent = Self.parent(path)
      while parent.hasPrefix(prefix) {
        if directories.contains(parent), !chosen.contains(parent) { return false }
        parent = Self.parent(parent)
      }
      return true
    }
    var present = safeDirectories
    for path in directories.subtracting(safeDirectories).sorted() where random.uniform() < 0.5 { present.insert(path) }
    var found: [String: [UInt8]] = [:]
    for path in Set(names.keys).union(safeNames.keys).sorted() where path.hasPrefix(prefix) {
      let isNew = random.uniform() < 0.5
      guard let index = isNew ? names[path] : safeNames[path], isReachable(path, present) else { continue }
      found[String(path.dropFirst(prefix.count))] = contents(of: nodes[index], using: &random)
    }
    return found
  }

  private func contents(of node: Node, using random: inout RandomSource) -> [UInt8] {
    guard node.flushed != node.contents else { return node.flushed }
    // Appended bytes: none of them, some, all, or zeros in their place.
    let safe = node.contents.starts(with: node.flushed) ? node.flushed.count : 0
    let rest = node.contents.count - safe
    switch random.integer(below: 4) {
    case 0: return node.flushed
    case 1: return node.contents
    case 2: return Array(node.contents.prefix(safe + random.integer(below: rest + 1)))
    default: return Array(node.contents.prefix(safe)) + [UInt8](repeating: 0, count: rest)
    }
  }
}
