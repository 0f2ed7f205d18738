/// The rows of the array in an `.npy` file, read when they are asked for.
public struct NPYSamples: SampleSource {
  /// The size of the array's first axis.
  public let count: Int
  /// The sizes of its other axes.
  public let sampleShape: Shape
  private let file: RangedFile
  private let header: NPY.Header
  private let start: Int
  private let bytesPerSample: Int
  private let scale: Float

  /// Longer headers are refused; NumPy's have a few hundred bytes.
  private static let longestHeader = 1 << 20

  /// Opens the file at `path` and checks its length: an array of any type that ``NPY`` reads, in C order (samples in
  /// Fortran order do not lie together).
  ///
  /// - Parameter scale: what every element is multiplied with, such as 1/255 for bytes that mean [0, 1].
  public init(_ path: String, scale: Float = 1) throws(FileFormatError) {
    let file = try RangedFile(path)
    let prefix = min(file.size, Self.longestHeader)
    var reader = ByteReader(try file.bytes(at: 0, count: prefix), file: path)
    let header: NPY.Header
    do throws(FileFormatError) {
      header = try NPY.header(from: &reader)
    } catch {
      guard case .truncated = error, file.size > prefix else { throw error }
      throw reader.malformed("the header is longer than \(Self.longestHeader) bytes", at: 8)
    }
    guard let samples = header.shape.first else {
      throw reader.malformed("the array is a single number, not rows of samples", at: 0)
    }
    guard !header.isColumnMajor || header.shape.count == 1 else {
      throw reader.malformed("the array is in Fortran order, so that its rows do not lie together", at: 0)
    }
    let sampleShape = Array(header.shape.dropFirst())
    guard let total = StoredArray.byteCount(header.shape, header.element),
      let perSample = StoredArray.byteCount(sampleShape, header.element)
    else { throw reader.malformed("the shape \(header.shape) is larger than any memory", at: 0) }
    try file.requireContent(at: reader.offset, count: total)
    count = samples
    self.sampleShape = sampleShape
    self.file = file
    self.header = header
    self.scale = scale
    start = reader.offset
    bytesPerSample = perSample
  }

  /// Rows rounded to single precision, then multiplied with the scale.
  public func samples(_ range: Range<Int>) throws(FileFormatError) -> Tensor {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "there are no rows \(range) among \(count)")
    let bytes = try file.bytes(at: start + range.lowerBound * bytesPerSample, count: range.count * bytesPerSample)
    var reader = ByteReader(bytes, file: file.path)
    let array = try StoredArray(
      shape: [range.count] + sampleShape, element: header.element, isBigEndian: header.isBigEndian, from: &reader)
    var tensor = array.tensor()
    if scale != 1 {
      tensor.withUnsafeMutableScalars { for index in $0.indices { $0[index] *= scale } }
    }
    return tensor
  }
}
