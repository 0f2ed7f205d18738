public import Tensor

/// The `zip.train` and `zip.test` files of USPS digits that come with Hastie, Tibshirani and Friedman, "The Elements of
/// Statistical Learning": lines of 257 numbers, the digit and 16x16 grey values in [-1, 1]. Files may be packed.
public enum ZipDigits {
  /// The digits in the file at `path`, `[N, 16, 16, 1]`, values moved from [-1, 1] to [0, 1].
  public static func read(_ path: String, name: String = "usps") throws(FileFormatError) -> ImageDataset {
    try parse(try Compression.read(path), file: path, name: name)
  }

  /// The digits in unpacked bytes; `file` is what errors call them.
  public static func parse(_ bytes: [UInt8], file: String, name: String) throws(FileFormatError) -> ImageDataset {
    var text = DelimitedText(bytes, file: file)
    var labels: [Int] = []
    var pixels: [Float] = []
    while text.hasLine() {
      labels.append(try text.integer(in: 0...9, "the digit"))
      for _ in 0..<256 {
        let end = text.offset
        text.skipBlanks()
        guard text.offset > end, !text.isAtLineEnd else {
          throw text.malformed("the line has fewer than 256 grey values separated by blanks")
        }
        let start = text.offset
        let value = try text.number()
        guard (-1...1).contains(value) else {
          throw text.malformed("a grey value is \(value), not in [-1, 1]", at: start)
        }
        pixels.append(Float((value + 1) / 2))
      }
      try text.endLine()
    }
    guard !labels.isEmpty else { throw text.malformed("there is no digit") }
    return ImageDataset(
      name: name, images: Tensor(pixels, shape: [labels.count, 16, 16, 1]), labels: labels,
      classNames: (0...9).map { "\($0)" }, preprocessing: ["grey values moved from [-1, 1] to [0, 1]"])
  }
}
