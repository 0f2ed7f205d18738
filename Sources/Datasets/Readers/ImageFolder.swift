internal import Foundation
public import Tensor

/// A folder with one folder of PNG and JPEG files per class, named like the class.
public enum ImageFolder {
  /// How pictures are made alike.
  public struct Options: Sendable, Hashable {
    /// The common size; nil if the pictures must have one already.
    public var size: (height: Int, width: Int)? {
      get { side.map { ($0.height, $0.width) } }
      set { side = newValue.map { ImageShape(height: $0.height, width: $0.width, channels: 1) } }
    }
    private var side: ImageShape?
    /// 1 makes every picture grey, 3 coloured; nil keeps grey pictures grey if all are.
    public var channels: Int?
    /// How pictures are resized; their proportions are not kept.
    public var filter: Resizing.Filter

    /// Pictures as they are, unless said otherwise. Precondition: `size` is positive and `channels` is 1, 3 or nil.
    public init(
      size: (height: Int, width: Int)? = nil, channels: Int? = nil, filter: Resizing.Filter = .bilinear
    ) {
      precondition(channels == nil || channels == 1 || channels == 3, "pictures have 1 or 3 channels")
      precondition(size.map { $0.height > 0 && $0.width > 0 } ?? true, "pictures have a positive size")
      self.channels = channels
      self.filter = filter
      self.size = size
    }
  }

  /// The pictures of the folder at `path`, classes and files in the order of their names' bytes. Hidden files and
  /// files that are neither `.png`, `.jpg` nor `.jpeg` are passed over; a folder without pictures is no class.
  public static func read(
    _ path: String, name: String? = nil, options: Options = Options()
  ) throws(FileFormatError) -> ImageDataset {
    var classNames: [String] = []
    var labels: [Int] = []
    var pictures: [ImageBytes] = []
    for (folder, files) in try pictureFiles(in: path) {
      for file in files {
        let place = "\(path)/\(folder)/\(file)"
        let picture = resized(try ImageFile.read(place), options)
        if let first = pictures.first?.shape, (first.height, first.width) != (picture.shape.height, picture.shape.width)
        {
          throw .malformed(
            file: place, offset: 0,
            reason: "the picture is \(picture.shape), the first one \(first), and no common size is given")
        }
        pictures.append(picture)
        labels.append(classNames.count)
      }
      classNames.append(folder)
    }
    guard let first = pictures.first else { throw noPictures(path) }
    let channels = options.channels ?? (pictures.contains { $0.shape.channels == 3 } ? 3 : 1)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(pictures.count * first.shape.height * first.shape.width * channels)
    for picture in pictures { appendPixels(of: picture, channels: channels, to: &bytes) }
    var steps: [String] = []
    if let size = options.size {
      steps.append("resized to \(size.height)x\(size.width) (\(options.filter.rawValue))")
    }
    if let channels = options.channels { steps.append(channels == 1 ? "made grey" : "made coloured") }
    let shape = ImageShape(height: first.shape.height, width: first.shape.width, channels: channels)
    return ImageDataset(
      name: name ?? URL(fileURLWithPath: path).lastPathComponent,
      bytes: ImageBytes(shape: shape, count: pictures.count, bytes: bytes), labels: labels, classNames: classNames,
      preprocessing: steps)
  }

  static func noPictures(_ path: String) -> FileFormatError {
    .unreadable(file: path, reason: "it has no folders with PNG or JPEG files, one per class")
  }

  /// The classes and the names of their pictures, both in the order of their bytes; classes have pictures.
  static func pictureFiles(in path: String) throws(FileFormatError) -> [(folder: String, files: [String])] {
    var found: [(folder: String, files: [String])] = []
    for folder in try visibleNames(in: path) where isFolder("\(path)/\(folder)") {
      let files = try visibleNames(in: "\(path)/\(folder)").filter { file in
        [".png", ".jpg", ".jpeg"].contains { file.lowercased().hasSuffix($0) }
      }
      if !files.isEmpty { found.append((folder, files)) }
    }
    return found
  }

  private static func visibleNames(in path: String) throws(FileFormatError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path)
        .filter { !$0.hasPrefix(".") }
        .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    } catch {
      throw .unreadable(file: path, reason: "the folder cannot be listed")
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
  }

  static func resized(_ picture: ImageBytes, _ options: Options) -> ImageBytes {
    guard let size = options.size, (size.height, size.width) != (picture.shape.height, picture.shape.width) else {
      return picture
    }
    let image = Resizing.resized(
      picture.tensor(of: 0..<1), height: size.height, width: size.width, filter: options.filter)
    let shape = ImageShape(height: size.height, width: size.width, channels: picture.shape.channels)
    return ImageBytes(shape: shape, count: 1, bytes: image.withUnsafeScalars { $0.map(\.unitByte) })
  }

  /// Grey becomes three equal channels; colours become their luma (ITU-R BT.601).
  static func appendPixels(of picture: ImageBytes, channels: Int, to bytes: inout [UInt8]) {
    switch (picture.shape.channels, channels) {
    case (1, 3): for value in picture.bytes { bytes += [value, value, value] }
    case (3, 1):
      for i in stride(from: 0, to: picture.bytes.count, by: 3) {
        let (red, green, blue) = (Int(picture.bytes[i]), Int(picture.bytes[i + 1]), Int(picture.bytes[i + 2]))
        bytes.append(UInt8((299 * red + 587 * green + 114 * blue + 500) / 1000))
      }
    default: bytes += picture.bytes
    }
  }
}
