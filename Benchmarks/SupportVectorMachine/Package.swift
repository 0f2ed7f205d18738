// swift-tools-version: 6.2
import PackageDescription

// The Swift side of scripts/bench-svm: fits what it is told on standard input, so that the script can take turns with
// scikit-learn.
let package = Package(
  name: "SVMBenchmark",
  dependencies: [.package(name: "Ladle", path: "../..")],
  targets: [
    .executableTarget(
      name: "svm-benchmark",
      dependencies: [.product(name: "Models", package: "Ladle"), .product(name: "Tensor", package: "Ladle")])
  ],
  swiftLanguageModes: [.v6]
)
