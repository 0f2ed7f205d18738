public import Tensor

/// The IDX format of MNIST: a big-endian magic number and sizes, then unsigned bytes. Files may be packed (`.gz`,
/// `.xz`, `.bz2`).
public enum IDX {
  /// The images in the file at `path`: bytes in three axes, or in four with channels last.
  public static func images(_ path: String) throws(FileFormatError) -> ImageBytes {
    try parseImages(try Compression.read(path), file: path)
  }

  /// The labels in the file at `path`: bytes in one axis, each below `classes`.
  public static func labels(_ path: String, classes: Int) throws(FileFormatError) -> [Int] {
    try parseLabels(try Compression.read(path), file: path, classes: classes)
  }

  /// A data set of an images file and a labels file, which must have as many items.
  public static func dataset(
    name: String, images: String, labels: String, classNames: [String]
  ) throws(FileFormatError) -> ImageDataset {
    let bytes = try self.images(images)
    let classes = try self.labels(labels, classes: classNames.count)
    guard bytes.count == classes.count else {
      throw .malformed(
        file: labels, offset: 4,
        reason: "there are \(classes.count) labels, but \(bytes.count) images in \(images)")
    }
    return ImageDataset(name: name, bytes: bytes, labels: classes, classNames: classNames)
  }

  /// The images in unpacked bytes; `file` is what errors call them.
  public static func parseImages(_ bytes: [UInt8], file: String) throws(FileFormatError) -> ImageBytes {
    var reader = ByteReader(bytes, file: file)
    let sizes = try imageSizes(from: &reader)
    let content = try content(of: sizes, from: &reader)
    return ImageBytes(shape: imageShape(of: sizes), count: sizes[0], bytes: Array(content))
  }

  /// The sizes of a file of images, none of which is empty.
  static func imageSizes(from reader: inout ByteReader) throws(FileFormatError) -> [Int] {
    let sizes = try sizes(from: &reader, axes: 3...4)
    guard !sizes[1...].contains(0) else { throw reader.malformed("the images have no pixels: \(sizes)", at: 8) }
    return sizes
  }

  static func imageShape(of sizes: [Int]) -> ImageShape {
    ImageShape(height: sizes[1], width: sizes[2], channels: sizes.count == 4 ? sizes[3] : 1)
  }

  /// The labels in unpacked bytes, each below `classes`; `file` is what errors call them.
  public static func parseLabels(
    _ bytes: [UInt8], file: String, classes: Int
  ) throws(FileFormatError) -> [Int] {
    var reader = ByteReader(bytes, file: file)
    let sizes = try sizes(from: &reader, axes: 1...1)
    let start = reader.offset
    let content = try content(of: sizes, from: &reader)
    if let wrong = content.firstIndex(where: { Int($0) >= classes }) {
      throw reader.malformed(
        "the label is \(content[wrong]), but there are \(classes) classes", at: start + wrong - content.startIndex)
    }
    return content.map { Int($0) }
  }

  private static func sizes(
    from reader: inout ByteReader, axes: ClosedRange<Int>
  ) throws(FileFormatError) -> [Int] {
    let magic = try reader.integer(UInt32.self, bigEndian: true)
    guard magic >> 16 == 0 else { throw reader.malformed("the file does not start like an IDX file", at: 0) }
    guard magic >> 8 == 8 else { throw reader.malformed("the elements are not unsigned bytes", at: 2) }
    guard axes.contains(Int(magic & 0xFF)) else {
      throw reader.malformed("the array has \(magic & 0xFF) axes, not \(axes.lowerBound) to \(axes.upperBound)", at: 3)
    }
    var sizes: [Int] = []
    for _ in 0..<magic & 0xFF { sizes.append(Int(try reader.integer(UInt32.self, bigEndian: true))) }
    return sizes
  }

  /// The elements, of which exactly as many must follow as the sizes say.
  private static func content(
    of sizes: [Int], from reader: inout ByteReader
  ) throws(FileFormatError) -> ArraySlice<UInt8> {
    let content = try reader.take(try byteCount(of: sizes, reader))
    try reader.end()
    return content
  }

  /// The product of the sizes.
  static func byteCount(of sizes: [Int], _ reader: ByteReader) throws(FileFormatError) -> Int {
    var count = 1
    // The first size last: it may be 0, and hide that one image is too large.
    for size in sizes.reversed() {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      if overflow { throw reader.malformed("the sizes \(sizes) are larger than any memory", at: 4) }
      count = product
    }
    return count
  }
}
