import ActiveLoop
import ArgumentParser
import Datasets
import Foundation
import Models
import Tensor
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
    let pictures = try FileManager.default.contentsOfDirectory(atPath: place.path + "/run/generated")
    #expect(Set(pictures) == ["sampler-seed-1.png", "random-seed-1.png"])
  }

  @Test func testImagesAreNotInThePool() throws {
    let sets = try PoolDataset.digits.load(directories: [])
    let (pool, test) = (sets.pool.images, sets.test.images)
    let known = Set((0..<sets.pool.count).map { pool.rows($0..<$0 + 1).scalars })
    #expect(known.count == sets.pool.count)
    #expect((0..<sets.test.count).allSatisfy { !known.contains(test.rows($0..<$0 + 1).scalars) })
  }

  @Test func strategiesHaveNamesOfTheirOwn() {
    for learner in PoolSettings.LearnerName.allCases {
      let names = StrategyNames.all(for: learner)
      #expect(names.first == "random" && Set(names).count == names.count)
    }
  }

  @Test func presetsSetWhatTheyVary() throws {
    let biased = try settings("--dataset fashion-mnist --preset biased-hard")
    #expect(biased.experiment.initial.method == .biased && biased.experiment.initial.missing == [2, 6])
    #expect(biased.strategies == ["random", "core-set", "bald", "vaal"])
    let drawn = try settings("--dataset digits --preset biased-random --learner svm")
    #expect(drawn.experiment.initial.missingCount == 2 && drawn.experiment.initial.missing.isEmpty)
    #expect(drawn.strategies == ["random", "simple-margin", "vaal"])
    let (small, large) = (
      try settings("--dataset cifar10 --preset small-queries --pool-size 10000"),
      try settings("--dataset cifar10 --preset large-queries")
    )
    #expect(small.experiment.initial.count == 1000 && small.experiment.batch == 500)
    #expect(small.experiment.budget == 4000)
    #expect(large.experiment.batch == 5000 && large.experiment.budget == 20_000)
    for (name, rate) in [("noisy-10", Float(0.1)), ("noisy-20", 0.2), ("noisy-30", 0.3)] {
      let noisy = try settings("--dataset cifar10 --preset \(name)")
      #expect(noisy.noise.rate == rate && noisy.noise.groups == [[0, 1, 8, 9], [2, 3, 4, 5, 6, 7]])
    }
    #expect(try settings("--dataset mnist --preset ablations").strategies.contains("vaal-fixed-vae"))
    // What is said beside a preset holds.
    let said = try settings("--dataset mnist --preset noisy-10 --strategy margin --set noise.rate=0.4 --batch 7")
    #expect(said.strategies == ["margin"] && said.noise.rate == 0.4 && said.experiment.batch == 7)
    #expect(sentence("--dataset digits --preset biased-hard").contains("--set initial.missing="))
    #expect(sentence("--dataset mnist --learner aral --preset ablations").contains("aral.mode"))
    #expect(sentence("--dataset mnist").hasPrefix("accepted"))
  }

  @Test func everyPresetIsValid() throws {
    for preset in PoolPreset.allCases {
      for learner in ["mlp", "svm"] {
        #expect(sentence("--dataset mnist --preset \(preset.rawValue) --learner \(learner)").hasPrefix("accepted"))
      }
    }
  }

  @Test func settingsAroundStrategiesArrive() throws {
    let plain = try settings("--dataset digits --learner mlp").query
    #expect(
      plain.wrapping(MarginSampling<NeuralLearner<AnyClassifier>>()) is MarginSampling<NeuralLearner<AnyClassifier>>)
    let query = try settings(
      "--dataset digits --learner mlp --set query.subset=50 --set query.epsilon=0.2 --set query.duplicateDistance=0.5 "
        + "--set query.coldness=2"
    ).query
    typealias Inner = Deduplicating<MarginSampling<NeuralLearner<AnyClassifier>>>
    let wrapped = query.wrapping(MarginSampling<NeuralLearner<AnyClassifier>>())
    let outer = try #require(wrapped as? EpsilonRandom<RandomSubset<Inner>>)
    #expect(outer.share == 0.2 && outer.base.size == .count(50) && outer.base.base.distance == 0.5)
    #expect(query.selector as? GumbelTopScores == GumbelTopScores(.power, coldness: 2))
    #expect(sentence("--dataset digits --set query.epsilon=1.5") == "query.epsilon is 1.5, and must be in 0...1.")
    #expect(sentence("--dataset digits --set query.subset=0").contains("query.subset is 0"))
    #expect(sentence("--dataset digits --set query.coldness=-1").contains("query.coldness is -1"))
  }

  @Test func strategiesRunInsideWhatIsAroundThem() async throws {
    let place = try TemporaryDirectory()
    var run = tiny(place.path + "/run", budget: 20)
    run.settings.strategies = ["random", "probcover", "variation-ratio", "consensus-divergence", "vaal"]
    run.settings.seeds = [1]
    (run.settings.query.subset, run.settings.query.epsilon, run.settings.query.duplicateDistance) = (60, 0.1, 0.1)
    (run.settings.vaal.width, run.settings.vaal.steps, run.settings.vaal.batchSize) = (2, 3, 8)
    try await run.run()
    #expect(try place.contents("run/rounds.jsonl").split(separator: "\n").count == 10)
    #expect(try place.contents("run/rounds.jsonl").contains("strategy.activeUnits"))
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

  @Test func settingsOfVAALArrive() throws {
    let settings = try settings("--dataset digits --strategy vaal --set vaal.width=8 --set vaal.steps=none")
    #expect(settings.vaal.width == 8 && settings.vaal.steps == nil)
    #expect(sentence("--dataset digits --set vaal.hidden=[] --set vaal.batchSize=1").contains("vaal."))
  }

  @Test func whatVAALHasToSayIsKept() async throws {
    let place = try TemporaryDirectory()
    var run = tiny(place.path + "/run", budget: 20, learner: .svm)
    (run.settings.strategies, run.settings.seeds) = (["vaal-released", "vaal-no-vae"], [3])
    (run.settings.vaal.width, run.settings.vaal.steps, run.settings.vaal.batchSize) = (2, 3, 8)
    // One latent dimension is fewer than two active ones, whatever is learnt.
    run.settings.vaal.latentSize = 1
    try await run.run()
    #expect(try place.contents("run/rounds.jsonl").contains("strategy.activeUnits"))
    let pictures = try FileManager.default.contentsOfDirectory(atPath: place.path + "/run/reconstructions")
    #expect(pictures == ["vaal-released-seed-3.png"])
    let warnings = try place.contents("run/warnings.jsonl")
    let lines = warnings.split(separator: "\n")
    #expect(!lines.isEmpty && Set(lines).count == lines.count)
    // Done again without states: warned once.
    try FileManager.default.removeItem(atPath: place.path + "/run/state")
    try await run.run()
    #expect(try place.contents("run/warnings.jsonl") == warnings)
    #expect(try place.contents("run/report.html").contains("vaal-released, seed 3, round 1: "))
  }
}
