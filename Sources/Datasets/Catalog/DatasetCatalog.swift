/// A public data set that can be loaded by name.
public enum KnownDataset: String, Sendable, Hashable, Codable, CaseIterable {
  /// MNIST handwritten digits, 28x28 grey.
  case mnist
  /// Fashion-MNIST, articles of clothing, 28x28 grey.
  case fashionMNIST = "fashion-mnist"
  /// USPS zip-code digits, 16x16 grey.
  case usps
  /// UCI optical digits, 8x8 grey.
  case optdigits
  /// CIFAR-10, 32x32 colour.
  case cifar10
  /// SVHN's cropped house numbers, 32x32 colour.
  case svhn
}

/// Which part of a data set.
public enum DatasetPart: String, Sendable, Hashable, Codable, CaseIterable {
  /// The part to learn from.
  case train
  /// The part to judge by.
  case test
}

/// What is known of a public data set: its files, their checksums, and where they came from.
public struct DatasetEntry: Sendable, Hashable {
  /// A file of a data set.
  public struct File: Sendable, Hashable {
    /// Its usual name.
    public let name: String
    /// Its length in bytes, and SHA-256 in hexadecimal.
    public let byteCount: Int
    /// The SHA-256 digest in hexadecimal.
    public let sha256: String
    /// The digest of what it unpacks to, for packed files: the same contents may be packed by another tool.
    public let contentSHA256: String?
    /// Where copies are, the first choice first. Empty if it is only found in the archive.
    public let urls: [String]

    init(_ name: String, _ byteCount: Int, _ sha256: String, content: String? = nil, urls: [String] = []) {
      self.name = name
      self.byteCount = byteCount
      self.sha256 = sha256
      self.contentSHA256 = content
      self.urls = urls
    }

    /// The name without the ending that says how it is packed.
    public var contentName: String {
      for ending in [".gz", ".xz", ".bz2"] where name.hasSuffix(ending) { return String(name.dropLast(ending.count)) }
      return name
    }
  }

  /// Which data set.
  public let dataset: KnownDataset
  /// What it is.
  public let title: String
  /// Its files, in a folder named like the data set.
  public let files: [File]
  /// A gzipped tar archive that holds the contents of the files, in any folder.
  public let archiveURL: String?
  /// The licence as commonly stated.
  public let licence: String
  /// What to cite.
  public let citation: String

  /// The folder of its files in a data directory.
  public var folder: String { dataset.rawValue }
}

/// The data sets that can be loaded by name.
public enum DatasetCatalog {
  /// All entries, in the order of ``KnownDataset``.
  public static let entries: [DatasetEntry] = KnownDataset.allCases.map(entry)

  /// What is known of a data set.
  public static func entry(_ dataset: KnownDataset) -> DatasetEntry {
    switch dataset {
    case .mnist: mnist
    case .fashionMNIST: fashionMNIST
    case .usps: usps
    case .optdigits: optdigits
    case .cifar10: cifar10
    case .svhn: svhn
    }
  }

  private static func idx(_ root: String, _ rows: [(String, Int, String, String)]) -> [DatasetEntry.File] {
    rows.map { .init($0.0, $0.1, $0.2, content: $0.3, urls: ["\(root)/\($0.0)"]) }
  }

  private static let mnist = DatasetEntry(
    dataset: .mnist,
    title: "MNIST handwritten digits, 60000 + 10000 images, 28x28 grey",
    files: idx(
      "https://ossci-datasets.s3.amazonaws.com/mnist",
      [
        (
          "train-images-idx3-ubyte.gz", 9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
          "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
        ),
        (
          "train-labels-idx1-ubyte.gz", 28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
          "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
        ),
        (
          "t10k-images-idx3-ubyte.gz", 1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
          "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
        ),
        (
          "t10k-labels-idx1-ubyte.gz", 4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
          "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
        ),
      ]),
    archiveURL: nil,
    licence: "CC BY-SA 3.0, as commonly stated",
    citation: "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, Gradient-based learning applied to document recognition, "
      + "Proceedings of the IEEE 86(11), 1998")

  private static let fashionMNIST = DatasetEntry(
    dataset: .fashionMNIST,
    title: "Fashion-MNIST, 60000 + 10000 images, 28x28 grey",
    files: idx(
      "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
      [
        (
          "train-images-idx3-ubyte.gz", 26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
          "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"
        ),
        (
          "train-labels-idx1-ubyte.gz", 29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
          "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"
        ),
        (
          "t10k-images-idx3-ubyte.gz", 4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
          "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"
        ),
        (
          "t10k-labels-idx1-ubyte.gz", 5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
          "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"
        ),
      ]),
    archiveURL: nil,
    licence: "MIT, Copyright (c) 2017 Zalando SE",
    citation: "H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning "
      + "Algorithms, arXiv:1708.07747, 2017")

  private static let usps = DatasetEntry(
    dataset: .usps,
    title: "USPS zip-code digits, 7291 + 2007 images, 16x16 grey",
    files: [
      .init(
        "zip.train.gz", 1_829_071, "66ebf231ab51f2cf6ac1a892d0f98ccffee1079d7a5db638c1f11f366046ca16",
        content: "abc9f5c75b997cabe66b5d01727d5a681c69298e1641a8d37b55433a52129dc0",
        urls: ["https://hastie.su.domains/ElemStatLearn/datasets/zip.train.gz"]),
      .init(
        "zip.test.gz", 439_208, "8dacc3c6e136af6c3488de9e5113a7daf140c8c2f1f0b61c54ee02f03f1a962f",
        content: "6bde17b4f1cd68e0630cd2751d6495b5795d9165ab2dc4a0be8b7002b732f4cc",
        urls: ["https://hastie.su.domains/ElemStatLearn/datasets/zip.test.gz"]),
    ],
    archiveURL: nil,
    licence: "none stated; commonly used freely for research",
    citation: "Y. LeCun et al., Handwritten digit recognition with a back-propagation network, NIPS 1989; T. Hastie, "
      + "R. Tibshirani, J. Friedman, The Elements of Statistical Learning")

  private static let optdigits = DatasetEntry(
    dataset: .optdigits,
    title: "UCI optical digits, 3823 + 1797 images, 8x8 grey",
    files: [
      .init(
        "optdigits.tra", 563_639, "e1b683cc211604fe8fd8c4417e6a69f31380e0c61d4af22e93cc21e9257ffedd",
        urls: ["https://archive.ics.uci.edu/ml/machine-learning-databases/optdigits/optdigits.tra"]),
      .init(
        "optdigits.tes", 264_712, "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8",
        urls: ["https://archive.ics.uci.edu/ml/machine-learning-databases/optdigits/optdigits.tes"]),
    ],
    archiveURL: nil,
    licence: "CC BY 4.0, as commonly stated",
    citation: "E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998"
  )

  private static let cifar10 = DatasetEntry(
    dataset: .cifar10,
    title: "CIFAR-10, 50000 + 10000 images, 32x32 colour",
    files: [
      .init(
        "data_batch_1.bin.xz", 20_413_948, "eb85e2fa8507dfd1b92c4c13bf86ecb0afaf8bfe51627c96afd2592a639c38d1",
        content: "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"),
      .init(
        "data_batch_2.bin.xz", 20_458_936, "fee830d2ab86121368c33224fd1ead68dd8734bf3a19410fcb2b6a93d516da88",
        content: "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"),
      .init(
        "data_batch_3.bin.xz", 20_449_260, "e9b4bcf2d6e989e98cea00637443860672bd1908996316edc9c15a49790ad00d",
        content: "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"),
      .init(
        "data_batch_4.bin.xz", 20_434_920, "f7be88ff5508c67f7b7c0f154f5976332923970f7a4db11aa209f88aac0e3557",
        content: "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"),
      .init(
        "data_batch_5.bin.xz", 20_390_656, "efcb9f4df57d21f220cd068d0cea315ae27ff1491c031a922ac9e643688be6c2",
        content: "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"),
      .init(
        "test_batch.bin.xz", 20_432_704, "e14ec91c5f22f5e149d3e113bdaf16814a203f09b6fa7c31a0ed6f4a0fcafc1e",
        content: "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"),
    ],
    archiveURL: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    licence: "none stated by the authors, who ask for the citation",
    citation: "A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, technical report, 2009")

  private static let svhn = DatasetEntry(
    dataset: .svhn,
    title: "SVHN cropped house numbers, 73257 + 26032 images, 32x32 colour",
    files: [
      .init(
        "train_32x32.mat", 182_040_794, "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8",
        urls: ["http://ufldl.stanford.edu/housenumbers/train_32x32.mat"]),
      .init(
        "test_32x32.mat", 64_275_384, "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b",
        urls: ["http://ufldl.stanford.edu/housenumbers/test_32x32.mat"]),
    ],
    archiveURL: nil,
    licence: "none stated; for non-commercial use, as its page says",
    citation: "Y. Netzer, T. Wang, A. Coates, A. Bissacco, B. Wu, A. Y. Ng, Reading Digits in Natural Images with "
      + "Unsupervised Feature Learning, NIPS Workshop on Deep Learning and Unsupervised Feature Learning, 2011")
}
