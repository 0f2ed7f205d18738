import ArgumentParser
import Datasets
import Tensor

/// The data sets that `ladle run pool` knows, with all their classes.
enum PoolDataset: String, CaseIterable, Codable, Sendable, ExpressibleByArgument {
  case mnist
  case fashionMNIST = "fashion-mnist"
  case cifar10
  case svhn
  case optdigits
  /// Drawn by this library: no file is needed.
  case digits

  /// For titles.
  var title: String {
    switch self {
    case .mnist: "MNIST"
    case .fashionMNIST: "Fashion-MNIST"
    case .cifar10: "CIFAR-10"
    case .svhn: "SVHN"
    case .optdigits: "optdigits"
    case .digits: "drawn digits"
    }
  }

  private var known: KnownDataset? {
    switch self {
    case .mnist: .mnist
    case .fashionMNIST: .fashionMNIST
    case .cifar10: .cifar10
    case .svhn: .svhn
    case .optdigits: .optdigits
    case .digits: nil
    }
  }

  /// Throws if files are missing, without reading them.
  func requireFiles(directories: [String]) throws(DatasetError) {
    guard let known else { return }
    let (locator, entry) = (DatasetLocator(directories: directories), DatasetCatalog.entry(known))
    for file in entry.files where locator.path(of: file, in: entry) == nil {
      throw .missing(known, file: "\(entry.folder)/\(file.name)", lookedIn: directories)
    }
  }

  /// Reads, or draws, the pool and what is tested on. Drawn digits: 6000 and 2000 unless limited.
  func load(directories: [String]) throws(DatasetError) -> (pool: ImageDataset, test: ImageDataset) {
    guard let known else {
      func draw(_ seed: Int, _ count: Int) -> ImageDataset {
        GlyphGenerator(configuration: .init(style: .pen, seed: seed)).dataset(count: count)
      }
      return (draw(1, 6000), draw(2, 2000))
    }
    let locator = DatasetLocator(directories: directories)
    return (try locator.load(known, .train), try locator.load(known, .test))
  }
}
