import Foundation
import Tensor

/// Several checkpoints by name in one safetensors file, with a checksum over everything.
///
/// Part *i* of the list `parts` has tensors and texts whose names begin with `i.`.
enum CheckpointParts {
  /// Why the file cannot be used.
  struct Damage: Error {
    var reason: String
  }

  static func write(_ parts: [String: Checkpoint], to path: String) throws {
    let names = parts.keys.sorted()
    var file = SafeTensors(metadata: ["parts": try JSONValue(encoding: names).text(indented: false)])
    for (index, name) in names.enumerated() {
      guard let part = parts[name]?.content else { continue }
      file.tensors += part.tensors.map { ("\(index).\($0.name)", $0.tensor) }
      for (key, text) in part.metadata { file.metadata["\(index).\(key)"] = text }
    }
    file.metadata["checksum"] = checksum(of: file)
    try file.write(to: path)
  }

  static func read(_ path: String) throws -> [String: Checkpoint] {
    var file = try SafeTensors.read(path)
    guard let expected = file.metadata.removeValue(forKey: "checksum") else {
      throw Damage(reason: "it has no checksum")
    }
    guard checksum(of: file) == expected else { throw Damage(reason: "it has another checksum") }
    guard let list = file.metadata["parts"],
      let names = try? JSONDecoder().decode([String].self, from: Data(list.utf8))
    else { throw Damage(reason: "it does not name its parts") }
    var parts: [String: Checkpoint] = [:]
    for (index, name) in names.enumerated() {
      let prefix = "\(index)."
      var part = Checkpoint()
      for entry in file.tensors where entry.name.hasPrefix(prefix) {
        part.content.tensors.append((String(entry.name.dropFirst(prefix.count)), entry.tensor))
      }
      for (key, text) in file.metadata where key.hasPrefix(prefix) {
        part.content.metadata[String(key.dropFirst(prefix.count))] = text
      }
      parts[name] = part
    }
    return parts
  }

  /// 64 bits over names, shapes, elements and texts in a fixed order: against accidents, not against forgers.
  static func checksum(of file: SafeTensors) -> String {
    var sum = WordSum()
    for (key, text) in file.metadata.sorted(by: { $0.key < $1.key }) {
      sum.add(Array(key.utf8))
      sum.add(Array(text.utf8))
    }
    for (name, tensor) in file.tensors.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
      sum.add(Array("\(name) \(tensor.shape)".utf8))
      tensor.withUnsafeScalars { sum.add(UnsafeRawBufferPointer($0)) }
    }
    return String(sum.value, radix: 16)
  }
}

/// A running sum of bytes that depends on their order, eight at a time (the finaliser of SplitMix64 as the step).
private struct WordSum {
  private(set) var value: UInt64 = 0x9E37_79B9_7F4A_7C15

  mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    let words = bytes.count / 8
    for index in 0..<words { step(bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)) }
    var rest: UInt64 = 0
    for index in words * 8..<bytes.count { rest = rest << 8 | UInt64(bytes[index]) }
    step(rest)
    step(UInt64(bytes.count))
  }

  private mutating func step(_ word: UInt64) {
    value = (value ^ word) &* 0xBF58_476D_1CE4_E5B9
    value ^= value >> 29
  }
}
