// swift-tools-version: 6.2
import PackageDescription

/// Our side of the comparison with other libraries; scripts/bench-peers builds and drives it.
let package = Package(
  name: "Benchmarks",
  dependencies: [.package(name: "Ladle", path: "..")],
  targets: [
    // What Winograd's rounding does to accuracy: Documentation/Guides/Performance.md quotes it.
    .executableTarget(
      name: "convolution-accuracy",
      dependencies: [
        .product(name: "Tensor", package: "Ladle"),
        .product(name: "Models", package: "Ladle"),
        .product(name: "Datasets", package: "Ladle"),
      ]),
    .executableTarget(
      name: "bench-worker",
      dependencies: [
        .product(name: "Tensor", package: "Ladle"),
        .product(name: "Models", package: "Ladle"),
        .product(name: "Datasets", package: "Ladle"),
        .product(name: "ActiveLoop", package: "Ladle"),
      ],
      swiftSettings: [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .treatAllWarnings(as: .error),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
