public import Tensor

/// Labelled images of one shape.
///
/// Images that come as bytes stay bytes; ``images(at:)`` and ``batches(of:order:)`` turn the ones asked for into
/// floats in [0, 1].
public struct ImageDataset: Sendable {
  enum Pixels: Sendable {
    case bytes(ImageBytes)
    case floats(Tensor)
  }

  /// What to call it in records and reports.
  public var name: String
  /// The class of every image, in `0..<classNames.count`.
  public let labels: [Int]
  /// The names of the classes.
  public let classNames: [String]
  /// What was done to the images since they were read, in order, one clause each.
  public let preprocessing: [String]
  /// The shape of every image.
  public let imageShape: ImageShape
  let pixels: Pixels

  private init(
    name: String, pixels: Pixels, imageShape: ImageShape, count: Int, labels: [Int], classNames: [String],
    preprocessing: [String]
  ) {
    precondition(labels.count == count, "\(labels.count) labels for \(count) images of \(name)")
    precondition(
      labels.allSatisfy { classNames.indices.contains($0) },
      "\(name) has a label without one of \(classNames.count) names")
    self.name = name
    self.pixels = pixels
    self.imageShape = imageShape
    self.labels = labels
    self.classNames = classNames
    self.preprocessing = preprocessing
  }

  /// A data set of bytes. Precondition: one label per image, each with a name.
  public init(
    name: String, bytes: ImageBytes, labels: [Int], classNames: [String], preprocessing: [String] = []
  ) {
    self.init(
      name: name, pixels: .bytes(bytes), imageShape: bytes.shape, count: bytes.count, labels: labels,
      classNames: classNames, preprocessing: preprocessing)
  }

  /// A data set of floats, `images` being `[N, H, W, C]` in [0, 1]. Precondition: one label per image, each with a
  /// name.
  public init(
    name: String, images: Tensor, labels: [Int], classNames: [String], preprocessing: [String] = []
  ) {
    let shape = images.shape
    precondition(shape.count == 4, "images are [N, H, W, C], not \(shape)")
    self.init(
      name: name, pixels: .floats(images.detached),
      imageShape: ImageShape(height: shape[1], width: shape[2], channels: shape[3]), count: shape[0], labels: labels,
      classNames: classNames, preprocessing: preprocessing)
  }

  /// The number of images.
  public var count: Int { labels.count }

  /// How many images each class has.
  public var classCounts: [Int] {
    labels.reduce(into: [Int](repeating: 0, count: classNames.count)) { $0[$1] += 1 }
  }
}

// MARK: - Pixels

extension ImageDataset {
  /// All images, `[N, H, W, C]` in [0, 1]: four bytes a scalar.
  public var images: Tensor { images(0..<count) }

  /// Images in the order given, `[N, H, W, C]` in [0, 1].
  public func images(at indices: [Int]) -> Tensor {
    switch pixels {
    case .bytes(let bytes): return bytes.tensor(of: indices)
    case .floats(let images):
      let area = imageShape.count
      for index in indices {
        precondition((0..<count).contains(index), "there is no image \(index) among \(count) of \(name)")
      }
      return Tensor(shape: imageShape.batch(indices.count)) { target in
        images.withUnsafeScalars { source in
          for (position, index) in indices.enumerated() {
            for i in 0..<area { target[position * area + i] = source[index * area + i] }
          }
        }
      }
    }
  }

  /// Consecutive images, `[N, H, W, C]` in [0, 1].
  public func images(_ range: Range<Int>) -> Tensor {
    switch pixels {
    case .bytes(let bytes): bytes.tensor(of: range)
    case .floats(let images): range == 0..<count ? images : self.images(at: Array(range))
    }
  }

  /// Images and labels `size` at a time, the last batch being what is left, in `order` (all, in sequence, by
  /// default). Only the batch at hand is turned into floats.
  public func batches(of size: Int, order: [Int]? = nil) -> some Sequence<(images: Tensor, labels: [Int])> {
    precondition(size > 0, "a batch has at least one image, not \(size)")
    let order = order ?? Array(0..<count)
    return stride(from: 0, to: order.count, by: size).lazy.map { start in
      let indices = Array(order[start..<Swift.min(order.count, start + size)])
      return (images(at: indices), indices.map { labels[$0] })
    }
  }
}

// MARK: - Parts

extension ImageDataset {
  /// The images at `indices`, in that order.
  public func selecting(_ indices: [Int]) -> ImageDataset {
    let part: Pixels =
      switch pixels {
      case .bytes(let bytes): .bytes(bytes.selecting(indices))
      case .floats: .floats(images(at: indices))
      }
    return ImageDataset(
      name: name, pixels: part, imageShape: imageShape, count: indices.count, labels: indices.map { labels[$0] },
      classNames: classNames, preprocessing: preprocessing)
  }

  /// The images of which `isIncluded(index, label)` holds.
  public func filter(_ isIncluded: (_ index: Int, _ label: Int) throws -> Bool) rethrows -> ImageDataset {
    selecting(try labels.indices.filter { try isIncluded($0, labels[$0]) })
  }

  /// The first `count` images, or all if there are fewer.
  public func prefix(_ count: Int) -> ImageDataset { selecting(Array(0..<Swift.min(count, self.count))) }

  /// The images of the classes at `classes`, relabelled 0, 1, … in that order. Precondition: they are distinct
  /// classes.
  public func restricted(to classes: [Int]) -> ImageDataset {
    precondition(
      Set(classes).count == classes.count && classes.allSatisfy(classNames.indices.contains),
      "\(classes) are not distinct classes of \(name), which has \(classNames.count)")
    var relabelled = [Int?](repeating: nil, count: classNames.count)
    for (label, old) in classes.enumerated() { relabelled[old] = label }
    let part = filter { _, label in relabelled[label] != nil }
    return ImageDataset(
      name: "\(name) (\(classes.map { classNames[$0] }.joined(separator: "/")))", pixels: part.pixels,
      imageShape: imageShape, count: part.count, labels: part.labels.compactMap { relabelled[$0] },
      classNames: classes.map { classNames[$0] }, preprocessing: preprocessing)
  }

  /// The two-class problem of class `first`, relabelled 0, against class `second`, relabelled 1.
  public func binary(_ first: Int, _ second: Int) -> ImageDataset { restricted(to: [first, second]) }

  /// The two-class problem of two classes by name, such as `("automobile", "horse")`; nil if a name is unknown.
  public func binary(_ first: String, _ second: String) -> ImageDataset? {
    guard let a = classNames.firstIndex(of: first), let b = classNames.firstIndex(of: second), a != b else {
      return nil
    }
    return binary(a, b)
  }

  /// A random order of the images, cut after `count`. Precondition: there are that many.
  public func split(
    at count: Int, using random: inout RandomSource
  ) -> (first: ImageDataset, second: ImageDataset) {
    precondition((0...self.count).contains(count), "\(name) has \(self.count) images and cannot be cut after \(count)")
    let order = random.permutation(of: self.count)
    return (selecting(Array(order[..<count])), selecting(Array(order[count...])))
  }

  /// Both one after the other. Precondition: the same image shape, class names and preprocessing.
  public func appending(_ other: ImageDataset) -> ImageDataset {
    precondition(
      imageShape == other.imageShape && classNames == other.classNames && preprocessing == other.preprocessing,
      "\(name) of \(imageShape) and \(other.name) of \(other.imageShape) do not go together")
    let joined: Pixels
    if case .bytes(let a) = pixels, case .bytes(let b) = other.pixels {
      joined = .bytes(ImageBytes(shape: imageShape, count: a.count + b.count, bytes: a.bytes + b.bytes))
    } else {
      joined = .floats(Tensor(images.scalars + other.images.scalars, shape: imageShape.batch(count + other.count)))
    }
    return ImageDataset(
      name: name, pixels: joined, imageShape: imageShape, count: count + other.count, labels: labels + other.labels,
      classNames: classNames, preprocessing: preprocessing)
  }
}

// MARK: - Processing

extension ImageDataset {
  /// The same labels with other images: `change` is given batches `[N, H, W, C]` in [0, 1] and returns as many images,
  /// all of one shape. `step` is added to ``preprocessing``. The result holds floats.
  public func processed(_ step: String, _ change: (Tensor) -> Tensor) -> ImageDataset {
    let chunk = 4096
    var result = Tensor.zeros([0])
    var shape = change(images(0..<Swift.min(1, count))).shape
    precondition(shape.count == 4, "“\(step)” must return images [N, H, W, C], not \(shape)")
    shape[0] = count
    let area = shape[1] * shape[2] * shape[3]
    result = Tensor(shape: shape) { target in
      for start in stride(from: 0, to: count, by: chunk) {
        let range = start..<Swift.min(count, start + chunk)
        let changed = change(images(range))
        precondition(
          changed.shape == [range.count] + shape.dropFirst(), "“\(step)” returned \(changed.shape) among \(shape)")
        changed.withUnsafeScalars { source in
          for i in 0..<source.count { target[start * area + i] = source[i] }
        }
      }
    }
    return ImageDataset(
      name: name, images: result, labels: labels, classNames: classNames, preprocessing: preprocessing + [step])
  }

  /// Pixels rounded to the nearest of 256 levels and kept as bytes; a data set of bytes is unchanged.
  public var quantized: ImageDataset {
    guard case .floats(let images) = pixels else { return self }
    let bytes = images.withUnsafeScalars { $0.map(\.unitByte) }
    return ImageDataset(
      name: name, bytes: ImageBytes(shape: imageShape, count: count, bytes: bytes), labels: labels,
      classNames: classNames, preprocessing: preprocessing + ["rounded to 256 levels"])
  }
}

extension ImageDataset: CustomStringConvertible {
  /// The name, size, shape, images per class and preprocessing in one line.
  public var description: String {
    let counts = zip(classNames, classCounts).map { "\($0) \($1)" }.joined(separator: ", ")
    let steps = preprocessing.isEmpty ? "" : "; \(preprocessing.joined(separator: ", "))"
    return "\(name): \(count) images of \(imageShape) (\(counts))\(steps)"
  }
}
