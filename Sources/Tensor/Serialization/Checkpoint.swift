internal import Foundation

/// Why a checkpoint could not be restored.
public enum CheckpointError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file could not be read.
  case file(FileFormatError)
  /// The file is sound, but what it holds does not fit.
  case mismatch(file: String, ParameterMismatch)

  /// One sentence that says what is wrong and what to do.
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .mismatch(let file, let error): "\(file) does not fit. \(error)"
    }
  }
}

/// Modules and optimizers in one safetensors file, each under a name of its own.
///
/// ```swift
/// var checkpoint = Checkpoint()
/// checkpoint.add(generator, as: "generator")
/// checkpoint.add(optimizer, as: "generatorOptimizer")
/// try checkpoint.write(to: path)
/// ```
public struct Checkpoint: Sendable {
  /// Everything that was added, as the file holds it.
  package var content: SafeTensors

  /// An empty checkpoint with texts, such as a configuration in JSON.
  public init(metadata: [String: String] = [:]) { content = SafeTensors(metadata: metadata) }

  /// The checkpoint in the file at `path`.
  public static func read(_ path: String) throws(FileFormatError) -> Checkpoint {
    var checkpoint = Checkpoint()
    checkpoint.content = try SafeTensors.read(path)
    return checkpoint
  }

  /// Writes the file at `path`, whole or not at all.
  public func write(to path: String) throws(FileFormatError) { try content.write(to: path) }

  /// Texts by name.
  public var metadata: [String: String] {
    get { content.metadata }
    set { content.metadata = newValue }
  }

  /// Adds the parameters and the state of `module`.
  public mutating func add(_ module: some Module, as name: String) {
    add(module.parameters(includingState: true), as: name)
  }

  /// Adds the state of `optimizer`.
  public mutating func add(_ optimizer: some Optimizer, as name: String) { add(optimizer.state, as: name) }

  /// Gives `module` the parameters and the state that were added as `name`. After an error nothing has changed.
  public func restore(_ module: inout some Module, from name: String) throws(ParameterMismatch) {
    try module.restore(tensors(of: name))
  }

  /// Gives `optimizer` the state that was added as `name`. After an error nothing has changed.
  public func restore<Restored: Optimizer>(
    _ optimizer: inout Restored, for model: Restored.Model, from name: String
  ) throws(ParameterMismatch) {
    try optimizer.restore(tensors(of: name), for: model)
  }

  /// Adds tensors that have names of their own.
  public mutating func add(_ tensors: [(name: String, tensor: Tensor)], as name: String) {
    content.tensors += tensors.map { ("\(name).\($0.name)", $0.tensor) }
  }

  /// The tensors that were added as `name`, without that name.
  public func tensors(of name: String) -> [(name: String, tensor: Tensor)] {
    let prefix = name + "."
    return content.tensors.compactMap { entry in
      entry.name.hasPrefix(prefix) ? (String(entry.name.dropFirst(prefix.count)), entry.tensor) : nil
    }
  }
}

extension Checkpoint {
  /// Adds a value as JSON, such as a position and the states of random streams. Doubles and integers come back as they
  /// were.
  public mutating func add(_ value: some Encodable, as name: String) { metadata[name] = Self.text(value) }

  /// The value that was added as `name`, or nil if there is none of this type.
  public func value<Value: Decodable>(_ type: Value.Type = Value.self, from name: String) -> Value? {
    guard let text = metadata[name] else { return nil }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try? decoder.decode(type, from: Data(text.utf8))
  }

  /// JSON with sorted keys, or nil if the value refuses.
  static func text(_ value: some Encodable) -> String? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) }
  }
}

extension Module {
  /// Replaces every parameter and every state by the tensor of its name. Names and shapes must agree exactly; after
  /// an error nothing has changed.
  public mutating func restore(
    _ tensors: [(name: String, tensor: Tensor)]
  ) throws(ParameterMismatch) {
    let expected = parameters(includingState: true).map { ($0.name, $0.tensor.shape) }
    var visitor = Restorer(tensors: try ParameterMismatch.match(tensors, to: expected))
    visitParameters(with: &visitor)
  }

  /// Writes the parameters and the state to a safetensors file, whole or not at all.
  public func save(to path: String, metadata: [String: String] = [:]) throws(FileFormatError) {
    try SafeTensors(parameters(includingState: true), metadata: metadata).write(to: path)
  }

  /// Reads what ``save(to:metadata:)`` wrote; returns the metadata. After an error nothing has changed.
  @discardableResult
  public mutating func load(from path: String) throws(CheckpointError) -> [String: String] {
    let content: SafeTensors
    do { content = try SafeTensors.read(path) } catch { throw .file(error) }
    do { try restore(content.tensors) } catch { throw .mismatch(file: path, error) }
    return content.metadata
  }
}

private struct Restorer: ParameterVisitor {
  let tensors: [Tensor]
  var index = 0

  mutating func visit(_ name: String, _ parameter: inout Tensor) {
    parameter = tensors[index]
    index += 1
  }

  mutating func visitState(_ name: String, _ state: inout Tensor) { visit(name, &state) }
}
