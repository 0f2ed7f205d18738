import Tensor

/// A TensorBoard event file: scalars and pictures by tag and step.
///
/// The file is a sequence of records as TensorFlow's `TFRecordWriter` frames them (a length of 8 bytes, its checksum, the
/// content, its checksum; all little-endian), each of them an `Event` of `tensorflow/core/util/event.proto`:
///
/// ```
/// Event    1 wall_time double   2 step int64   3 file_version string   5 summary Summary
/// Summary  1 value, repeated:   1 tag string   2 simple_value float   4 image Image
/// Image    1 height int32   2 width int32   3 colorspace int32   4 encoded_image_string bytes
/// ```
struct EventFile {
  /// The bytes so far.
  private(set) var bytes: [UInt8] = []

  /// A file whose first event is the version of the format.
  init(wallTime: Double) {
    var event = ProtobufMessage()
    event.add(1, wallTime)
    event.add(3, "brain.Event:2")
    append(event)
  }

  /// Figures of one moment, by tag.
  mutating func add(_ scalars: [(tag: String, value: Double)], step: Int, wallTime: Double) {
    var summary = ProtobufMessage()
    for (tag, scalar) in scalars {
      var value = ProtobufMessage()
      value.add(1, tag)
      value.add(2, Float(scalar))
      summary.add(1, value)
    }
    append(summary, step, wallTime)
  }

  /// A picture. `png` is a PNG file of `width` × `height` pixels with 1 channel or 3.
  mutating func add(
    png: [UInt8], width: Int, height: Int, channels: Int, tag: String, step: Int, wallTime: Double
  ) {
    var image = ProtobufMessage()
    image.add(1, height)
    image.add(2, width)
    image.add(3, channels)
    image.add(4, png)
    var value = ProtobufMessage()
    value.add(1, tag)
    value.add(4, image)
    var summary = ProtobufMessage()
    summary.add(1, value)
    append(summary, step, wallTime)
  }

  private mutating func append(_ summary: ProtobufMessage, _ step: Int, _ wallTime: Double) {
    var event = ProtobufMessage()
    event.add(1, wallTime)
    event.add(2, step)
    event.add(5, summary)
    append(event)
  }

  private mutating func append(_ event: ProtobufMessage) {
    let length = UInt64(event.bytes.count).littleEndianBytes
    bytes += length + CRC32C.masked(length).littleEndianBytes
    bytes += event.bytes
    bytes += CRC32C.masked(event.bytes).littleEndianBytes
  }
}

/// The parts of a protocol buffer, one after the other.
struct ProtobufMessage {
  private(set) var bytes: [UInt8] = []

  /// A field of kind `double`.
  mutating func add(_ field: Int, _ value: Double) {
    key(field, 1)
    bytes += value.bitPattern.littleEndianBytes
  }

  /// A field of kind `float`.
  mutating func add(_ field: Int, _ value: Float) {
    key(field, 5)
    bytes += value.bitPattern.littleEndianBytes
  }

  /// A field of kind `int32` or `int64`.
  mutating func add(_ field: Int, _ value: Int) {
    key(field, 0)
    variable(UInt64(bitPattern: Int64(value)))
  }

  /// A field of kind `string`.
  mutating func add(_ field: Int, _ text: String) { add(field, Array(text.utf8)) }

  /// A field that is a message.
  mutating func add(_ field: Int, _ message: ProtobufMessage) { add(field, message.bytes) }

  /// A field of kind `bytes`.
  mutating func add(_ field: Int, _ content: [UInt8]) {
    key(field, 2)
    variable(UInt64(content.count))
    bytes += content
  }

  private mutating func key(_ field: Int, _ wire: UInt64) { variable(UInt64(field) << 3 | wire) }

  /// Seven bits a byte, the lowest first; the highest bit says that more follow.
  private mutating func variable(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

/// The checksum of Castagnoli's polynomial (RFC 3720, appendix B.4).
enum CRC32C {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { remainder, _ in remainder & 1 == 1 ? remainder >> 1 ^ 0x82F6_3B78 : remainder >> 1 }
  }

  /// Of `bytes`.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
  }

  /// Turned and shifted, so that the checksum of bytes that hold their own checksum is no special value.
  static func masked(_ bytes: [UInt8]) -> UInt32 {
    let plain = checksum(bytes)
    return (plain >> 15 | plain << 17) &+ 0xA282_EAD8
  }
}

extension FixedWidthInteger {
  fileprivate var littleEndianBytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
}
