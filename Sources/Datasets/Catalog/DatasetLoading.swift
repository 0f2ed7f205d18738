internal import Tensor

extension DatasetLocator {
  /// Loads a part of a data set as it is: MNIST, Fashion-MNIST, CIFAR-10 and SVHN as bytes, USPS and optical digits as
  /// floats. Checksums are not verified here; see ``verify(_:)``.
  public func load(_ dataset: KnownDataset, _ part: DatasetPart) throws(DatasetError) -> ImageDataset {
    let entry = DatasetCatalog.entry(dataset)
    let name = "\(dataset.rawValue)-\(part.rawValue)"
    var paths: [String] = []
    for file in entry.files where Self.part(of: file) == part { paths.append(try found(file, in: entry)) }
    return try DatasetError.wrapping { () throws(FileFormatError) in
      switch dataset {
      case .mnist:
        try Self.small(paths, name, Self.digits)
      case .fashionMNIST:
        try Self.small(paths, name, Self.clothes)
      case .usps: try ZipDigits.read(paths[0], name: name)
      case .optdigits: try OptDigits.read(paths[0], name: name)
      case .cifar10: try Self.cifar(paths, name: name)
      case .svhn: try SVHN.dataset(name: name, path: paths[0])
      }
    }
  }

  private static func part(of file: DatasetEntry.File) -> DatasetPart {
    for mark in ["t10k", "test", ".tes"] where file.name.contains(mark) { return .test }
    return .train
  }

  private static func cifar(_ paths: [String], name: String) throws(FileFormatError) -> ImageDataset {
    var bytes: [UInt8] = []
    var labels: [Int] = []
    bytes.reserveCapacity(paths.count * 10_000 * 3072)
    for path in paths {
      let batch = try CIFARBinary.read(path, .ten, count: 10_000)
      bytes += batch.images.bytes
      labels += batch.labels
    }
    let shape = ImageShape(height: 32, width: 32, channels: 3)
    return ImageDataset(
      name: name, bytes: ImageBytes(shape: shape, count: labels.count, bytes: bytes), labels: labels,
      classNames: CIFARBinary.tenClassNames)
  }

  /// The images of these two sets have one shape, which networks count on.
  private static func small(
    _ paths: [String], _ name: String, _ classNames: [String]
  ) throws(FileFormatError) -> ImageDataset {
    let dataset = try IDX.dataset(name: name, images: paths[0], labels: paths[1], classNames: classNames)
    guard dataset.imageShape == ImageShape(height: 28, width: 28, channels: 1) else {
      let sizes = "\(dataset.imageShape.height) × \(dataset.imageShape.width) × \(dataset.imageShape.channels)"
      throw .malformed(
        file: paths[0], offset: 4, reason: "its images are of \(sizes) pixels, and should be of 28 × 28 × 1")
    }
    return dataset
  }

  private static let digits = (0...9).map { "\($0)" }

  private static let clothes = [
    "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
  ]
}

extension CIFARBinary {
  /// The names of CIFAR-10's classes, as in its `batches.meta.txt`.
  public static let tenClassNames = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]
}
