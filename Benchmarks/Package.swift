// swift-tools-version: 6.2
import PackageDescription

/// Our side of the comparison with other libraries; scripts/bench-peers builds and drives it.
let package = Package(
  name: "Benchmarks",
  dependencies: [.package(name: "Ladle", path: "..")],
  targets: [
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
      ])
  ],
  swiftLanguageModes: [.v6]
)
