internal import CImageCodecs
public import Tensor

extension PNG {
  /// The picture in the bytes of a PNG file: 1 channel if it is grey, 3 if it has colours.
  ///
  /// Palettes are resolved, 16-bit samples keep their upper 8 bits' worth, and transparent pixels are laid over black.
  /// Bytes after the end of the picture are ignored, as by every other reader. `file` is what errors call the bytes.
  public static func decode(_ bytes: [UInt8], file: String) throws(FileFormatError) -> ImageBytes {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    // libpng keeps the address of the bytes between the two calls, so both happen while it is valid.
    let decoded: (pixels: [UInt8], channels: Int)?
    decoded = bytes.withUnsafeBytes { buffer in
      guard png_image_begin_read_from_memory(&image, buffer.baseAddress, buffer.count) != 0,
        Int(image.width) * Int(image.height) <= ImageFile.largestArea
      else { return nil }
      // 4: 16-bit samples are encoded like 8-bit ones, not proportional to light.
      image.flags |= 4
      // Of the format's flags keep 1 alpha and 2 colour: 8 bits, no palette.
      image.format &= 3
      let stored = Int(image.format) + 1
      var pixels = [UInt8](repeating: 0, count: Int(image.width) * Int(image.height) * stored)
      guard png_image_finish_read(&image, nil, &pixels, 0, nil) != 0 else { return nil }
      return (pixels, stored)
    }
    guard let decoded else {
      if image.warning_or_error & 2 == 0, Int(image.width) * Int(image.height) > ImageFile.largestArea {
        throw .malformed(
          file: file, offset: 16, reason: "\(image.width)x\(image.height) pixels are more than can be read")
      }
      let message = withUnsafeBytes(of: &image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      throw .malformed(file: file, offset: 0, reason: "the PNG picture cannot be decoded (\(message))")
    }
    let channels = decoded.channels >= 3 ? 3 : 1
    let shape = ImageShape(height: Int(image.height), width: Int(image.width), channels: channels)
    guard decoded.channels != channels else {
      return ImageBytes(shape: shape, count: 1, bytes: decoded.pixels)
    }
    var flat = [UInt8](repeating: 0, count: shape.count)
    for pixel in 0..<shape.height * shape.width {
      let source = pixel * decoded.channels
      let alpha = Int(decoded.pixels[source + channels])
      for channel in 0..<channels {
        flat[pixel * channels + channel] = UInt8((Int(decoded.pixels[source + channel]) * alpha + 127) / 255)
      }
    }
    return ImageBytes(shape: shape, count: 1, bytes: flat)
  }
}
