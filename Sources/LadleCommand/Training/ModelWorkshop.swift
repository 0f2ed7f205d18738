import Datasets
import Foundation
import Models
import Tensor

/// Trains the models an experiment needs, or takes them from the cache.
struct ModelWorkshop {
  var cache: ArtifactCache
  var progress: ProgressReporter
  var backend: BackendDescription
  var checkpoints = CheckpointSchedule()

  /// A generator trained on all images of `pool`; its labels are not used.
  func generator(_ settings: GeneratorSettings, pool: ImageDataset) throws -> DCGANGenerator {
    let configuration = try Self.configuration(settings, pool)
    guard pool.count >= settings.batchSize else {
      throw CommandFailure(
        .usage, "\(pool.count) images do not fill one batch of generator.batchSize \(settings.batchSize).")
    }
    let directory = try cached(
      "generator", "Training the generator", .init(encoding: settings), pool
    ) { directory, keeper in
      let root = RandomSource(seed: settings.seed).stream("generator")
      var weights = root.stream("weights")
      var training = AdversarialTraining(
        configuration, loss: settings.loss, learningRate: settings.learningRate, beta1: settings.beta1,
        averaging: settings.averaging, using: &weights)
      let steps = settings.epochs * (pool.count / settings.batchSize)
      let phase = TrainingPhase(name: "Training the generator", steps: steps, progress: progress)
      try TrainingPlace.kept(by: keeper) {
        try training.train(
          count: pool.count, batchSize: settings.batchSize, epochs: settings.epochs, decay: settings.decay, using: root,
          images: { pool.images(at: $0) }
        ) { phase.advance(to: $0.step) }
      }
      var generator = training.trainedGenerator
      var latents = root.stream("recalibration")
      generator.recalibrate(using: &latents)
      try generator.save(to: directory + "/generator.safetensors")
      progress.finish()
    }
    var unused = RandomSource(seed: 0)
    var generator = DCGANGenerator(configuration, using: &unused)
    try generator.load(from: directory + "/generator.safetensors")
    return generator
  }

  /// A classifier of all classes of the source, with its accuracy on `test`.
  func classifier(
    _ settings: ClassifierSettings, training: ImageDataset, test: ImageDataset, isNatural: Bool
  ) throws -> (model: ConvolutionalClassifier, accuracy: Double) {
    let data = settings.limit.map(training.prefix) ?? training
    let side = data.imageShape.height
    var configuration =
      isNatural
      ? ConvolutionalClassifier.Configuration.naturalImages(imageSize: side, classes: data.classNames.count)
      : .digits(imageSize: side, classes: data.classNames.count)
    configuration.width = settings.width
    configuration.dropout = settings.dropout
    let directory = try cached(
      "classifier", "Training the classifier that labels", .init(encoding: settings), data
    ) { directory, keeper in
      let root = RandomSource(seed: settings.seed).stream("classifier")
      var weights = root.stream("weights")
      var model = ConvolutionalClassifier(configuration, using: &weights)
      let steps = settings.epochs * ((data.count + settings.batchSize - 1) / settings.batchSize)
      let phase = TrainingPhase(name: "Training the classifier", steps: steps, progress: progress)
      try TrainingPlace.kept(by: keeper) {
        try model.train(
          labels: data.labels,
          .init(
            epochs: settings.epochs, batchSize: settings.batchSize, learningRate: settings.learningRate,
            shift: settings.shift, mirror: isNatural), using: root, images: { data.images(at: $0) }
        ) { phase.advance(to: $0.step) }
      }
      let accuracy = Self.accuracy(of: model, on: test)
      try model.save(to: directory + "/classifier.safetensors", metadata: ["accuracy": "\(accuracy)"])
      progress.finish()
    }
    var unused = RandomSource(seed: 0)
    var model = ConvolutionalClassifier(configuration, using: &unused)
    let metadata = try model.load(from: directory + "/classifier.safetensors")
    return (model, metadata["accuracy"].flatMap(Double.init) ?? Self.accuracy(of: model, on: test))
  }

  // MARK: - Parts

  func cached(
    _ kind: String, _ phase: String, _ settings: JSONValue, _ data: ImageDataset,
    make: (_ directory: String, _ keeper: CheckpointFile) throws -> Void
  ) throws -> String {
    let key = JSONValue.object([
      "settings": settings, "data": .string(data.fingerprint), "version": .string(Ladle.version),
      // The same settings give other bits on another kind of processor.
      "kernels": .string("\(backend.kernelLevel) \(backend.blas) \(backend.blasCore)"),
    ])
    return try cache.artifact(
      .init(kind: kind, content: key), note: { progress.note("ladle: \($0)") },
      stopRequested: { Interruption.shared.isRequested },
      make: { directory, path in
        let keeper = CheckpointFile(path: path, schedule: checkpoints) { progress.note("ladle: the \(kind)’s \($0)") }
        try make(directory, keeper)
      })
  }

  func stopIfRequested() throws {
    if Interruption.shared.isRequested { throw CancellationError() }
  }

  private static func accuracy(of model: ConvolutionalClassifier, on test: ImageDataset) -> Double {
    var right = 0
    for batch in test.batches(of: 500) {
      right += zip(model.predictions(for: batch.images), batch.labels).count { $0 == $1 }
    }
    return Double(right) / Double(max(1, test.count))
  }

  private static func configuration(
    _ settings: GeneratorSettings, _ pool: ImageDataset
  ) throws(CommandFailure) -> DCGANConfiguration {
    let shape = pool.imageShape
    var size = shape.height % 7 == 0 ? 7 : 4
    while size < shape.height { size *= 2 }
    guard shape.height == shape.width, size == shape.height, size >= 8, shape.channels == 1 || shape.channels == 3
    else {
      throw CommandFailure(
        .world, "a DCGAN makes square images of 8, 16, 32, … or 14, 28, 56, … pixels, not \(shape) as in \(pool.name).")
    }
    return DCGANConfiguration(
      imageSize: shape.height, channels: shape.channels, latentSize: settings.latentSize, width: settings.width,
      discriminatorNormalization: settings.loss.discriminatorNormalization)
  }
}

extension ImageDataset {
  /// A checksum of every pixel and label, with the shape and the names of the classes.
  var fingerprint: String {
    var bytes: [UInt8] = Array("\(imageShape) \(classNames)".utf8) + labels.map { UInt8(truncatingIfNeeded: $0) }
    bytes.reserveCapacity(bytes.count + count * imageShape.count)
    for batch in batches(of: 2048) {
      batch.images.withUnsafeScalars { scalars in
        for scalar in scalars { bytes.append(UInt8(max(0, min(255, (scalar * 255).rounded())))) }
      }
    }
    return SHA256.hexadecimal(bytes)
  }
}
