public import Tensor

/// SVHN's cropped digits, 32x32 colour, as in `train_32x32.mat` and `test_32x32.mat`: a MATLAB file with `X`, bytes
/// `[32, 32, 3, N]` whose first index is the row, and `y`, `[N, 1]` with 1 to 9 for these digits and 10 for 0.
///
/// Netzer, Wang, Coates, Bissacco, Wu and Ng, "Reading digits in natural images with unsupervised feature learning", 2011.
public enum SVHN {
  /// The images, `[N, 32, 32, 3]`, and the digits in the file at `path`.
  public static func read(_ path: String) throws(FileFormatError) -> (images: ImageBytes, labels: [Int]) {
    try parse(try Compression.read(path), file: path)
  }

  /// The images and digits in a file's bytes; `file` is what errors call them.
  public static func parse(
    _ bytes: [UInt8], file: String
  ) throws(FileFormatError) -> (images: ImageBytes, labels: [Int]) {
    let arrays = try MATLABFile(bytes, file: file).arrays
    func malformed(_ reason: String) -> FileFormatError {
      .malformed(file: file, offset: bytes.count, reason: reason)
    }
    guard let images = arrays["X"], let classes = arrays["y"] else {
      throw malformed("there are arrays \(arrays.keys.sorted()), where X and y are due")
    }
    let side = 32
    // MATLAB drops a last size of 1.
    let shape = images.shape.count == 3 ? images.shape + [1] : images.shape
    guard shape.count == 4, shape.prefix(3) == [side, side, 3], shape[3] > 0, case .bytes(let source) = images.elements
    else { throw malformed("X has the sizes \(images.shape), where bytes [32, 32, 3, N] are due") }
    let count = shape[3]
    guard classes.shape == [count, 1] else {
      throw malformed("y has the sizes \(classes.shape), where [\(count), 1] are due")
    }
    let labels = digits(classes.elements)
    guard let labels else { throw malformed("y has a number that is not in 1...10") }
    let size = 3 * side * side
    let pixels = [UInt8](unsafeUninitializedCapacity: count * size) { target, filled in
      source.withUnsafeBufferPointer { source in
        for image in 0..<count {
          for channel in 0..<3 {
            for column in 0..<side {
              let first = image * size + (channel * side + column) * side
              for row in 0..<side {
                target[image * size + (row * side + column) * 3 + channel] = source[first + row]
              }
            }
          }
        }
      }
      filled = count * size
    }
    return (ImageBytes(shape: ImageShape(height: side, width: side, channels: 3), count: count, bytes: pixels), labels)
  }

  /// A data set of the file at `path`, with classes 0 to 9.
  public static func dataset(name: String, path: String) throws(FileFormatError) -> ImageDataset {
    let (images, labels) = try read(path)
    return ImageDataset(name: name, bytes: images, labels: labels, classNames: (0...9).map { "\($0)" })
  }

  private static func digits(_ elements: MATLABFile.Elements) -> [Int]? {
    let numbers: [Double]
    switch elements {
    case .bytes(let bytes): numbers = bytes.map { Double($0) }
    case .numbers(let all): numbers = all
    }
    guard numbers.allSatisfy({ (1...10).contains($0) && $0 == $0.rounded() }) else { return nil }
    return numbers.map { Int($0) % 10 }
  }
}
