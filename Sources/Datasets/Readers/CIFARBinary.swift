public import Tensor

/// The binary version of CIFAR-10 and CIFAR-100: records of one or two label bytes and 32x32 bytes each of red, green
/// and blue. Files may be packed.
public enum CIFARBinary {
  /// What the label bytes of a record are.
  public enum Labels: String, Sendable, Hashable, CaseIterable {
    /// CIFAR-10: one of ten classes.
    case ten
    /// CIFAR-100: the first byte, one of 20 groups of classes.
    case coarse
    /// CIFAR-100: the second byte, one of 100 classes.
    case fine

    /// The number of classes.
    public var classes: Int { self == .ten ? 10 : self == .coarse ? 20 : 100 }
  }

  /// The images, `[N, 32, 32, 3]`, and labels in the file at `path`.
  ///
  /// - Parameter count: how many records there must be; by default any number.
  public static func read(
    _ path: String, _ labels: Labels = .ten, count: Int? = nil
  ) throws(FileFormatError) -> (images: ImageBytes, labels: [Int]) {
    try parse(try Compression.read(path), file: path, labels, count: count)
  }

  /// The images and labels in unpacked bytes; `file` is what errors call them.
  public static func parse(
    _ bytes: [UInt8], file: String, _ labels: Labels = .ten, count: Int? = nil
  ) throws(FileFormatError) -> (images: ImageBytes, labels: [Int]) {
    let plane = 32 * 32
    let head = labels == .ten ? 1 : 2
    let record = head + 3 * plane
    let records = bytes.count / record
    guard bytes.count % record == 0, records > 0 else {
      throw .truncated(
        file: file, offset: records * record, expected: record, found: bytes.count - records * record)
    }
    if let count, count != records {
      throw .malformed(
        file: file, offset: Swift.min(records, count) * record,
        reason: "the file has \(records) images where \(count) are due")
    }
    var classes: [Int] = []
    classes.reserveCapacity(records)
    // Both bytes of CIFAR-100 are checked, whichever is asked for.
    let limits = labels == .ten ? [10] : [20, 100]
    for index in 0..<records {
      for (position, limit) in limits.enumerated() where Int(bytes[index * record + position]) >= limit {
        throw .malformed(
          file: file, offset: index * record + position,
          reason: "the label is \(bytes[index * record + position]), but there are \(limit) classes")
      }
      classes.append(Int(bytes[index * record + (labels == .fine ? 1 : 0)]))
    }
    let pixels = [UInt8](unsafeUninitializedCapacity: records * 3 * plane) { target, filled in
      bytes.withUnsafeBufferPointer { bytes in
        for index in 0..<records {
          let source = index * record + head
          for pixel in 0..<plane {
            let place = (index * plane + pixel) * 3
            for channel in 0..<3 { target[place + channel] = bytes[source + channel * plane + pixel] }
          }
        }
      }
      filled = records * 3 * plane
    }
    let shape = ImageShape(height: 32, width: 32, channels: 3)
    return (ImageBytes(shape: shape, count: records, bytes: pixels), classes)
  }

  /// The class names in a file such as `batches.meta.txt`, one a line; there must be `count`.
  public static func classNames(_ path: String, count: Int) throws(FileFormatError) -> [String] {
    let bytes = try Compression.read(path)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .malformed(file: path, offset: 0, reason: "the text is not UTF-8")
    }
    let names = text.split(whereSeparator: \.isNewline).map { line in
      String(line.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }.filter { !$0.isEmpty }
    guard names.count == count else {
      throw .malformed(
        file: path, offset: bytes.count, reason: "the file has \(names.count) class names where \(count) are due")
    }
    return names
  }
}
