import ActiveLoop
import ArgumentParser
import Foundation
import Models
import Testing

@testable import LadleCommand

@Suite struct PoolCommandTests {
  /// The settings that arguments after `run pool --out x` stand for.
  private func settings(_ arguments: String) throws -> PoolSettings {
    let words = ["run", "pool", "--out", "x"] + arguments.split(separator: " ").map(String.init)
    let command = try #require(try Ladle.parseAsRoot(words) as? PoolCommand)
    return try command.resolved()
  }

  private func sentence(_ arguments: String) -> String {
    do {
      return "accepted: \(try settings(arguments))"
    } catch {
      let failure = CommandFailure(explaining: error)
      #expect(failure.kind == .usage)
      return failure.description
    }
  }

  @Test func optionsAndSettingsArrive() throws {
    let settings = try settings(
      "--dataset cifar10 --strategy random,margin --learner vgg16 --seeds 2-4 --initial 20 --initial-method biased "
        + "--batch 10 --budget 60 --pool-size 500 --set training.steps=7 --set refit.method=warm "
        + "--set fixedSeeds.weights=3 --set noise.rate=0.1 --set stopping.agreement=0.99 --set members=3")
    #expect(settings.dataset == .cifar10 && settings.strategies == ["random", "margin"] && settings.learner == .vgg16)
    #expect(settings.seeds == [2, 3, 4] && settings.poolSize == 500 && settings.network.members == 3)
    #expect(settings.experiment.initial.count == 20 && settings.experiment.initial.method == .biased)
    #expect(settings.experiment.batch == 10 && settings.experiment.budget == 60)
    #expect(settings.training.steps == 7 && settings.training.refit.method == .warm)
    #expect(settings.noise.rate == 0.1 && settings.experiment.stopping.agreement == 0.99)
    let seeds = settings.experimentSeeds(2)
    #expect(seeds.run == 2 && seeds.initial == 2 && seeds.order == 2 && seeds.weights == 3)
  }

  @Test func requestsThatMakeNoSenseAreExplained() {
    #expect(
      sentence("--dataset digits --strategy margni").hasPrefix("there is no strategy “margni” for the learner cnn"))
    #expect(sentence("--dataset digits --strategy random,random") == "--strategy names a strategy twice.")
    #expect(sentence("--dataset digits --learner svm --strategy badge").hasPrefix("there is no strategy “badge”"))
    #expect(sentence("--dataset mnist --learner vgg16").contains("at least 32 pixels"))
    #expect(sentence("--dataset digits --budget 20").contains("budget is 20, less than the 100 initial labels"))
    #expect(sentence("--dataset digits --set training.batchSize=0").contains("learner.batchSize is 0"))
    #expect(sentence("--dataset digits --initial-method odd").contains("random, stratified or biased"))
  }

  @Test func settingsOfARALArrive() throws {
    let settings = try settings(
      "--dataset mnist --learner aral --strategy sampler,random --set aral.preset=mnist --set aral.mode=unlabelled "
        + "--set aral.epochs=3 --set aral.batch=50 --set aral.refit=warm --set aral.queryDefects.reversesSign=true")
    let learner = settings.aral.learner()
    #expect(settings.strategies == ["sampler", "random"] && learner.networks == .mnist)
    #expect(learner.losses.mode == .unlabelled && learner.refit == .warm)
    #expect(learner.epochs == 3 && learner.batch == 50 && settings.aral.queryDefects.reversesSign)
    #expect(sentence("--dataset mnist --strategy sampler").hasPrefix("there is no strategy “sampler” for"))
    #expect(sentence("--dataset mnist --learner aral --set aral.batch=1").contains("aral.batch is 1"))
  }

  @Test func aRunOfARALHasCurvesOfBothStrategies() async throws {
    let place = try TemporaryDirectory()
    var settings = PoolSettings(.digits)
    settings.learner = .aral
    settings.strategies = ["sampler", "random"]
    (settings.poolSize, settings.testSize) = (60, 30)
    (settings.experiment.initial.count, settings.experiment.batch, settings.experiment.budget) = (10, 5, 15)
    settings.experiment.initial.method = .stratified
    (settings.aral.steps, settings.aral.batch) = (3, 10)
    try await PoolRun(
      settings: settings, path: place.path + "/run", dataDirectories: [], progress: ProgressReporter(output: .silent)
    ).run()
    let text = try place.contents("run/rounds.jsonl")
    #expect(text.split(separator: "\n").count == 4)
    #expect(text.contains("learner.samplerLabelled") && text.contains("strategy.chosenLogit"))
  }

  @Test func strategiesHaveNamesOfTheirOwn() {
    for learner in PoolSettings.LearnerName.allCases {
      let names = StrategyNames.all(for: learner)
      #expect(names.first == "random" && Set(names).count == names.count)
    }
  }

  /// A perceptron, few samples, few steps.
  private func tiny(_ path: String, budget: Int = 30, learner: PoolSettings.LearnerName = .mlp) -> PoolRun {
    var settings = PoolSettings(.digits)
    settings.learner = learner
    settings.strategies = learner == .svm ? ["random", "simple-margin"] : ["random", "margin"]
    settings.seeds = [1, 2]
    (settings.poolSize, settings.testSize) = (120, 60)
    (settings.experiment.initial.count, settings.experiment.batch, settings.experiment.budget) = (10, 10, budget)
    settings.experiment.initial.method = .stratified
    settings.network.hidden = 16
    settings.training.steps = 10
    return PoolRun(
      settings: settings, path: path, dataDirectories: [],
      progress: ProgressReporter(output: .silent))
  }

  @Test func aRunLeavesRecordsCurvesAndAPage() async throws {
    let place = try TemporaryDirectory()
    try await tiny(place.path + "/run").run()
    let lines = try place.contents("run/rounds.jsonl").split(separator: "\n")
    #expect(lines.count == 12)  // two strategies, two seeds, rounds 0 to 2
    let page = try place.contents("run/report.html")
    #expect(page.contains("over random") && page.contains("margin"))
    #expect(try place.contents("run/results.csv").hasPrefix("scheme,seed,round"))
    #expect(try place.contents("run/curves.svg").contains("<svg"))
    // Done already: the same records, nothing run again.
    try await tiny(place.path + "/run").run()
    #expect(try place.contents("run/rounds.jsonl").split(separator: "\n") == lines)
  }

  @Test func aRunThatLostItsLastStatesEndsWithTheSameBytes() async throws {
    let place = try TemporaryDirectory()
    try await tiny(place.path + "/one").run()
    try await tiny(place.path + "/two").run()
    let records = try place.contents("two/rounds.jsonl")
    #expect(records == (try place.contents("one/rounds.jsonl")))
    // Rounds without states are done again, and must say the same.
    try FileManager.default.removeItem(atPath: place.path + "/two/state")
    try await tiny(place.path + "/two").run()
    #expect(try place.contents("two/rounds.jsonl") == records)
  }

  @Test func theSupportVectorMachineRunsToo() async throws {
    let place = try TemporaryDirectory()
    try await tiny(place.path + "/svm", budget: 20, learner: .svm).run()
    #expect(try place.contents("svm/rounds.jsonl").split(separator: "\n").count == 8)
  }
}
