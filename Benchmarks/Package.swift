// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// Our side of the comparison with other libraries; scripts/bench-peers builds and drives it.
let package = Package(
  name: "Benchmarks",
  dependencies: [.package(name: "Ladle", path: "..")],
  targets: [
    .target(name: "ProcessStatistics", path: "Sources/process-statistics", swiftSettings: strict),
    // What a query of a pool of a million samples takes: Documentation/Guides/PoolScale.md quotes it.
    .executableTarget(
      name: "pool-strategies",
      dependencies: [
        "ProcessStatistics",
        .product(name: "Tensor", package: "Ladle"),
        .product(name: "Models", package: "Ladle"),
        .product(name: "Datasets", package: "Ladle"),
        .product(name: "ActiveLoop", package: "Ladle"),
      ],
      swiftSettings: strict),
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
        "ProcessStatistics",
        .product(name: "Tensor", package: "Ladle"),
        .product(name: "Models", package: "Ladle"),
        .product(name: "Datasets", package: "Ladle"),
        .product(name: "ActiveLoop", package: "Ladle"),
      ],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
