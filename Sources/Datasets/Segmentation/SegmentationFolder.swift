internal import Foundation
public import Tensor

/// Folders of images and masks, as Cityscapes and BDD100K have them.
public enum SegmentationFolder {
  /// Where images and masks lie, and how their names agree.
  public enum Layout: String, Sendable, Hashable, Codable, CaseIterable {
    /// `leftImg8bit/SPLIT/CITY/NAME_leftImg8bit.png` and `gtFine/SPLIT/CITY/NAME_gtFine_labelTrainIds.png`.
    case cityscapes
    /// `images/SPLIT/NAME.jpg` and `labels/SPLIT/NAME.png`.
    case bdd100k

    var images: (folder: String, ending: String) {
      self == .cityscapes ? ("leftImg8bit", "_leftImg8bit.png") : ("images", ".jpg")
    }
    var masks: (folder: String, ending: String) {
      self == .cityscapes ? ("gtFine", "_gtFine_labelTrainIds.png") : ("labels", ".png")
    }
  }

  /// All pairs of a split, in the order of their names' bytes, in memory. Files with other endings are passed over.
  ///
  /// - Parameters:
  ///   - path: the folder that has the two folders of the layout.
  ///   - layout: the names.
  ///   - split: such as `train`.
  ///   - classNames: the classes, at most 255. Pixels with a number beyond them, and 255, do not count:
  ///     ``SegmentationDataset/ignored``.
  ///   - size: the common size: images are resized bilinearly, masks by the nearest pixel; nil if all have one already.
  /// - Throws: if there is no pair, an image has no mask or a mask no image, sizes differ within a pair or, without
  ///   `size`, between pairs, or a file is not a picture; masks must be grey PNG files of 8 bits, since only those hold
  ///   numbers of classes.
  public static func read(
    _ path: String, layout: Layout, split: String, classNames: [String], size: (height: Int, width: Int)? = nil
  ) throws(FileFormatError) -> SegmentationDataset {
    precondition((1...255).contains(classNames.count), "masks hold 1 to 255 classes, not \(classNames.count)")
    let (imageRoot, maskRoot) = ("\(path)/\(layout.images.folder)/\(split)", "\(path)/\(layout.masks.folder)/\(split)")
    let images = try stems(in: imageRoot, ending: layout.images.ending)
    let masks = try stems(in: maskRoot, ending: layout.masks.ending)
    func image(_ stem: String) -> String { "\(imageRoot)/\(stem)\(layout.images.ending)" }
    func mask(_ stem: String) -> String { "\(maskRoot)/\(stem)\(layout.masks.ending)" }
    if let alone = images.first(where: { !masks.contains($0) }) {
      throw .unreadable(file: mask(alone), reason: "the mask of image \(image(alone)) is missing")
    }
    if let alone = masks.first(where: { !images.contains($0) }) {
      throw .unreadable(file: image(alone), reason: "the image of mask \(mask(alone)) is missing")
    }
    guard !images.isEmpty else {
      throw .unreadable(file: imageRoot, reason: "it has no files that end in \(layout.images.ending)")
    }
    let options = ImageFolder.Options(size: size, channels: 3)
    var shape: ImageShape?
    var (imageBytes, maskBytes) = ([UInt8](), [UInt8]())
    for stem in images.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      let (picture, classes) = (try ImageFile.read(image(stem)), try readMask(mask(stem)))
      guard (picture.shape.height, picture.shape.width) == (classes.shape.height, classes.shape.width) else {
        throw .malformed(
          file: mask(stem), offset: 16, reason: "the mask is \(classes.shape), its image \(picture.shape)")
      }
      let common = ImageShape(
        height: size?.height ?? picture.shape.height, width: size?.width ?? picture.shape.width, channels: 3)
      if let shape, shape != common {
        throw .malformed(
          file: image(stem), offset: 0,
          reason: "the picture is \(common), the first one \(shape), and no common size is given")
      }
      shape = common
      ImageFolder.appendPixels(of: ImageFolder.resized(picture, options), channels: 3, to: &imageBytes)
      appendClasses(of: classes, to: common, classCount: classNames.count, &maskBytes)
    }
    let common = shape ?? ImageShape(height: 0, width: 0, channels: 3)
    return SegmentationDataset(
      images: ImageBytes(shape: common, count: images.count, bytes: imageBytes),
      masks: ImageBytes(
        shape: ImageShape(height: common.height, width: common.width, channels: 1), count: images.count,
        bytes: maskBytes), classNames: classNames)
  }

  /// What the names of the files in a folder and its folders have before `ending`, folders included.
  private static func stems(in root: String, ending: String) throws(FileFormatError) -> Set<String> {
    var found: Set<String> = []
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: root, isDirectory: &isFolder), isFolder.boolValue,
      let names = FileManager.default.enumerator(atPath: root)
    else { throw .unreadable(file: root, reason: "there is no such folder") }
    for case let name as String in names where name.hasSuffix(ending) {
      let isHidden = name.split(separator: "/").contains { $0.hasPrefix(".") }
      if !isHidden { found.insert(String(name.dropLast(ending.count))) }
    }
    return found
  }

  /// Numbers of classes are read as they are: a palette, 16 bits or less than 8 would change them on the way.
  private static func readMask(_ file: String) throws(FileFormatError) -> ImageBytes {
    let bytes = try FileBytes.read(file)
    let picture = try PNG.decode(bytes, file: file)
    // The header of a PNG file has the bits of a sample and the kind of its colours at bytes 24 and 25.
    guard bytes[24] == 8, bytes[25] == 0, picture.shape.channels == 1 else {
      throw .malformed(file: file, offset: 24, reason: "the mask is no grey picture of 8 bits")
    }
    return picture
  }

  private static func appendClasses(
    of mask: ImageBytes, to shape: ImageShape, classCount: Int, _ bytes: inout [UInt8]
  ) {
    for y in 0..<shape.height {
      let row = (2 * y + 1) * mask.shape.height / (2 * shape.height) * mask.shape.width
      for x in 0..<shape.width {
        let pixel = mask.bytes[row + (2 * x + 1) * mask.shape.width / (2 * shape.width)]
        bytes.append(Int(pixel) < classCount ? pixel : SegmentationDataset.ignored)
      }
    }
  }
}
