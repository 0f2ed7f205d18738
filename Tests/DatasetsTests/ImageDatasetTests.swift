internal import Tensor
import Testing

@testable internal import Datasets

@Suite struct ImageDatasetTests {
  /// Ten images of one pixel, as bytes and as floats; image i has class i % 3 and value i / 255.
  static let both: [ImageDataset] = {
    let shape = ImageShape(height: 1, width: 1, channels: 1)
    let labels = (0..<10).map { $0 % 3 }
    let bytes = ImageDataset(
      name: "ten", bytes: ImageBytes(shape: shape, count: 10, bytes: Array(0..<10)), labels: labels,
      classNames: ["a", "b", "c"])
    let floats = ImageDataset(
      name: "ten", images: bytes.images, labels: labels, classNames: ["a", "b", "c"], preprocessing: ["made up"])
    return [bytes, floats]
  }()

  static func values(_ images: Tensor) -> [Int] { images.scalars.map { Int(($0 * 255).rounded()) } }

  @Test("parts keep images with their labels", arguments: both)
  func parts(data: ImageDataset) {
    #expect(data.classCounts == [4, 3, 3])
    let part = data.selecting([7, 2, 7])
    #expect(part.labels == [1, 2, 1] && Self.values(part.images) == [7, 2, 7])
    #expect(Self.values(data.filter { index, label in label == 1 && index > 1 }.images) == [4, 7])
    #expect(data.prefix(3).count == 3 && data.prefix(99).count == 10)
    #expect(part.preprocessing == data.preprocessing)
  }

  @Test("a binary problem relabels in the order given", arguments: both)
  func binary(data: ImageDataset) {
    let problem = data.binary(2, 0)
    #expect(problem.classNames == ["c", "a"] && problem.name == "ten (c/a)")
    #expect(Self.values(problem.images) == [0, 2, 3, 5, 6, 8, 9])
    #expect(problem.labels == [1, 0, 1, 0, 1, 0, 1])
    #expect(data.binary("c", "a")?.labels == problem.labels)
    #expect(data.binary("c", "nobody") == nil && data.binary("c", "c") == nil)
  }

  @Test("a split is a permutation, the same for the same seed", arguments: both)
  func split(data: ImageDataset) {
    var random = RandomSource(seed: 5)
    let (first, second) = data.split(at: 4, using: &random)
    #expect(first.count == 4 && second.count == 6)
    let all = Self.values(first.images) + Self.values(second.images)
    #expect(all.sorted() == Array(0..<10) && all != Array(0..<10))
    #expect((first.labels + second.labels) == all.map { $0 % 3 })
    var again = RandomSource(seed: 5)
    #expect(Self.values(data.split(at: 4, using: &again).first.images) == Array(all[..<4]))
  }

  @Test("batches cover everything, the last being shorter", arguments: both)
  func batches(data: ImageDataset) {
    let batches = Array(data.batches(of: 4))
    #expect(batches.map { $0.labels.count } == [4, 4, 2])
    #expect(batches.flatMap { Self.values($0.images) } == Array(0..<10))
    let some = Array(data.batches(of: 2, order: [9, 1, 4]))
    #expect(some.map { Self.values($0.images) } == [[9, 1], [4]] && some.map(\.labels) == [[0, 1], [1]])
  }

  @Test("processing is recorded, and quantising undoes nothing", arguments: both)
  func processing(data: ImageDataset) {
    let wide = data.processed("made wide") { Resizing.padded($0, top: 0, left: 0, bottom: 0, right: 1) }
    #expect(wide.images.shape == [10, 1, 2, 1] && wide.preprocessing.last == "made wide")
    #expect(wide.quantized.images.scalars == wide.images.scalars)
    #expect(wide.description.hasPrefix("ten: 10 images of 1x2x1 (a 4, b 3, c 3)"))
    let doubled = data.appending(data)
    #expect(doubled.count == 20 && Self.values(doubled.images) == Array(0..<10) + Array(0..<10))
    #expect(data.prefix(0).processed("nothing") { $0 }.images.shape == [0, 1, 1, 1])
  }

  @Test("wrong labels are refused")
  func preconditions() async {
    await #expect(processExitsWith: .failure) {
      _ = ImageDataset(name: "x", images: .zeros([2, 1, 1, 1]), labels: [0, 1], classNames: ["a"])
    }
    await #expect(processExitsWith: .failure) {
      _ = ImageDataset(name: "x", images: .zeros([2, 1, 1, 1]), labels: [0], classNames: ["a"])
    }
  }
}
