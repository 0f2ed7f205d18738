import Datasets

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
  ///   - withClassifier: whether the sets for the classifier are wanted; glyphs are not drawn for nothing.
  static func load(
    _ dataset: GAALDataset, framing: Framing, poolLimit: Int?, directories: [String], withClassifier: Bool
  ) throws -> ImageTask {
    let locator = DatasetLocator(directories: directories)
    var task =
      switch dataset {
      case .mnistUSPS, .mnist: try digits(dataset, framing, locator)
      case .cifar10: try photographs(locator)
      case .glyphs: glyphs(poolLimit, withClassifier)
      }
    if let poolLimit { task.pool = task.pool.prefix(poolLimit) }
    return task
  }

  /// Throws if files of the data set are missing, without reading them.
  static func requireFiles(_ dataset: GAALDataset, directories: [String]) throws(DatasetError) {
    let locator = DatasetLocator(directories: directories)
    let needed: [KnownDataset] =
      switch dataset {
      case .mnistUSPS: [.mnist, .usps]
      case .mnist: [.mnist]
      case .cifar10: [.cifar10]
      case .glyphs: []
      }
    for dataset in needed {
      let entry = DatasetCatalog.entry(dataset)
      for file in entry.files where locator.path(of: file, in: entry) == nil {
        throw .missing(dataset, file: "\(entry.folder)/\(file.name)", lookedIn: directories)
      }
    }
  }

  private static let digitPair = (5, 7)

  private static func digits(_ dataset: GAALDataset, _ framing: Framing, _ locator: DatasetLocator) throws -> ImageTask
  {
    let training = try locator.load(.mnist, .train)
    let test = try locator.load(.mnist, .test)
    let same = Test(name: "mnist", title: "MNIST’s test images", data: test.binary(digitPair.0, digitPair.1))
    var tests = [same]
    if dataset == .mnistUSPS {
      let usps = [try locator.load(.usps, .train), try locator.load(.usps, .test)].map {
        $0.binary(digitPair.0, digitPair.1)
      }
      let framings = [framing] + Framing.allCases.filter { $0 != framing }
      tests =
        framings.map { framing in
          Test(
            name: "usps-\(framing.rawValue)",
            title: framing == .stretch ? "USPS, stretched" : "USPS, framed like MNIST",
            data: framing.framed(usps[0].appending(usps[1])))
        } + [same]
    }
    return ImageTask(
      dataset: dataset, pool: training.binary(digitPair.0, digitPair.1), tests: tests, classifierTraining: training,
      classifierTest: test)
  }

  private static func photographs(_ locator: DatasetLocator) throws -> ImageTask {
    let training = try locator.load(.cifar10, .train)
    let test = try locator.load(.cifar10, .test)
    let pair = (1, 7)  // automobile, horse
    // Of these two classes alone: a small network is unsure of most of a DCGAN's photographs among all ten.
    let (pool, held) = (training.binary(pair.0, pair.1), test.binary(pair.0, pair.1))
    return ImageTask(
      dataset: .cifar10, pool: pool,
      tests: [Test(name: "cifar10", title: "CIFAR-10’s test images", data: held)],
      classifierTraining: pool, classifierTest: held)
  }

  private static func glyphs(_ poolLimit: Int?, _ withClassifier: Bool) -> ImageTask {
    func draw(_ style: GlyphGenerator.Style, _ digits: [Int], seed: Int, count: Int) -> ImageDataset {
      GlyphGenerator(configuration: .init(style: style, digits: digits, seed: seed)).dataset(count: count)
    }
    let pair = [digitPair.0, digitPair.1]
    return ImageTask(
      dataset: .glyphs, pool: draw(.pen, pair, seed: 1, count: min(6000, poolLimit ?? 6000)),
      tests: [
        Test(name: "stamp", title: "stamped glyphs", data: draw(.stamp, pair, seed: 2, count: 1500)),
        Test(name: "pen", title: "penned glyphs", data: draw(.pen, pair, seed: 3, count: 1500)),
      ], classifierTraining: draw(.pen, Array(0...9), seed: 4, count: withClassifier ? 15_000 : 0),
      classifierTest: draw(.pen, Array(0...9), seed: 5, count: withClassifier ? 2000 : 0))
  }
}
