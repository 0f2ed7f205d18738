/// The sizes of a tensor's axes, outermost first. `[]` is a scalar. Images are `[N, H, W, C]`.
public typealias Shape = [Int]

extension Shape {
  /// The number of scalars in a tensor of this shape; 1 for a scalar.
  public var scalarCount: Int { reduce(1, *) }
}

/// An n-dimensional array of 32-bit floats with value semantics: contiguous, row-major, copy-on-write.
///
/// A tensor is differentiated because a traced parameter went into it (see ``Module/valueAndGradient(of:)``):
/// there is no mode to set, and nothing to detach.
public struct Tensor: Sendable {
  /// The sizes of the axes.
  public let shape: Shape
  package private(set) var storage: Storage
  package let offset: Int
  /// Who produced this tensor, if a traced parameter went into it.
  package var node: Node?

  package init(storage: Storage, offset: Int = 0, shape: Shape, node: Node? = nil) {
    self.storage = storage
    self.offset = offset
    self.shape = shape
    self.node = node
  }

  /// The number of scalars.
  public var count: Int { shape.scalarCount }

  /// The number of axes.
  public var rank: Int { shape.count }
}

// MARK: - Making tensors

extension Tensor {
  /// A tensor whose contents are undefined until written through ``withUnsafeMutableScalars(_:)``.
  package init(uninitialized shape: Shape) {
    precondition(shape.allSatisfy { $0 >= 0 }, "a shape has no negative sizes: \(shape)")
    self.init(storage: Storage(count: shape.scalarCount), shape: shape)
  }

  /// A tensor of `shape` that `body` fills. `body` must write every scalar.
  public init(shape: Shape, filledBy body: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
    self.init(uninitialized: shape)
    try body(UnsafeMutableBufferPointer(start: storage.pointer, count: count))
  }

  /// The given scalars, row by row. Precondition: `scalars.count` equals the product of `shape`.
  public init(_ scalars: [Float], shape: Shape) {
    precondition(
      scalars.count == shape.scalarCount, "\(scalars.count) scalars do not fill the shape \(shape)")
    self.init(shape: shape) { _ = $0.update(fromContentsOf: scalars) }
  }

  /// A vector.
  public init(_ scalars: [Float]) { self.init(scalars, shape: [scalars.count]) }

  /// A scalar: shape `[]`.
  public init(_ scalar: Float) { self.init([scalar], shape: []) }

  /// `value` everywhere.
  public init(repeating value: Float, shape: Shape) {
    self.init(shape: shape) { $0.update(repeating: value) }
  }

  /// Zero everywhere.
  public static func zeros(_ shape: Shape) -> Tensor { Tensor(repeating: 0, shape: shape) }

  /// One everywhere.
  public static func ones(_ shape: Shape) -> Tensor { Tensor(repeating: 1, shape: shape) }
}

// MARK: - Reading and writing scalars

extension Tensor {
  /// A copy of the scalars, row by row.
  public var scalars: [Float] { withUnsafeScalars { Array($0) } }

  /// The one scalar of a tensor that has one. Precondition: `count == 1`.
  public var scalar: Float {
    precondition(count == 1, "a tensor of shape \(shape) is not one scalar")
    return storage.pointer[offset]
  }

  /// Calls `body` with the scalars, row by row. The pointer is valid during the call only.
  public func withUnsafeScalars<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // The storage lives as long as `self`, which the caller holds.
    let result = try body(UnsafeBufferPointer(start: storage.pointer + offset, count: count))
    withExtendedLifetime(storage) {}
    return result
  }

  /// Calls `body` with the scalars for writing, after copying them if another tensor shares them. The tensor is
  /// no longer traced: its history would not describe the new contents.
  public mutating func withUnsafeMutableScalars<Result, Failure: Error>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    node = nil
    if !isKnownUniquelyReferenced(&storage) { self = copied() }
    storage.derived?.forget()
    return try body(UnsafeMutableBufferPointer(start: storage.pointer + offset, count: count))
  }

  /// The same scalars in storage of their own, untraced.
  package func copied() -> Tensor {
    Tensor(shape: shape) { target in
      withUnsafeScalars { source in _ = target.update(fromContentsOf: source) }
    }
  }

  /// Where to write a result of the same shape, scalar by scalar, while this tensor is still being read: its own memory
  /// if nobody else holds it, and otherwise a new tensor.
  package mutating func overwritable() -> Tensor {
    guard isKnownUniquelyReferenced(&storage) else { return Tensor(uninitialized: shape) }
    storage.derived?.forget()
    return detached
  }

  /// The same scalars, untraced: gradients stop here.
  public var detached: Tensor {
    var copy = self
    copy.node = nil
    return copy
  }

  /// Whether a traced parameter went into this tensor.
  package var isTraced: Bool { node != nil }

  /// The address of the first scalar; valid while the tensor is held.
  package var pointer: UnsafePointer<Float> { UnsafePointer(storage.pointer + offset) }

  /// The address of the first scalar for writing into a tensor that this function just made.
  package var freshPointer: UnsafeMutablePointer<Float> { storage.pointer + offset }
}

extension Tensor: CustomStringConvertible {
  /// The shape and the first scalars.
  public var description: String {
    let shown = withUnsafeScalars { $0.prefix(8).map { "\($0)" }.joined(separator: ", ") }
    return "Tensor\(shape)(\(shown)\(count > 8 ? ", …" : ""))"
  }
}
