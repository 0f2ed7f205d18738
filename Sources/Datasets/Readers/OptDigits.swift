public import Tensor

/// The UCI optical digits: CSV lines of 64 integers 0 to 16, an 8x8 image row by row, and the digit. The scikit-learn
/// `digits.csv` is the test part of it. Files may be packed.
public enum OptDigits {
  /// The digits in the file at `path`, `[N, 8, 8, 1]`, values divided by 16.
  public static func read(_ path: String, name: String = "optdigits") throws(FileFormatError) -> ImageDataset {
    try parse(try Compression.read(path), file: path, name: name)
  }

  /// The digits in unpacked bytes; `file` is what errors call them.
  public static func parse(_ bytes: [UInt8], file: String, name: String) throws(FileFormatError) -> ImageDataset {
    var text = DelimitedText(bytes, file: file)
    var labels: [Int] = []
    var pixels: [Float] = []
    while text.hasLine() {
      for _ in 0..<64 {
        pixels.append(Float(try text.integer(in: 0...16, "a grey value")) / 16)
        text.skipBlanks()
        guard text.skip(",") else { throw text.malformed("a comma is missing") }
        text.skipBlanks()
      }
      labels.append(try text.integer(in: 0...9, "the digit"))
      try text.endLine()
    }
    guard !labels.isEmpty else { throw text.malformed("there is no digit") }
    return ImageDataset(
      name: name, images: Tensor(pixels, shape: [labels.count, 8, 8, 1]), labels: labels,
      classNames: (0...9).map { "\($0)" }, preprocessing: ["grey values 0 to 16 divided by 16"])
  }
}
