public import Tensor

/// The pictures of a folder of folders, decoded when they are asked for: `[N, H, W, C]` in [0, 1], in the order of
/// ``ImageFolder``.
public struct ImageFolderSamples: SampleSource {
  /// The class of every picture.
  public let labels: [Int]
  /// The names of the classes.
  public let classNames: [String]
  /// The shape of every picture, after resizing.
  public let imageShape: ImageShape
  private let paths: [String]
  private let options: ImageFolder.Options

  /// Lists the folder at `path` and reads its first picture, which decides what `options` leave open: the size, and
  /// whether pictures are grey or coloured. A picture of another size is an error when it is read, and so is a coloured
  /// one among grey ones.
  public init(_ path: String, options: ImageFolder.Options = .init()) throws(FileFormatError) {
    let classes = try ImageFolder.pictureFiles(in: path)
    paths = classes.flatMap { folder, files in files.map { "\(path)/\(folder)/\($0)" } }
    labels = classes.enumerated().flatMap { index, found in found.files.map { _ in index } }
    classNames = classes.map(\.folder)
    guard let first = paths.first else { throw ImageFolder.noPictures(path) }
    let shape = ImageFolder.resized(try ImageFile.read(first), options).shape
    imageShape = ImageShape(
      height: shape.height, width: shape.width, channels: options.channels ?? shape.channels)
    self.options = options
  }

  /// The number of pictures.
  public var count: Int { paths.count }

  /// Height, width and channels.
  public var sampleShape: Shape { imageShape.sample }

  /// Pictures `[range.count, H, W, C]` in [0, 1].
  public func samples(_ range: Range<Int>) throws(FileFormatError) -> Tensor {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "there are no pictures \(range) among \(count)")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count * imageShape.count)
    for path in paths[range] {
      let picture = ImageFolder.resized(try ImageFile.read(path), options)
      guard (picture.shape.height, picture.shape.width) == (imageShape.height, imageShape.width) else {
        throw .malformed(
          file: path, offset: 0,
          reason: "the picture is \(picture.shape), the first one \(imageShape), and no common size is given")
      }
      guard options.channels != nil || picture.shape.channels <= imageShape.channels else {
        throw .malformed(
          file: path, offset: 0,
          reason: "the picture is coloured, the first one grey, and no common number of channels is given")
      }
      ImageFolder.appendPixels(of: picture, channels: imageShape.channels, to: &bytes)
    }
    return ImageBytes(shape: imageShape, count: range.count, bytes: bytes).tensor(of: 0..<range.count)
  }
}
