import Datasets
import Foundation

/// What a two-class experiment on images needs: a pool to label, sets to test on, and all classes of the source with
/// their labels for the classifier that plays the person.
struct ImageTask: Sendable {
  struct Test: Sendable {
    /// Names the figures in the records.
    var name: String
    /// Names the axis in the report.
    var title: String
    var data: ImageDataset
  }

  var dataset: GAALDataset
  /// Two classes.
  var pool: ImageDataset
  /// The first is what the experiment is about.
  var tests: [Test]
  /// Labelled images of the source, all classes.
  var classifierTraining: ImageDataset
  /// Others of the source, to check the classifier on.
  var classifierTest: ImageDataset

  /// Where the pool's classes stand among the classifier's.
  var classColumns: [Int] { pool.classNames.compactMap { classifierTraining.classNames.firstIndex(of: $0) } }
}

extension ImageTask {
  /// Reads, or draws, the data.
  ///
  /// - Parameters:
  ///   - framing: how USPS's digits are brought to MNIST's frame; both ways are tested on, this one first.
  ///   - poolLimit: keeps the first so many images of the pool.
  ///   - directories: where data sets lie, first to last.
  static func load(
    _ dataset: GAALDataset, framing: Framing, poolLimit: Int?, directories: [String]
  ) throws -> ImageTask {
    var task =
      switch dataset {
      case .mnistUSPS, .mnist: try digits(dataset, framing, directories)
      case .cifar10: try photographs(directories)
      case .glyphs: glyphs()
      }
    if let poolLimit { task.pool = task.pool.prefix(poolLimit) }
    return task
  }

  private static let digitPair = (5, 7)

  private static func digits(
    _ dataset: GAALDataset, _ framing: Framing, _ directories: [String]
  ) throws -> ImageTask {
    let mnist = try folder("mnist", directories)
    func read(_ part: String) throws -> ImageDataset {
      try IDX.dataset(
        name: "MNIST", images: try file("\(part)-images-idx3-ubyte", in: mnist),
        labels: try file("\(part)-labels-idx1-ubyte", in: mnist), classNames: (0...9).map(String.init))
    }
    let (training, test) = (try read("train"), try read("t10k"))
    let same = Test(
      name: "mnist", title: "MNIST's test images", data: test.binary(digitPair.0, digitPair.1))
    var tests = [same]
    if dataset == .mnistUSPS {
      let place = try folder("usps", directories)
      let usps = try ZipDigits.read(try file("zip.train", in: place))
        .appending(try ZipDigits.read(try file("zip.test", in: place))).binary(digitPair.0, digitPair.1)
      let framings = [framing] + Framing.allCases.filter { $0 != framing }
      tests =
        framings.map { framing in
          Test(
            name: "usps-\(framing.rawValue)",
            title: framing == .stretch ? "USPS, stretched" : "USPS, framed like MNIST", data: framing.framed(usps))
        } + [same]
    }
    return ImageTask(
      dataset: dataset, pool: training.binary(digitPair.0, digitPair.1), tests: tests, classifierTraining: training,
      classifierTest: test)
  }

  private static func photographs(_ directories: [String]) throws -> ImageTask {
    let place = try folder("cifar10", directories)
    let names = [
      "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ]
    func read(_ stem: String) throws -> ImageDataset {
      let (images, labels) = try CIFARBinary.read(try file("\(stem).bin", in: place))
      return ImageDataset(name: "CIFAR-10", bytes: images, labels: labels, classNames: names)
    }
    var training = try read("data_batch_1")
    for number in 2...5 { training = training.appending(try read("data_batch_\(number)")) }
    let test = try read("test_batch")
    let pair = (1, 7)
    return ImageTask(
      dataset: .cifar10, pool: training.binary(pair.0, pair.1),
      tests: [Test(name: "cifar10", title: "CIFAR-10’s test images", data: test.binary(pair.0, pair.1))],
      classifierTraining: training, classifierTest: test)
  }

  private static func glyphs() -> ImageTask {
    func draw(_ style: GlyphGenerator.Style, _ digits: [Int], seed: Int, count: Int) -> ImageDataset {
      GlyphGenerator(configuration: .init(style: style, digits: digits, seed: seed)).dataset(count: count)
    }
    let pair = [digitPair.0, digitPair.1]
    return ImageTask(
      dataset: .glyphs, pool: draw(.pen, pair, seed: 1, count: 6000),
      tests: [
        Test(name: "stamp", title: "stamped glyphs", data: draw(.stamp, pair, seed: 2, count: 1500)),
        Test(name: "pen", title: "penned glyphs", data: draw(.pen, pair, seed: 3, count: 1500)),
      ], classifierTraining: draw(.pen, Array(0...9), seed: 4, count: 15_000),
      classifierTest: draw(.pen, Array(0...9), seed: 5, count: 2000))
  }

  // MARK: - Finding files

  /// The folder of a data set in the first directory that has it.
  private static func folder(_ name: String, _ directories: [String]) throws(CommandFailure) -> String {
    for directory in directories {
      let path = "\(directory)/\(name)"
      var isDirectory: ObjCBool = false
      if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue { return path }
    }
    throw CommandFailure(
      .world,
      "the data set \(name) is not in \(listed(directories, "or")); say where its folder lies with --data, "
        + "get it with “ladle datasets fetch \(name)”, or try --dataset glyphs, which needs no files.")
  }

  /// The file of that name, plain or packed.
  private static func file(_ name: String, in folder: String) throws(CommandFailure) -> String {
    for ending in ["", ".gz", ".xz", ".bz2"] where FileManager.default.fileExists(atPath: "\(folder)/\(name)\(ending)") {
      return "\(folder)/\(name)\(ending)"
    }
    throw CommandFailure(
      .world, "\(folder) has no \(name), plain or packed; get it with “ladle datasets fetch”.")
  }
}
