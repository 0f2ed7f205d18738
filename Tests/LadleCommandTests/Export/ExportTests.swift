import ActiveLoop
import Foundation
import Models
import Tensor
import TestSupport
import Testing

@testable import LadleCommand

@Suite struct ExportTests {
  /// Two strategies on drawn digits, 10 initial labels and one round of 5.
  private func run(_ path: String, seeds: [Int] = [1]) async throws {
    var settings = PoolSettings(.digits)
    (settings.learner, settings.strategies, settings.seeds) = (.mlp, ["random", "margin"], seeds)
    (settings.poolSize, settings.testSize) = (60, 30)
    (settings.experiment.initial.count, settings.experiment.batch, settings.experiment.budget) = (10, 5, 15)
    (settings.network.hidden, settings.training.steps) = (8, 5)
    try await PoolRun(
      settings: settings, path: path, dataDirectories: [], progress: ProgressReporter(output: .silent)
    ).run()
  }

  @Test func aTableHasEveryFigureOfEveryRun() async throws {
    let place = try TemporaryDirectory()
    try await run(place.path + "/sweep/one", seeds: [1, 2])
    try await run(place.path + "/sweep/two, again")
    let file = place.path + "/all.csv"
    #expect(await Ladle.run(["export", "csv", place.path + "/sweep", "--out", file]) == 0)
    let lines = try place.contents("all.csv").split(separator: "\n").map(String.init)
    #expect(lines[0] == "run,system,strategy,seed,round,labelled,attempted,discarded,metric,value")
    let records = try RunFinder.runs(at: [place.path + "/sweep"]).runs.flatMap(\.records)
    #expect(records.count == 12 && lines.count == 1 + records.reduce(0) { $0 + $1.metrics.count })
    let accuracy = try #require(records.first { $0.scheme == "margin" && $0.seed == 2 && $0.round == 1 }).metrics[
      "accuracy"]
    #expect(lines.contains("\(place.path)/sweep/one,pool,margin,2,1,15,15,0,accuracy,\(try #require(accuracy))"))
    #expect(lines.contains { $0.hasPrefix("\"\(place.path)/sweep/two, again\",pool,random,1,0,10,") })
  }

  @Test func everyStrategyAndSeedIsARunOfTensorBoard() async throws {
    let place = try TemporaryDirectory()
    try await run(place.path + "/runs/one", seeds: [1, 2])
    try await run(place.path + "/runs/two")
    let logs = place.path + "/logs"
    #expect(await Ladle.run(["export", "tensorboard", place.path + "/runs", "--out", logs]) == 0)
    let files = try FileManager.default.subpathsOfDirectory(atPath: logs).filter { $0.contains("tfevents") }.sorted()
    #expect(
      files
        == [
          "one/margin/seed-1", "one/margin/seed-2", "one/random/seed-1", "one/random/seed-2", "two/margin/seed-1",
          "two/random/seed-1",
        ].map { $0 + "/events.out.tfevents.0.ladle" })
    let bytes = try FileBytes.read("\(logs)/one/margin/seed-2/events.out.tfevents.0.ladle")
    // The sheets go in as they are.
    for round in ["00", "01"] {
      let sheet = try FileBytes.read("\(place.path)/runs/one/queries/margin/seed-2/round-\(round).png")
      #expect(Data(bytes).range(of: Data(sheet)) != nil)
    }
    // Again: the same bytes.
    #expect(await Ladle.run(["export", "tensorboard", place.path + "/runs", "--out", logs]) == 0)
    #expect(try FileBytes.read("\(logs)/one/margin/seed-2/events.out.tfevents.0.ladle") == bytes)
  }

  @Test func runsAreNamedByWhatTellsThemApart() {
    #expect(TensorBoardCommand.names(of: ["/a/runs/one"]) == ["one"])
    #expect(TensorBoardCommand.names(of: ["/a/runs/one", "/a/runs/b/two"]) == ["one", "b/two"])
    #expect(TensorBoardCommand.names(of: ["/a/x/one", "/a/y/one"]) == ["x/one", "y/one"])
    #expect(TensorBoardCommand.names(of: []) == [])
  }

  @Test func picturesAreMeasuredOrLeftOut() throws {
    let header = try #require(PNGHeader(try FileBytes.read(fixturePath("Export/picture.png"))))
    #expect(header.width == 3 && header.height == 2 && header.channels == 3)
    #expect(PNGHeader(Array("no picture, but long enough to be taken for one".utf8)) == nil)
    #expect(PNGHeader([]) == nil)
  }

  @Test func aStoredModelGoesToPyTorch() async throws {
    let place = try TemporaryDirectory()
    var random = RandomSource(seed: 1)
    let model = DCGANGenerator(.init(imageSize: 8, channels: 1, latentSize: 3, width: 2), using: &random)
    try model.save(to: place.path + "/ours.safetensors", metadata: model.torchMetadata())
    let arguments = ["export", "torch", place.path + "/ours.safetensors", "--out", place.path + "/theirs.safetensors"]
    #expect(await Ladle.run(arguments) == 0)
    try model.saveTorch(to: place.path + "/direct.safetensors")
    #expect(
      try FileBytes.read(place.path + "/theirs.safetensors") == FileBytes.read(place.path + "/direct.safetensors"))

    // A file that knows nothing of PyTorch, and one that lies.
    try model.save(to: place.path + "/plain.safetensors")
    try model.save(
      to: place.path + "/lying.safetensors",
      metadata: LatentDiscriminator(.init(latentSize: 3, hidden: [2]), using: &random).torchMetadata())
    for name in ["plain", "lying", "absent"] {
      let out = place.path + "/never.safetensors"
      #expect(await Ladle.run(["export", "torch", "\(place.path)/\(name).safetensors", "--out", out]) == 1)
      #expect(!FileManager.default.fileExists(atPath: out))
    }
  }

  @Test func theLastNetworksAreKept() async throws {
    let place = try TemporaryDirectory()
    func run(_ name: String, saving: Bool, members: Int = 1) async throws {
      var settings = PoolSettings(.digits)
      (settings.learner, settings.strategies) = (.mlp, ["margin"])
      (settings.poolSize, settings.testSize) = (60, 30)
      (settings.experiment.initial.count, settings.experiment.batch, settings.experiment.budget) = (10, 5, 15)
      (settings.network.hidden, settings.training.steps, settings.network.members) = (8, 5, members)
      try await PoolRun(
        settings: settings, path: "\(place.path)/\(name)", dataDirectories: [],
        progress: ProgressReporter(output: .silent), savesModels: saving
      ).run()
    }
    try await run("at once", saving: true)
    try await run("later", saving: false)
    #expect(!FileManager.default.fileExists(atPath: place.path + "/later/models"))
    // The same settings: the run is continued, and has nothing left to do but this.
    try await run("later", saving: true)
    let model = "models/margin-seed-1.safetensors"
    let bytes = try FileBytes.read("\(place.path)/at once/\(model)")
    #expect(try FileBytes.read("\(place.path)/later/\(model)") == bytes)
    let stored = try SafeTensors.parse(bytes, file: model)
    #expect(stored.metadata["architecture"] == "mlp" && stored["body.1.weight"]?.shape == [784, 8])

    let out = place.path + "/torch.safetensors"
    #expect(await Ladle.run(["export", "torch", "\(place.path)/later/\(model)", "--out", out]) == 0)
    #expect(try SafeTensors.read(out)["body.1.weight"]?.shape == [8, 784])
    try await run("ensemble", saving: true, members: 2)
    let names = try FileManager.default.contentsOfDirectory(atPath: place.path + "/ensemble/models").sorted()
    #expect(names == ["margin-seed-1-member-0.safetensors", "margin-seed-1-member-1.safetensors"])
    let arguments = [
      "run", "pool", "--dataset", "digits", "--learner", "svm", "--save-models", "--out", "\(place.path)/no",
    ]
    #expect(await Ladle.run(arguments) == 64)
  }

  @Test func placesWithoutRunsAreExplained() async throws {
    let place = try TemporaryDirectory()
    for system in ["csv", "tensorboard"] {
      #expect(await Ladle.run(["export", system, place.path, "--out", place.path + "/out"]) == 1)
      #expect(await Ladle.run(["export", system, place.path + "/absent", "--out", place.path + "/out"]) == 1)
      #expect(!FileManager.default.fileExists(atPath: place.path + "/out"))
    }
  }
}
