public import Tensor

/// LIBSVM's sparse text: lines of a label and `index:value` pairs, indices from 1 and ascending. Files may be packed.
public enum LIBSVMText {
  /// How to read samples as images.
  public struct Options: Sendable, Hashable {
    /// The shape of a sample; by default a row of as many scalars as the largest index.
    public var imageShape: ImageShape?
    /// The values that become 0 and 1. A value outside is an error.
    public var valueRange: ClosedRange<Float>
    /// Names of the classes in ascending order of their labels; by default the labels themselves. There must be as
    /// many as labels that occur.
    public var classNames: [String]?

    /// Values already in [0, 1] and classes named by their labels, unless said otherwise.
    public init(
      imageShape: ImageShape? = nil, valueRange: ClosedRange<Float> = 0...1, classNames: [String]? = nil
    ) {
      self.imageShape = imageShape
      self.valueRange = valueRange
      self.classNames = classNames
    }

    /// 16x16 grey values in [-1, 1] with labels 1 to 10 for the digits 0 to 9, as in `usps.t`.
    public static let usps = Options(
      imageShape: ImageShape(height: 16, width: 16, channels: 1), valueRange: -1...1,
      classNames: (0...9).map { "\($0)" })
  }

  /// Indices may be this large, so that a line cannot ask for all the memory.
  static let largestIndex = 1 << 24

  /// The samples in the file at `path`, `[N, H, W, C]`. Labels are replaced by their ranks.
  public static func read(
    _ path: String, name: String, options: Options = Options()
  ) throws(FileFormatError) -> ImageDataset {
    try parse(try Compression.read(path), file: path, name: name, options: options)
  }

  /// The samples in unpacked bytes; `file` is what errors call them.
  public static func parse(
    _ bytes: [UInt8], file: String, name: String, options: Options = Options()
  ) throws(FileFormatError) -> ImageDataset {
    var text = DelimitedText(bytes, file: file)
    var labels: [Double] = []
    var entries: [(index: Int, value: Float)] = []
    var ends: [Int] = []
    var largest = 0
    let limit = Swift.min(options.imageShape?.count ?? largestIndex, largestIndex)
    let (low, high) = (options.valueRange.lowerBound, options.valueRange.upperBound)
    while text.hasLine() {
      labels.append(try text.number())
      var previous = 0
      while true {
        let end = text.offset
        text.skipBlanks()
        if text.isAtLineEnd { break }
        guard text.offset > end else { throw text.malformed("a blank is missing") }
        let start = text.offset
        let index = try text.integer(in: 1...Swift.max(1, limit), "an index")
        guard index > previous else { throw text.malformed("index \(index) does not ascend", at: start) }
        guard text.skip(":") else { throw text.malformed("the ':' after an index is missing") }
        let place = text.offset
        let value = Float(try text.number())
        guard options.valueRange.contains(value) else {
          throw text.malformed("a value is \(value), not in [\(low), \(high)]", at: place)
        }
        entries.append((index, value))
        previous = index
      }
      largest = Swift.max(largest, previous)
      ends.append(entries.count)
      try text.endLine()
    }
    guard !labels.isEmpty else { throw text.malformed("there is no sample") }
    let shape = options.imageShape ?? ImageShape(height: 1, width: 1, channels: Swift.max(1, largest))
    // The file is sparse, the images are not: a file of one large index and many lines must not fill the memory.
    guard labels.count <= (1 << 29) / Swift.max(1, shape.count) else {
      throw text.malformed("\(labels.count) samples of \(shape.count) scalars are too many for memory")
    }
    let zero = (0 - low) / (high - low)
    let images = Tensor(shape: shape.batch(labels.count)) { target in
      // An absent index has the value 0, wherever the range puts it.
      target.update(repeating: Swift.min(1, Swift.max(0, zero)))
      var start = 0
      for (sample, end) in ends.enumerated() {
        for entry in entries[start..<end] {
          target[sample * shape.count + entry.index - 1] = (entry.value - low) / (high - low)
        }
        start = end
      }
    }
    let values = Set(labels).sorted()
    let names = options.classNames ?? values.map { Int(exactly: $0).map { "\($0)" } ?? "\($0)" }
    guard names.count == values.count else {
      throw text.malformed("\(values.count) different labels occur where there are \(names.count) classes")
    }
    let ranks = Dictionary(uniqueKeysWithValues: zip(values, values.indices))
    return ImageDataset(
      name: name, images: images, labels: labels.compactMap { ranks[$0] }, classNames: names,
      preprocessing: options.valueRange == 0...1 ? [] : ["values moved from [\(low), \(high)] to [0, 1]"])
  }
}
