public import Tensor

/// The images of binary CIFAR files, one file after the other, read when they are asked for: `[N, 32, 32, 3]` in [0, 1].
public struct CIFARSamples: SampleSource {
  /// The number of images in all files.
  public let count: Int
  private let labels: CIFARBinary.Labels
  private let files: [(file: RangedFile, images: Range<Int>)]

  /// Opens unpacked files, such as the five training batches of CIFAR-10, and checks their lengths.
  ///
  /// - Parameter labels: what the label bytes are; they are checked when an image is read.
  public init(_ paths: [String], _ labels: CIFARBinary.Labels = .ten) throws(FileFormatError) {
    var files: [(file: RangedFile, images: Range<Int>)] = []
    var count = 0
    for path in paths {
      let file = try RangedFile(path)
      try file.refusePacked(ByteReader(try file.bytes(at: 0, count: min(file.size, 5)), file: path))
      let records = file.size / labels.recordBytes
      guard records > 0, file.size % labels.recordBytes == 0 else {
        throw .truncated(
          file: path, offset: records * labels.recordBytes, expected: labels.recordBytes,
          found: file.size - records * labels.recordBytes)
      }
      files.append((file, count..<count + records))
      count += records
    }
    self.count = count
    self.labels = labels
    self.files = files
  }

  /// 32 × 32 × 3.
  public var sampleShape: Shape { [32, 32, 3] }

  /// Images `[range.count, 32, 32, 3]` in [0, 1].
  public func samples(_ range: Range<Int>) throws(FileFormatError) -> Tensor {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "there are no images \(range) among \(count)")
    var bytes: [UInt8] = []
    for (file, images) in files where images.overlaps(range) {
      let part = images.clamped(to: range)
      let offset = (part.lowerBound - images.lowerBound) * labels.recordBytes
      let records = try file.bytes(at: offset, count: part.count * labels.recordBytes)
      do throws(FileFormatError) {
        bytes += try CIFARBinary.parse(records, file: file.path, labels, count: part.count).images.bytes
      } catch {
        throw error.moved(by: offset)
      }
    }
    let shape = ImageShape(height: 32, width: 32, channels: 3)
    return ImageBytes(shape: shape, count: range.count, bytes: bytes).tensor(of: 0..<range.count)
  }
}

extension CIFARBinary.Labels {
  /// Bytes of one image with its labels.
  var recordBytes: Int { (self == .ten ? 1 : 2) + 3 * 32 * 32 }
}

extension FileFormatError {
  /// The error about a part of a file that starts at byte `base`.
  fileprivate func moved(by base: Int) -> FileFormatError {
    switch self {
    case .malformed(let file, let offset, let reason): .malformed(file: file, offset: base + offset, reason: reason)
    case .truncated(let file, let offset, let expected, let found):
      .truncated(file: file, offset: base + offset, expected: expected, found: found)
    default: self
    }
  }
}
