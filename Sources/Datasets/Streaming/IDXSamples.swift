public import Tensor

/// The images of an IDX file, read when they are asked for, `[N, H, W, C]` in [0, 1].
public struct IDXSamples: SampleSource {
  /// The number of images.
  public let count: Int
  /// The shape of every image.
  public let imageShape: ImageShape
  private let file: RangedFile
  private let start: Int

  /// Opens the file at `path` and checks its length. Unlike ``IDX`` it must not be packed: only an unpacked file can be
  /// read from the middle.
  public init(_ path: String) throws(FileFormatError) {
    let file = try RangedFile(path)
    var reader = ByteReader(try file.bytes(at: 0, count: min(file.size, 20)), file: path)
    try file.refusePacked(reader)
    let sizes = try IDX.imageSizes(from: &reader)
    try file.requireContent(at: reader.offset, count: try IDX.byteCount(of: sizes, reader))
    count = sizes[0]
    imageShape = IDX.imageShape(of: sizes)
    self.file = file
    start = reader.offset
  }

  /// Height, width and channels.
  public var sampleShape: Shape { imageShape.sample }

  /// Images `[range.count, H, W, C]` in [0, 1].
  public func samples(_ range: Range<Int>) throws(FileFormatError) -> Tensor {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "there are no images \(range) among \(count)")
    let area = imageShape.count
    let bytes = try file.bytes(at: start + range.lowerBound * area, count: range.count * area)
    return ImageBytes(shape: imageShape, count: range.count, bytes: bytes).tensor(of: 0..<range.count)
  }
}

extension ImageShape {
  var sample: Shape { [height, width, channels] }
}

extension RangedFile {
  /// Throws when the file starts like one that is packed.
  func refusePacked(_ reader: ByteReader) throws(FileFormatError) {
    let signatures: [[UInt8]] = [[0x1F, 0x8B], [0xFD, 0x37, 0x7A, 0x58, 0x5A], Array("BZh".utf8)]
    guard signatures.contains(where: { reader.bytes.starts(with: $0) }) else { return }
    throw reader.malformed("the file is packed, so that it cannot be read by range; unpack it first", at: 0)
  }
}
