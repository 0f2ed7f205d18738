internal import Tensor
import Testing

@testable internal import Datasets

/// The real files, where they are at hand.
@Suite(.enabled(if: PublicData.locator != nil, "skipped: no data"))
struct PublicDataTests {
  static func load(_ dataset: KnownDataset, _ part: DatasetPart) throws -> ImageDataset {
    try #require(PublicData.locator).load(dataset, part)
  }

  @Test(
    "images per class are as published",
    arguments: [
      (KnownDataset.mnist, DatasetPart.train, [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]),
      (.mnist, .test, [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]),
      (.fashionMNIST, .test, [Int](repeating: 1000, count: 10)),
      (.usps, .train, [1194, 1005, 731, 658, 652, 556, 664, 645, 542, 644]),
      (.usps, .test, [359, 264, 198, 166, 200, 160, 170, 147, 166, 177]),
      (.optdigits, .train, [376, 389, 380, 389, 387, 376, 377, 387, 380, 382]),
      (.optdigits, .test, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]),
      (.cifar10, .test, [Int](repeating: 1000, count: 10)),
    ])
  func counts(dataset: KnownDataset, part: DatasetPart, counts: [Int]) throws {
    let data = try Self.load(dataset, part)
    #expect(data.classCounts == counts)
    for batch in data.batches(of: 1000) { #expect(batch.images.scalars.allSatisfy { (0...1).contains($0) }) }
  }

  @Test("CIFAR-10's train part has the published channel means, and its pairs are balanced")
  func cifar() throws {
    let data = try Self.load(.cifar10, .train)
    #expect(data.classCounts == [Int](repeating: 5000, count: 10))
    var sums = [Double](repeating: 0, count: 3)
    for batch in data.batches(of: 5000) {
      for (i, value) in batch.images.scalars.enumerated() { sums[i % 3] += Double(value) }
    }
    for (sum, mean) in zip(sums, [0.4914, 0.4822, 0.4465]) {
      #expect(abs(sum / Double(50_000 * 1024) - mean) < 1e-4)
    }
    #expect(data.prefix(10_000).classCounts[1] == 974 && data.prefix(10_000).classCounts[7] == 1001)
    #expect(data.binary("automobile", "horse")?.count == 10_000)
    let locator = try #require(PublicData.locator)
    let names = try CIFARBinary.classNames("\(locator.directories[0])/cifar10/batches.meta.txt", count: 10)
    #expect(names == CIFARBinary.tenClassNames)
  }

  @Test("the smoothed LIBSVM form of USPS has the labels of the other")
  func smoothed() throws {
    let locator = try #require(PublicData.locator)
    let path = "\(locator.directories[0])/usps/usps.t.bz2"
    let data = try LIBSVMText.read(path, name: "usps.t", options: .usps)
    let plain = try Self.load(.usps, .test)
    #expect(data.labels == plain.labels && data.imageShape == plain.imageShape)
    let difference = zip(data.images.scalars, plain.images.scalars).reduce(Float(0)) { $0 + abs($1.0 - $1.1) }
    let mean = difference / Float(data.count * 256)
    #expect(mean > 0.001 && mean < 0.2)
  }

  @Test(
    "five against seven", arguments: [(KnownDataset.mnist, DatasetPart.train, 5421, 6265), (.usps, .test, 160, 147)])
  func binary(dataset: KnownDataset, part: DatasetPart, fives: Int, sevens: Int) throws {
    let problem = try Self.load(dataset, part).binary(5, 7)
    #expect(problem.classCounts == [fives, sevens] && problem.classNames == ["5", "7"])
  }

  @Test("checksums agree", arguments: [KnownDataset.mnist, .usps, .optdigits])
  func checksums(dataset: KnownDataset) throws {
    for (file, problem) in try #require(PublicData.locator).verify(dataset) {
      #expect(problem == nil, "\(file.name)")
    }
  }

  @Test("the two framings of USPS differ in how much ink there is")
  func framings() throws {
    let usps = try Self.load(.usps, .test)
    func ink(_ framing: Framing) -> Float {
      framing.framed(usps).images.scalars.reduce(0, +) / Float(usps.count * 784)
    }
    #expect(abs(ink(.stretch) / ink(.mnist) - 784 / 400) < 0.02)
  }
}
