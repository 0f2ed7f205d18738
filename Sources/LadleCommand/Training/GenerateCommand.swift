import ArgumentParser
import Datasets
import Foundation
import Models
import Tensor

/// `ladle generate`.
struct GenerateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Train a GAN on a data set and write a sheet of its samples.",
    discussion: """
      Trains on the two classes that “ladle run gaal” uses, without their labels, or takes the generator from the
      cache when one with the same settings is there. A training that was stopped, by Ctrl-C or otherwise, goes on when
      the same command is given again. None of the samples is chosen.

      Examples:
        ladle generate --dataset glyphs --out glyphs.png
        ladle generate --dataset mnist --set epochs=40 --count 64 --out digits.png
        ladle generate --dataset cifar10-automobile-horse --weights generator.safetensors --out cars.png
      """)

  @Option(help: "One of: mnist-usps, mnist, cifar10-automobile-horse, glyphs.")
  var dataset: GAALDataset

  @Option(help: ArgumentHelp("The PNG file to write.", valueName: "file"))
  var out: String

  @Option(help: "Samples on the sheet.")
  var count = 100

  @Option(help: "Samples in a row.")
  var columns = 10

  @Option(help: "Pixels on the sheet for each pixel of a sample.")
  var scale = 2

  @Option(help: "Chooses the samples.")
  var seed = 1

  @Option(
    help: ArgumentHelp(
      "Also write the generator's weights, as safetensors; “ladle export torch” reads them.", valueName: "file"))
  var weights: String?

  @Option(help: "Train on the first so many images only.")
  var limit: Int?

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("A setting of the training, such as epochs=10; may be repeated.", valueName: "key=value"))
  var settings: [String] = []

  @OptionGroup var data: DataOption
  @OptionGroup var cache: CacheOption
  @OptionGroup var checkpoints: CheckpointOption

  @Flag(name: .shortAndLong, help: "No progress, only results and errors.")
  var quiet = false

  func validate() throws {
    for (name, value, most) in [("count", count, 10_000), ("columns", columns, 1000), ("scale", scale, 32)] {
      guard (1...most).contains(value) else {
        throw ValidationError("--\(name) is a whole number from 1 to \(most), not \(value)")
      }
    }
    if let limit, limit < 2 { throw ValidationError("--limit is at least 2, not \(limit)") }
  }

  func run() async throws {
    let resolved = try resolvedSettings()
    // Minutes of training are lost if the place for the result turns out to be none.
    for path in [out] + (weights.map { [$0] } ?? []) { try Self.checkWritable(path) }
    let progress = ProgressReporter(output: quiet ? .silent : .standardError)
    let task = try ImageTask.load(
      dataset, framing: .stretch, poolLimit: limit, directories: data.directories(),
      withClassifier: false)
    let workshop = ModelWorkshop(
      cache: cache.cache, progress: progress, backend: BackendDescription(), checkpoints: checkpoints.schedule)
    let generator: DCGANGenerator
    do {
      let training = Task { try workshop.generator(resolved, pool: task.pool) }
      Interruption.shared.install { training.cancel() }
      generator = try await training.value
    } catch is CancellationError {
      throw CommandFailure(.interrupted, "stopped on request; the same command goes on with the training.")
    }
    var random = RandomSource(seed: seed).stream("samples")
    let latents = Tensor(normal: [count, generator.configuration.latentSize], using: &random)
    let images = generator(latents) * 0.5 + 0.5
    try AtomicFile.write(ImageSheet(images, columns: columns, scale: scale).png, to: out)
    print(out)
    if let weights {
      try generator.save(to: weights, metadata: generator.torchMetadata())
      print(weights)
    }
  }

  /// What is trained, with every `--set`. Throws a usage failure that names the setting which makes no sense.
  func resolvedSettings() throws -> GeneratorSettings {
    let resolved = try patched(
      GeneratorSettings.defaults(for: dataset), with: try settings.map { text in try SettingsPatch(text) })
    try SettingsLimits.check(resolved)
    if let problem = resolved.problem() {
      throw CommandFailure(.usage, problem.replacingOccurrences(of: "generator.", with: "") + ".")
    }
    return resolved
  }

  private static func checkWritable(_ path: String) throws(CommandFailure) {
    let directory = URL(filePath: path).deletingLastPathComponent().path
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue {
      throw CommandFailure(.usage, "\(path) is a directory; name a file.")
    }
    guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory.boolValue else {
      throw CommandFailure(.world, "\(path) cannot be written: there is no directory \(directory); make it first.")
    }
    guard FileManager.default.isWritableFile(atPath: directory) else {
      throw CommandFailure(.world, "\(path) cannot be written: permission is denied; choose another place.")
    }
  }
}
