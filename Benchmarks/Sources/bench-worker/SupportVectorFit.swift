import Datasets
import Foundation
import Models
import Tensor

/// A fit of a binary machine to real images, flattened, pixels in [0, 1].
struct SupportVectorFit: Case {
  private let training: (inputs: Tensor, labels: [Int])
  private let test: (inputs: Tensor, labels: [Int])
  private var machine: SupportVectorMachine

  init(_ parameters: SupportVectorMachine.Parameters, training: ImageDataset, test: ImageDataset) {
    self.training = (training.images.flattened(), training.labels)
    self.test = (test.images.flattened(), test.labels)
    machine = SupportVectorMachine(parameters)
  }

  func exchanged() -> Exchange {
    var exchange = Exchange()
    exchange.add(training.inputs, as: "training")
    exchange.add(training.labels, as: "training labels")
    exchange.add(test.inputs, as: "test")
    exchange.add(test.labels, as: "test labels")
    return exchange
  }

  mutating func step(_ turn: Int?) throws -> [Double] {
    var random = RandomSource(seed: 1)
    try machine.fit(training.inputs, labels: training.labels, classCount: 2, using: &random)
    return []
  }

  mutating func compared() throws -> [Double] {
    _ = try step(nil)
    return [objective]
  }

  func check() throws -> [String: JSONValue] {
    let predictions = machine.predictions(for: test.inputs)
    let right = zip(predictions, test.labels).count { $0 == $1 }
    return [
      "objective": .number(objective),
      "accuracy": .number(Double(right) / Double(test.labels.count)),
      "predictions": .text(predictions.map(String.init).joined()),
      "iterations": .number(Double(machine.reports[0].iterations)),
      "support_vectors": .number(Double(machine.reports[0].supportVectorCount)),
    ]
  }

  /// Of coordinate descent the primal one, ½(‖w‖² + b²) + C·Σ loss, which says more than the dual: that the hyperplane
  /// is right. Of sequential minimal optimisation the dual one, ½αᵀQα − Σα, whose bias is free.
  private var objective: Double {
    let isPrimal = machine.parameters.kernel == .linear && machine.parameters.solver == .automatic
    guard isPrimal, let (weights, bias) = machine.hyperplane else { return machine.reports[0].dualObjective }
    let b = Double(bias.scalar)
    let norm = weights.scalars.reduce(b * b) { $0 + Double($1) * Double($1) }
    let values = machine.decisionValues(for: training.inputs).scalars
    let errors = zip(values, training.labels).reduce(0.0) { sum, sample in
      let slack = max(0, 1 - (sample.1 == 1 ? 1 : -1) * Double(sample.0))
      return sum + (machine.parameters.loss == .hinge ? slack : slack * slack)
    }
    return 0.5 * norm + Double(machine.parameters.cost) * errors
  }
}

/// The real images that machines are fitted to.
enum RealImages {
  /// MNIST, all the 5s (class 0) and 7s (class 1): 11 686 × 784 to train, 1920 to test.
  static func fiveAgainstSeven() throws -> (training: ImageDataset, test: ImageDataset) {
    let locator = try locator(for: .mnist)
    return (try locator.load(.mnist, .train).binary(5, 7), try locator.load(.mnist, .test).binary(5, 7))
  }

  /// CIFAR-10's test batch, automobiles (class 0) and horses (class 1) in grey: the first 350 × 1024 to train, as many
  /// labels as GAAL buys on this pair, the other 1650 to test.
  static func automobileAgainstHorse() throws -> (training: ImageDataset, test: ImageDataset) {
    let pair = try locator(for: .cifar10).load(.cifar10, .test).binary(1, 7).processed("grey") { images in
      matmul(images.reshaped(to: [images.count / 3, 3]), Tensor([0.299, 0.587, 0.114], shape: [3, 1]))
        .reshaped(to: images.shape.dropLast() + [1])
    }
    return (pair.prefix(350), pair.selecting(Array(350..<pair.count)))
  }

  /// `LADLE_DATA`, or `shared/data` beside a folder above this file.
  private static func locator(for dataset: KnownDataset) throws -> DatasetLocator {
    var directories: [String] = []
    if let asked = ProcessInfo.processInfo.environment["LADLE_DATA"], !asked.isEmpty {
      directories = [asked]
    } else {
      var folder = URL(filePath: #filePath)
      while folder.path() != "/" {
        folder.deleteLastPathComponent()
        directories.append(folder.appending(path: "shared/data").path())
      }
    }
    let locator = DatasetLocator(directories: directories)
    guard locator.has(dataset) else { throw NoData(dataset: dataset) }
    return locator
  }
}

struct NoData: Error, CustomStringConvertible {
  let dataset: KnownDataset
  var description: String { "skipped: no data (set LADLE_DATA to a folder that has \(dataset.rawValue)/ in it)" }
}
