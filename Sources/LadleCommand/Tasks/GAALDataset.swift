import ArgumentParser

/// The data sets that `ladle run gaal` and `ladle generate` know.
enum GAALDataset: String, CaseIterable, Codable, Sendable, ExpressibleByArgument {
  /// Trained on MNIST, tested on USPS: the domain shift of the paper's first panel.
  case mnistUSPS = "mnist-usps"
  case mnist
  case cifar10 = "cifar10-automobile-horse"
  /// Drawn by this library: no file is needed.
  case glyphs

  /// For titles.
  var title: String {
    switch self {
    case .mnistUSPS: "MNIST → USPS"
    case .mnist: "MNIST"
    case .cifar10: "CIFAR-10"
    case .glyphs: "glyphs, pen → stamp"
    }
  }

  /// Whether images are photographs in colour.
  var isNatural: Bool { self == .cifar10 }
}
