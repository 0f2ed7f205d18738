// swift-tools-version: 6.2
import PackageDescription

// MARK: - Settings

/// Every Swift target: no implicit existentials, imports internal unless said otherwise (an import that points
/// up, or leaks, is a compile error), members visible only where their module is imported, no warnings.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// C kernels are optimised in debug builds too: at -O0 they are twenty times slower, and every test would be.
/// `-fno-math-errno` lets square roots vectorise; it changes no result.
let kernelFlags: [CSetting] = [.unsafeFlags(["-O3", "-fno-math-errno", "-Wall", "-Werror"])]

/// Tests of these see what is internal, in optimised builds too. The price is that unused internal code stays in the
/// binary.
let testable: [SwiftSetting] = strict + [.unsafeFlags(["-enable-testing"])]

let package = Package(
  name: "Ladle",
  products: [
    .library(name: "Tensor", targets: ["Tensor"]),
    .library(name: "Models", targets: ["Models"]),
    .library(name: "Datasets", targets: ["Datasets"]),
    .library(name: "ActiveLoop", targets: ["ActiveLoop"]),
    .executable(name: "ladle", targets: ["ladle"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // MARK: - System libraries

    .systemLibrary(
      name: "CBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev", "liblapacke-dev"]), .brew(["openblas", "lapack"])]),
    .systemLibrary(
      name: "CCompression",
      providers: [.apt(["zlib1g-dev", "liblzma-dev", "libbz2-dev"]), .brew(["xz", "bzip2"])]),
    .systemLibrary(
      name: "CImageCodecs",
      providers: [.apt(["libpng-dev", "libturbojpeg0-dev"]), .brew(["libpng", "jpeg-turbo"])]),

    // MARK: - The stack, bottom to top: imports point up this list only

    .target(name: "CKernels", cSettings: kernelFlags),
    .target(name: "Tensor", dependencies: ["CBLAS", "CKernels"], swiftSettings: strict),
    .target(name: "Models", dependencies: ["Tensor"], swiftSettings: strict),
    .target(name: "Datasets", dependencies: ["CCompression", "CImageCodecs", "Tensor"], swiftSettings: testable),
    .target(name: "ActiveLoop", dependencies: ["Models", "Tensor"], swiftSettings: strict),
    .target(
      name: "LadleCommand",
      dependencies: [
        "ActiveLoop", "Datasets", "Models", "Tensor",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: testable),
    .executableTarget(name: "ladle", dependencies: ["LadleCommand"], swiftSettings: strict),

    // MARK: - Tests

    .target(name: "TestSupport", dependencies: ["Tensor"], path: "Tests/TestSupport", swiftSettings: strict),
    .testTarget(
      name: "TensorTests", dependencies: ["Tensor", "TestSupport"], exclude: ["Fixtures"], swiftSettings: strict),
    .testTarget(
      name: "ModelsTests", dependencies: ["Models", "Tensor", "TestSupport"], exclude: ["Fixtures"],
      swiftSettings: strict),
    .testTarget(
      name: "DatasetsTests", dependencies: ["Datasets", "Tensor", "TestSupport"], exclude: ["Fixtures"],
      swiftSettings: strict),
    .testTarget(
      name: "ActiveLoopTests", dependencies: ["ActiveLoop", "Models", "Tensor", "TestSupport"], exclude: ["Fixtures"],
      swiftSettings: strict),
    .testTarget(
      name: "LadleCommandTests",
      dependencies: ["ActiveLoop", "Datasets", "LadleCommand", "Models", "Tensor", "TestSupport"],
      exclude: ["Fixtures"], swiftSettings: strict),
    .testTarget(name: "PerformanceTests", dependencies: ["LadleCommand", "Tensor"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
