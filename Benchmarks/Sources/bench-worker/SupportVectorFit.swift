import Datasets
import Foundation
import Models
import Tensor

/// A fit on MNIST 5 against 7, pixels in [0, 1]; class 1 is the 7.
struct SupportVectorFit: Case {
  private let training: (inputs: Tensor, labels: [Int])
  private let test: (inputs: Tensor, labels: [Int])
  private var machine: SupportVectorMachine

  init(_ parameters: SupportVectorMachine.Parameters) throws {
    training = try Self.fiveAgainstSeven("train")
    test = try Self.fiveAgainstSeven("t10k")
    machine = SupportVectorMachine(parameters)
  }

  mutating func run() throws -> [String: JSONValue] {
    var random = RandomSource(seed: 1)
    try machine.fit(training.inputs, labels: training.labels, classCount: 2, using: &random)
    return [
      "iterations": .number(Double(machine.reports[0].iterations)),
      "support_vectors": .number(Double(machine.reports[0].supportVectorCount)),
    ]
  }

  func check() throws -> [String: JSONValue] {
    let predictions = machine.predictions(for: test.inputs)
    let right = zip(predictions, test.labels).filter { $0 == $1 }.count
    return [
      "objective": .number(primalObjective ?? machine.reports[0].dualObjective),
      "accuracy": .number(Double(right) / Double(test.labels.count)),
      "predictions": .text(predictions.map(String.init).joined()),
    ]
  }

  /// ½(‖w‖² + b²) + C·Σ loss of a linear machine, which says more than its dual: that the hyperplane is right.
  private var primalObjective: Double? {
    guard let (weights, bias) = machine.hyperplane else { return nil }
    let b = Double(bias.scalar)
    let norm = weights.scalars.reduce(b * b) { $0 + Double($1) * Double($1) }
    let values = machine.decisionValues(for: training.inputs).scalars
    let errors = zip(values, training.labels).reduce(0.0) { sum, sample in
      let slack = max(0, 1 - (sample.1 == 1 ? 1 : -1) * Double(sample.0))
      return sum + (machine.parameters.loss == .hinge ? slack : slack * slack)
    }
    return 0.5 * norm + Double(machine.parameters.cost) * errors
  }

  private static func fiveAgainstSeven(_ part: String) throws -> (Tensor, [Int]) {
    let folder = try dataFolder()
    let digits = try IDX.dataset(
      name: "mnist", images: "\(folder)/mnist/\(part)-images-idx3-ubyte.gz",
      labels: "\(folder)/mnist/\(part)-labels-idx1-ubyte.gz", classNames: (0...9).map(String.init)
    ).binary(5, 7)
    return (digits.images.flattened(), digits.labels)
  }

  /// `LADLE_DATA`, or `shared/data` beside a folder above this file.
  private static func dataFolder() throws -> String {
    if let asked = ProcessInfo.processInfo.environment["LADLE_DATA"], !asked.isEmpty {
      guard FileManager.default.fileExists(atPath: asked + "/mnist") else { throw NoData() }
      return asked
    }
    var folder = URL(filePath: #filePath)
    while folder.path() != "/" {
      folder.deleteLastPathComponent()
      let candidate = folder.appending(path: "shared/data").path()
      if FileManager.default.fileExists(atPath: candidate + "/mnist") { return candidate }
    }
    throw NoData()
  }
}

struct NoData: Error, CustomStringConvertible {
  var description: String { "skipped: no data (set LADLE_DATA to a folder that has mnist/*-ubyte.gz in it)" }
}
