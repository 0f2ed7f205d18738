internal import Foundation

extension TorchExchangeable {
  /// Writes a safetensors file that the same layers in `torch.nn` load:
  /// `model.load_state_dict(safetensors.torch.load_file(path))`.
  ///
  /// - Parameters:
  ///   - path: of the file, which is written whole or not at all.
  ///   - input: what the module takes: ``TorchLayout/Flow/image(channels:)`` if it flattens images of several channels and
  ///     does not know their number itself, as a multilayer perceptron.
  public func saveTorch(to path: String, input: TorchLayout.Flow = .plain) throws(TorchExchangeError) {
    let layout = TorchLayout(of: self, input: input)
    guard layout.unknown.isEmpty else { throw .unknownLayers(layout.unknown) }
    var file: SafeTensors
    do { file = try layout.torchTensors(of: parameters(includingState: true)) } catch {
      throw .mismatch(file: path, error)
    }
    file.metadata.merge(modelDescription) { own, _ in own }
    do { try file.write(to: path) } catch { throw .file(error) }
  }

  /// Reads the state dictionary of the same layers in `torch.nn`, as `safetensors.torch.save_file` wrote it. After an
  /// error, which names the key and both shapes, nothing has changed.
  ///
  /// - Parameters:
  ///   - path: of the file.
  ///   - input: as for ``saveTorch(to:input:)``.
  public mutating func loadTorch(from path: String, input: TorchLayout.Flow = .plain) throws(TorchExchangeError) {
    let layout = TorchLayout(of: self, input: input)
    guard layout.unknown.isEmpty else { throw .unknownLayers(layout.unknown) }
    let file: SafeTensors
    do { file = try SafeTensors.read(path) } catch { throw .file(error) }
    do {
      let shapes = parameters(includingState: true).map { ($0.name, $0.tensor.shape) }
      try restore(try layout.tensors(of: file.tensors, shapes: shapes))
    } catch { throw .mismatch(file: path, error) }
  }

  /// What ``Module/save(to:metadata:)`` can be given so that the file can be laid out for PyTorch without the program
  /// that wrote it: `ladle export torch`.
  public func torchMetadata(input: TorchLayout.Flow = .plain) -> [String: String] {
    TorchLayout(of: self, input: input).metadata.merging(modelDescription) { own, _ in own }
  }
}

extension TorchLayout {
  /// The key of the metadata of a safetensors file that holds a layout.
  public static let metadataKey = "torchLayout"

  /// The layout as metadata of a file of our tensors; nothing if it has layers that are not known.
  public var metadata: [String: String] {
    guard unknown.isEmpty else { return [:] }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(Stored(entries, counters, singularVectors)) else { return [:] }
    return [Self.metadataKey: String(decoding: data, as: UTF8.self)]
  }

  /// The layout in the metadata of a file, or nil if there is none that can be read.
  public init?(metadata: [String: String]) {
    guard let text = metadata[Self.metadataKey],
      let stored = try? JSONDecoder().decode(Stored.self, from: Data(text.utf8))
    else { return nil }
    self.init()
    entries = stored.tensors
    counters = stored.counters
    singularVectors = stored.singularVectors
  }

  private struct Stored: Codable {
    var tensors: [Entry]
    var counters: [String]
    var singularVectors: [SingularVector]

    init(_ tensors: [Entry], _ counters: [String], _ singularVectors: [SingularVector]) {
      (self.tensors, self.counters, self.singularVectors) = (tensors, counters, singularVectors)
    }
  }
}
