/// The type of an array's elements in a file.
public enum StoredElement: Sendable, Hashable {
  /// IEEE binary16, binary32 and binary64, and the upper half of a binary32.
  case float16, float32, float64, bfloat16
  /// Two's complement.
  case int8, int16, int32, int64
  /// Unsigned.
  case uint8, uint16, uint32, uint64
  /// One byte; anything but 0 is true.
  case bool

  /// Bytes per element.
  public var size: Int {
    switch self {
    case .int8, .uint8, .bool: 1
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64: 8
    }
  }

  var isInteger: Bool {
    switch self {
    case .float16, .float32, .float64, .bfloat16: false
    default: true
    }
  }
}

/// An array as a file stores it, converted when asked for. Its length has been checked against its shape.
public struct StoredArray: Sendable {
  /// The sizes of the axes.
  public let shape: Shape
  /// The type of the elements.
  public let element: StoredElement
  /// What error messages call the array.
  public let file: String
  /// Where the elements start in the file.
  public let offset: Int
  let bytes: ArraySlice<UInt8>
  let isBigEndian: Bool
  /// Whether the first axis varies fastest.
  let isColumnMajor: Bool

  /// Takes exactly the bytes that `shape` needs from `reader`.
  init(
    shape: Shape, element: StoredElement, isBigEndian: Bool = false, isColumnMajor: Bool = false,
    from reader: inout ByteReader
  ) throws(FileFormatError) {
    guard let length = Self.byteCount(shape, element) else {
      throw reader.malformed("the shape \(shape) is larger than any memory")
    }
    self.offset = reader.offset
    self.bytes = try reader.take(length)
    self.shape = shape
    self.element = element
    self.file = reader.file
    self.isBigEndian = isBigEndian
    self.isColumnMajor = isColumnMajor && shape.count > 1
  }

  /// The bytes of an array of `shape`; `nil` if a product overflows, be it of the axes before one of size 0.
  static func byteCount(_ shape: Shape, _ element: StoredElement) -> Int? {
    var product = element.size
    for size in shape where size != 0 {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      if overflow || next < 0 { return nil }
      product = next
    }
    return shape.contains(0) ? 0 : product
  }
}

// MARK: - Converting

extension StoredArray {
  /// The elements rounded to single precision. Integers above 2²⁴ and doubles lose digits; true is 1.
  public func tensor() -> Tensor {
    Tensor(shape: shape) { target in
      switch element {
      case .float16: fill(target) { Float(halfBits: $0) }
      case .bfloat16: fill(target) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
      case .float32: fillFloats(target)
      case .float64: fill(target) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
      case .int8: fill(target) { (value: Int8) in Float(value) }
      case .int16: fill(target) { (value: Int16) in Float(value) }
      case .int32: fill(target) { (value: Int32) in Float(value) }
      case .int64: fill(target) { (value: Int64) in Float(value) }
      case .uint8: fill(target) { (value: UInt8) in Float(value) }
      case .uint16: fill(target) { (value: UInt16) in Float(value) }
      case .uint32: fill(target) { (value: UInt32) in Float(value) }
      case .uint64: fill(target) { (value: UInt64) in Float(value) }
      case .bool: fill(target) { (value: UInt8) in value == 0 ? 0 : 1 }
      }
    }
  }

  /// The elements row by row. An array of floats, or one with a number above `Int.max`, is an error.
  public func integers() throws(FileFormatError) -> [Int] {
    guard element.isInteger else {
      throw .malformed(file: file, offset: offset, reason: "the elements are \(element), not integers")
    }
    var largest: UInt64 = 0
    let values = [Int](unsafeUninitializedCapacity: shape.scalarCount) { target, filled in
      switch element {
      case .int8: fill(target) { (value: Int8) in Int(value) }
      case .int16: fill(target) { (value: Int16) in Int(value) }
      case .int32: fill(target) { (value: Int32) in Int(value) }
      case .int64: fill(target) { (value: Int64) in Int(value) }
      case .uint8: fill(target) { (value: UInt8) in Int(value) }
      case .uint16: fill(target) { (value: UInt16) in Int(value) }
      case .uint32: fill(target) { (value: UInt32) in Int(value) }
      case .uint64:
        fill(target) { (value: UInt64) in
          largest = max(largest, value)
          return Int(truncatingIfNeeded: value)
        }
      case .bool: fill(target) { (value: UInt8) in value == 0 ? 0 : 1 }
      case .float16, .float32, .float64, .bfloat16: break
      }
      filled = target.count
    }
    guard largest <= UInt64(Int.max) else {
      throw .malformed(file: file, offset: offset, reason: "the element \(largest) is too large for an integer")
    }
    return values
  }

  /// The elements row by row in double precision. Integers above 2⁵³ lose digits.
  public func doubles() -> [Double] {
    guard element == .float64 || (element.isInteger && element.size == 8) else {
      return tensorOfWideElements()
    }
    return [Double](unsafeUninitializedCapacity: shape.scalarCount) { target, filled in
      switch element {
      case .int64: fill(target) { (value: Int64) in Double(value) }
      case .uint64: fill(target) { (value: UInt64) in Double(value) }
      default: fill(target) { (bits: UInt64) in Double(bitPattern: bits) }
      }
      filled = target.count
    }
  }

  /// Elements of at most 32 bits as doubles, exactly.
  private func tensorOfWideElements() -> [Double] {
    [Double](unsafeUninitializedCapacity: shape.scalarCount) { target, filled in
      switch element {
      case .int32: fill(target) { (value: Int32) in Double(value) }
      case .uint32: fill(target) { (value: UInt32) in Double(value) }
      default: tensor().withUnsafeScalars { for (i, scalar) in $0.enumerated() { target[i] = Double(scalar) } }
      }
      filled = target.count
    }
  }

  private func fillFloats(_ target: UnsafeMutableBufferPointer<Float>) {
    guard !isBigEndian, !isColumnMajor else {
      return fill(target) { (bits: UInt32) in Float(bitPattern: bits) }
    }
    bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(target).copyMemory(from: $0) }
  }

  /// Writes every element, row by row.
  private func fill<Stored: FixedWidthInteger, Result>(
    _ target: UnsafeMutableBufferPointer<Result>, _ convert: (Stored) -> Result
  ) {
    guard let start = target.baseAddress else { return }
    let size = MemoryLayout<Stored>.size
    bytes.withUnsafeBytes { source in
      func element(_ index: Int) -> Result {
        let raw = source.loadUnaligned(fromByteOffset: index * size, as: Stored.self)
        return convert(isBigEndian ? Stored(bigEndian: raw) : Stored(littleEndian: raw))
      }
      guard isColumnMajor, !target.isEmpty else {
        for index in 0..<target.count { (start + index).initialize(to: element(index)) }
        return
      }
      // An odometer over the axes: the last turns fastest in the target, the first in the source.
      var strides = [Int](repeating: 1, count: shape.count)
      for axis in 1..<shape.count { strides[axis] = strides[axis - 1] * shape[axis - 1] }
      var position = [Int](repeating: 0, count: shape.count)
      var index = 0
      for written in 0..<target.count {
        (start + written).initialize(to: element(index))
        var axis = shape.count - 1
        while axis >= 0 {
          position[axis] += 1
          index += strides[axis]
          if position[axis] < shape[axis] { break }
          index -= strides[axis] * shape[axis]
          position[axis] = 0
          axis -= 1
        }
      }
    }
  }
}

extension Float {
  /// The number whose binary16 representation is `halfBits`. (`Float16` does not exist on every platform.)
  init(halfBits: UInt16) {
    let sign: Float = halfBits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(halfBits >> 10 & 0x1F)
    let fraction = UInt32(halfBits & 0x3FF)
    switch exponent {
    case 0: self = sign * Float(fraction) * 0x1p-24
    case 31: self = Float(bitPattern: UInt32(halfBits & 0x8000) << 16 | 0x7F80_0000 | fraction << 13)
    default:
      self = Float(bitPattern: UInt32(halfBits & 0x8000) << 16 | UInt32(exponent + 112) << 23 | fraction << 13)
    }
  }
}
