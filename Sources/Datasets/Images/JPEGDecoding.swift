internal import CImageCodecs
public import Tensor

/// JPEG (ISO/IEC 10918-1), baseline and progressive, through TurboJPEG.
public enum JPEG {
  /// The picture in the bytes of a JPEG file: 1 channel if it is grey, 3 if it has colours.
  ///
  /// CMYK pictures are an error, and so is everything the decoder would only warn of, such as a file that ends early.
  /// `file` is what errors call the bytes.
  public static func decode(_ bytes: [UInt8], file: String) throws(FileFormatError) -> ImageBytes {
    guard let decoder = tjInitDecompress() else {
      throw .unreadable(file: file, reason: "there is no memory to decode it")
    }
    defer { tjDestroy(decoder) }
    func failure() -> FileFormatError {
      let message = tjGetErrorStr2(decoder).map { String(cString: $0) } ?? "no reason given"
      return .malformed(file: file, offset: 0, reason: "the JPEG picture cannot be decoded (\(message))")
    }
    var (width, height, sampling, colors): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
    guard tjDecompressHeader3(decoder, bytes, UInt(bytes.count), &width, &height, &sampling, &colors) == 0,
      width > 0, height > 0
    else { throw failure() }
    guard Int(width) * Int(height) <= ImageFile.largestArea else {
      throw .malformed(file: file, offset: 0, reason: "\(width)x\(height) pixels are more than can be read")
    }
    guard colors != TJCS_CMYK.rawValue, colors != TJCS_YCCK.rawValue else {
      throw .malformed(file: file, offset: 0, reason: "the colours are CMYK; convert the picture to RGB")
    }
    let isGray = colors == TJCS_GRAY.rawValue
    let shape = ImageShape(height: Int(height), width: Int(width), channels: isGray ? 1 : 3)
    var pixels = [UInt8](repeating: 0, count: shape.count)
    let format = (isGray ? TJPF_GRAY : TJPF_RGB).rawValue
    // The accurate transform; a warning is an error; a progressive file may not have absurdly many scans.
    let flags = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS
    guard tjDecompress2(decoder, bytes, UInt(bytes.count), &pixels, width, 0, height, format, flags) == 0 else {
      throw failure()
    }
    return ImageBytes(shape: shape, count: 1, bytes: pixels)
  }
}

/// A picture in a file of its own.
public enum ImageFile {
  /// Pictures of more pixels are refused before any memory is taken: 2^26, such as 8192x8192.
  static let largestArea = 1 << 26

  /// The picture in the PNG or JPEG file at `path`; the first bytes tell which it is.
  public static func read(_ path: String) throws(FileFormatError) -> ImageBytes {
    try decode(try FileBytes.read(path), file: path)
  }

  /// The picture in the bytes of a PNG or JPEG file; `file` is what errors call them.
  public static func decode(_ bytes: [UInt8], file: String) throws(FileFormatError) -> ImageBytes {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return try PNG.decode(bytes, file: file) }
    if bytes.starts(with: [0xFF, 0xD8]) { return try JPEG.decode(bytes, file: file) }
    throw .malformed(file: file, offset: 0, reason: "the file starts neither like PNG nor like JPEG")
  }
}
