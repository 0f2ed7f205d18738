// swift-tools-version: 6.2
import PackageDescription

/// Programs to read in five minutes and run in one: `swift run -c release --package-path Examples xor`.
let package = Package(
  name: "Examples",
  dependencies: [.package(name: "Ladle", path: "..")],
  targets: [
    .executableTarget(
      name: "xor", dependencies: [.product(name: "Tensor", package: "Ladle")], path: "XOR"),
    .executableTarget(
      name: "synthesized-queries",
      dependencies: [
        .product(name: "Tensor", package: "Ladle"), .product(name: "Models", package: "Ladle"),
        .product(name: "Datasets", package: "Ladle"), .product(name: "ActiveLoop", package: "Ladle"),
      ], path: "SynthesizedQueries"),
    .executableTarget(
      name: "query-strategies",
      dependencies: [
        .product(name: "Tensor", package: "Ladle"), .product(name: "Models", package: "Ladle"),
        .product(name: "Datasets", package: "Ladle"), .product(name: "ActiveLoop", package: "Ladle"),
      ], path: "QueryStrategies"),
    .executableTarget(
      name: "scene-segmentation",
      dependencies: [
        .product(name: "Tensor", package: "Ladle"), .product(name: "Models", package: "Ladle"),
        .product(name: "Datasets", package: "Ladle"), .product(name: "ActiveLoop", package: "Ladle"),
      ], path: "SceneSegmentation"),
    .executableTarget(
      name: "own-data",
      dependencies: [
        .product(name: "Tensor", package: "Ladle"), .product(name: "Models", package: "Ladle"),
        .product(name: "ActiveLoop", package: "Ladle"),
      ], path: "OwnData"),
    .executableTarget(
      name: "own-strategy",
      dependencies: [
        .product(name: "Tensor", package: "Ladle"), .product(name: "Models", package: "Ladle"),
        .product(name: "Datasets", package: "Ladle"), .product(name: "ActiveLoop", package: "Ladle"),
      ], path: "OwnStrategy"),
  ],
  swiftLanguageModes: [.v6]
)
