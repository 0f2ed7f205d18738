/// Why tensors cannot go to PyTorch or come from there.
public enum TorchExchangeError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file could not be read or written.
  case file(FileFormatError)
  /// The file is sound, but its tensors are not those of the same layers in `torch.nn`.
  case mismatch(file: String, ParameterMismatch)
  /// Layers that do not say how PyTorch lays them out.
  case unknownLayers([String])

  /// One sentence that says what is wrong and what to do.
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .mismatch(let file, let error): "\(file) does not fit. \(error.torchDescription)"
    case .unknownLayers(let layers):
      "PyTorch's layout of \(layers.prefix(3).joined(separator: ", ")) is not known; conform to TorchExchangeable."
    }
  }
}

extension ParameterMismatch {
  /// As ``description``, about PyTorch's names and shapes.
  var torchDescription: String {
    let advice = "save the state dictionary of the same layers with the same sizes"
    return switch self {
    case .missing(let names): "There is no tensor for \(Self.list(names)); \(advice)."
    case .unexpected(let names): "Nothing in the model takes \(Self.list(names)); \(advice)."
    case .misshapen(let name, let expected, let found):
      "The tensor \(name) has shape \(found) where \(expected) is expected; \(advice)."
    case .repeated, .unusable: description
    }
  }
}

extension TorchLayout {
  /// Our tensors as PyTorch has them, under its names.
  ///
  /// - Parameter tensors: by our names, in any order; others than those of the layout are an error.
  /// - Throws: ``ParameterMismatch`` with our names.
  public func torchTensors(
    of tensors: [(name: String, tensor: Tensor)]
  ) throws(ParameterMismatch) -> SafeTensors {
    let ours = try dictionary(tensors)
    let missing = entries.filter { ours[$0.name] == nil }.map(\.name)
    guard missing.isEmpty else { throw .missing(missing) }
    let known = Set(entries.map(\.name))
    let unexpected = tensors.map(\.name).filter { !known.contains($0) }
    guard unexpected.isEmpty else { throw .unexpected(unexpected) }
    let names = entries.map(\.torchName) + singularVectors.map(\.torchName) + counters
    guard !names.contains("__metadata__") else {
      throw .unusable(name: "__metadata__", reason: "the format keeps this name for itself")
    }
    var result = SafeTensors(metadata: ["format": "pt"])
    var theirs: [String: Tensor] = [:]
    for entry in entries {
      guard let tensor = ours[entry.name] else { continue }
      let converted = try entry.torchTensor(of: tensor)
      guard theirs.updateValue(converted, forKey: entry.torchName) == nil else {
        throw .repeated(name: entry.torchName)
      }
      result.tensors.append((entry.torchName, converted))
    }
    for vector in singularVectors {
      guard let weight = theirs[vector.weight], let direction = theirs[vector.direction],
        let computed = vector.value(weight, direction), theirs.updateValue(computed, forKey: vector.torchName) == nil
      else { throw .unusable(name: vector.torchName, reason: "it follows from no weight and direction") }
      result.tensors.append((vector.torchName, computed))
    }
    for counter in counters {
      guard theirs[counter] == nil, result.counters.updateValue(0, forKey: counter) == nil else {
        throw .repeated(name: counter)
      }
    }
    return result
  }

  /// PyTorch's tensors as ours, under our names.
  ///
  /// - Parameters:
  ///   - tensors: by PyTorch's names. Counts of batches and the singular vectors that follow from others may be there.
  ///   - expected: our names and shapes.
  /// - Throws: ``ParameterMismatch`` with PyTorch's names and shapes.
  public func tensors(
    of tensors: [(name: String, tensor: Tensor)], shapes expected: [(name: String, shape: Shape)]
  ) throws(ParameterMismatch) -> [(name: String, tensor: Tensor)] {
    let shapes = try dictionary(expected.map { ($0.name, $0.shape) })
    var wanted: [(name: String, shape: Shape)] = []
    for entry in entries {
      guard let shape = shapes[entry.name] else { throw .missing([entry.name]) }
      wanted.append((entry.torchName, try entry.torchShape(of: shape)))
    }
    let ignored = Set(counters + singularVectors.map(\.torchName))
    let found = try ParameterMismatch.match(tensors.filter { !ignored.contains($0.name) }, to: wanted)
    var result: [(name: String, tensor: Tensor)] = []
    for (entry, tensor) in zip(entries, found) {
      guard let shape = shapes[entry.name] else { continue }
      result.append((entry.name, try entry.tensor(of: tensor, shape: shape)))
    }
    return result
  }

  private func dictionary<Value>(_ list: [(name: String, Value)]) throws(ParameterMismatch) -> [String: Value] {
    var found: [String: Value] = [:]
    for (name, value) in list {
      guard found.updateValue(value, forKey: name) == nil else { throw .repeated(name: name) }
    }
    return found
  }
}

extension TorchLayout.Entry {
  private func checked(_ shape: Shape) throws(ParameterMismatch) -> [Int] {
    let axes = axes ?? Array(shape.indices)
    guard axes.sorted() == Array(shape.indices) else {
      throw .unusable(name: name, reason: "its axes \(shape) cannot be put in the order \(axes)")
    }
    for ordered in orders ?? [] {
      guard shape.indices.contains(ordered.axis), ordered.order.places(of: shape[ordered.axis]) != nil else {
        throw .unusable(
          name: name,
          reason: "axis \(ordered.axis) of its axes \(shape) has no pixels of \(ordered.order.channels) channels")
      }
    }
    guard isVector != true || shape.scalarCount == shape.first else {
      throw .unusable(name: name, reason: "its shape \(shape) is no column")
    }
    return axes
  }

  /// PyTorch's shape of our tensor of `shape`.
  func torchShape(of shape: Shape) throws(ParameterMismatch) -> Shape {
    let axes = try checked(shape)
    return isVector == true ? [shape.scalarCount] : axes.map { shape[$0] }
  }

  /// PyTorch's tensor for ours.
  func torchTensor(of tensor: Tensor) throws(ParameterMismatch) -> Tensor {
    let shape = try torchShape(of: tensor.shape)
    var result = tensor.detached
    for ordered in orders ?? [] {
      guard let places = ordered.order.places(of: tensor.shape[ordered.axis]) else { continue }
      result = result.gathered(places, alongAxis: ordered.axis)
    }
    if let axes, axes != axes.sorted() { result = result.transposed(permutation: axes) }
    return result.reshaped(to: shape)
  }

  /// Our tensor of `shape` for PyTorch's, whose shape was checked.
  func tensor(of theirs: Tensor, shape: Shape) throws(ParameterMismatch) -> Tensor {
    let axes = try checked(shape)
    var result = theirs.detached.reshaped(to: axes.map { shape[$0] })
    if axes != axes.sorted() {
      result = result.transposed(permutation: shape.indices.map { axes.firstIndex(of: $0) ?? $0 })
    }
    for ordered in orders ?? [] {
      guard let places = ordered.order.places(of: shape[ordered.axis]) else { continue }
      var inverse = [Int](repeating: 0, count: places.count)
      for (theirPlace, ourPlace) in places.enumerated() { inverse[ourPlace] = theirPlace }
      result = result.gathered(inverse, alongAxis: ordered.axis)
    }
    return result
  }
}

extension TorchLayout.SingularVector {
  /// (W/‖·‖)ᵀ·u with the rows of W its outputs, or nil if the shapes do not fit.
  func value(_ weight: Tensor, _ direction: Tensor) -> Tensor? {
    guard weight.shape.indices.contains(outputAxis), direction.rank == 1,
      direction.count == weight.shape[outputAxis], direction.count > 0
    else { return nil }
    let others = weight.shape.indices.filter { $0 != outputAxis }
    let matrix = weight.transposed(permutation: [outputAxis] + others)
      .reshaped(to: [direction.count, weight.count / direction.count])
    let vector = matmul(matrix, direction.reshaped(to: [direction.count, 1]), transposeA: true)
    let length = vector.withUnsafeScalars { $0.reduce(0.0) { $0 + Double($1) * Double($1) } }.squareRoot()
    return vector.reshaped(to: [vector.count]) * Float(1 / max(length, 1e-12))
  }
}

extension Tensor {
  /// The slices along `axis` at `places`.
  fileprivate func gathered(_ places: [Int], alongAxis axis: Int) -> Tensor {
    guard axis > 0 else { return gathered(rows: places) }
    var permutation = Array(shape.indices)
    permutation.swapAt(0, axis)
    return transposed(permutation: permutation).gathered(rows: places).transposed(permutation: permutation)
  }
}
