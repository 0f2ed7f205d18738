// swift-tools-version: 6.2
import PackageDescription

/// Where Ladle is cloned from: the URL or path of any repository named `ladle` with version tags. scripts/consumer-check
/// sets it to a tagged clone of the commit under test.
let repository = Context.environment["LADLE_REPOSITORY"] ?? "https://example.org/ladle.git"

let package = Package(
  name: "Consumer",
  dependencies: [
    .package(url: repository, from: "0.1.0")
  ],
  targets: [
    .executableTarget(
      name: "consumer",
      dependencies: [
        .product(name: "Tensor", package: "ladle"),
        .product(name: "Models", package: "ladle"),
        .product(name: "ActiveLoop", package: "ladle"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
