import ActiveLoop
import Foundation
import Testing

@testable import LadleCommand

@Suite struct SweepFileTests {
  private func definition(_ text: String) throws -> SweepDefinition {
    try SweepFile.read(YAMLValue(text: text, file: "s.yaml"), file: "s.yaml")
  }

  private func plan(_ text: String) throws -> SweepPlan { try SweepPlan(definition(text)) }

  private let base = "system: pool\ndataset: digits\nlearner: mlp\n"

  @Test func theKeysOfOtherToolsAreRead() throws {
    let read = try definition(
      """
      program: ladle run pool
      name: first
      method: random
      metric: {name: accuracy, goal: minimize, over: area}
      dataset: digits
      pool_size: 500
      run_cap: 6
      draw_seed: 3
      settings:
        training: {optimizer.method: sgd}
      parameters:
        learner: {value: mlp}
        training:
          parameters:
            steps: {min: 10, max: 20}
            optimizer.learningRate: {distribution: log_uniform_values, min: 1.0e-4, max: 0.1}
        network.hidden: {values: [16, 32], probabilities: [0.25, 0.75]}
        network.dropout: {min: 0.1, max: 0.5}
        seed: {values: [4, 5]}
      """)
    #expect(read.system == .pool && read.name == "first" && read.method == .random && read.runCap == 6)
    #expect(read.metric == .init(name: "accuracy", goal: .minimize, over: .area))
    #expect(read.seeds == [4, 5] && read.drawSeed == 3)
    #expect(read.fixed.map(\.key) == ["dataset", "pool-size", "training.optimizer.method", "learner"])
    #expect(
      read.parameters.map(\.key) == [
        "training.steps", "training.optimizer.learningRate", "network.hidden", "network.dropout",
      ])
    #expect(
      read.parameters.map(\.domain) == [
        .integers(10, 20), .logarithmic(1e-4, 0.1, step: nil), .values(["16", "32"], probabilities: [0.25, 0.75]),
        .uniform(0.1, 0.5, step: nil),
      ])
    #expect(read.parameters.map(\.line) == [15, 16, 17, 18])
  }

  @Test func aGridIsEveryCombinationWithSeedsLast() throws {
    let plan = try plan(
      base + "strategy: random,margin\nseeds: 1-2\nparameters:\n  training.epochs: [2, 3]\n")
    #expect(plan.cells.count == 8)
    #expect(plan.cells.map(\.seed) == [1, 1, 1, 1, 2, 2, 2, 2])
    #expect(
      plan.cells.prefix(4).map { $0.varied.map(\.value) } == [
        ["2", "random"], ["2", "margin"], ["3", "random"], ["3", "margin"],
      ])
    #expect(plan.cells[1].group == "training.epochs 2, margin")
    #expect(try plan.cells[0].settings[["training", "epochs"]] == .integer(2))
    #expect(plan.cells[0].name.hasPrefix("digits-mlp-random-seed-1-"))
    #expect(Set(plan.cells.map(\.name)).count == 8)
  }

  @Test func namesComeFromSettingsAlone() throws {
    // Another spelling, other things varied, another order: the same run.
    let one = try plan(base + "strategy: [random]\nseeds: 1\nsettings:\n  training.epochs: 2\n")
    let two = try plan("parameters:\n  training.epochs: [1, 2]\nseeds: [1]\n" + base)
    #expect(one.cells[0].name == two.cells[1].name && two.cells[0].name != two.cells[1].name)
    #expect(try one.cells[0].settings == two.cells[1].settings)
  }

  @Test func drawsAreTheSameEveryTimeAndAPrefixOfLonger() throws {
    func text(_ cap: Int, _ more: String = "") -> String {
      base + "method: random\nrun_cap: \(cap)\nseeds: 1-2\nparameters:\n"
        + "  training.optimizer.learningRate: {distribution: log_uniform_values, min: 0.0001, max: 0.1}\n"
        + "  network.hidden: {distribution: q_uniform, min: 10, max: 100, q: 10}\n" + more
    }
    let (short, long) = (try plan(text(5)), try plan(text(20)))
    #expect(short.cells.count == 5 && long.cells.count == 20)
    #expect(short.cells == (try plan(text(5))).cells && Array(long.cells.prefix(5)) == short.cells)
    #expect(long.cells.map(\.seed) == (0..<10).flatMap { _ in [1, 2] })
    for cell in long.cells {
      let rate = try #require(Double(cell.varied[0].value))
      let hidden = try #require(Int(cell.varied[1].value))
      #expect((1e-4...0.1).contains(rate) && hidden % 10 == 0 && (10...100).contains(hidden))
    }
    #expect(Set(long.cells.map { $0.varied[0].value }).count == 10)
    // A parameter more does not shift the others' draws.
    let wider = try plan(text(5, "  network.dropout: {min: 0.0, max: 0.5}\n"))
    #expect(wider.cells.map { $0.varied[0].value } == short.cells.map { $0.varied[0].value })
    // Fewer settings than asked for: no endless search.
    let few = try plan(base + "method: random\nrun_cap: 50\nparameters:\n  network.hidden: [8, 16]\n")
    #expect(few.cells.count == 2 && few.notes.count == 1)
  }

  @Test func drawnFractionsFollowTheProbabilities() throws {
    let plan = try plan(
      base + "method: random\nrun_cap: 400\nseeds: 1-200\nparameters:\n"
        + "  network.hidden: {values: [8, 16], probabilities: [0, 1]}\n  training.epochs: {min: 1, max: 3}\n")
    #expect(plan.cells.allSatisfy { $0.varied[0].value == "16" })
  }

  @Test func runCapCutsAGrid() throws {
    #expect(try plan(base + "seeds: 1-10\nrun_cap: 4\n").cells.map(\.seed) == [1, 2, 3, 4])
  }

  @Test func theOtherSystemsAreSweptToo() throws {
    let gaal = try plan("system: gaal\ndataset: glyphs\nschemes: [gaal, random]\nbudget: 70\n")
    #expect(
      try gaal.cells.map { try $0.settings[["schemes"]] } == [.array([.string("gaal")]), .array([.string("random")])])
    #expect(try plan("system: gaal\ndataset: glyphs\n").cells.count == Scheme.allCases.count)
    let taught = try plan("system: self-taught\ndataset: glyphs\nlabels: [20, 50]\nseeds: 1-3\n")
    #expect(
      try taught.cells.count == 3 && taught.cells[0].settings[["labels"]] == .array([.integer(20), .integer(50)]))
  }

  @Test(arguments: [
    ("", "s.yaml is empty; a sweep needs at least a system and a dataset."),
    ("- 1", "s.yaml, line 1: a sweep file is a list of keys"),
    (
      "dataset: digits",
      "s.yaml does not say what to run; add a line such as “system: pool” (pool, gaal or self-taught)."
    ),
    ("\nsystem: train.py", "s.yaml, line 2, system: it is pool, gaal or self-taught, not “train.py”."),
    ("system: pool", "s.yaml names no data set; add a line such as “dataset: digits”."),
    (
      "system: pool\ndataset: digits\nmetod: grid",
      "s.yaml, line 3, metod: there is no such key; did you mean “method”?."
    ),
    ("system: pool\ndataset: digits\nmethod: bayes", "s.yaml, line 3, method: it is grid or random, not “bayes”."),
    (
      "system: pool\ndataset: digits\nearly_terminate: {type: hyperband}",
      "s.yaml, line 3, early_terminate: this key is not known: cells run to their end."
    ),
    (
      "system: pool\ndataset: digits\nrun_cap: 0",
      "s.yaml, line 3, run_cap: it is a whole number of 1 to 20000, not “0”."
    ),
    ("system: pool\ndataset: digits\nrun_cap: \"3\"", "s.yaml, line 3, run_cap: it is a whole number"),
    (
      "system: pool\ndataset: digits\nseeds: 5-1",
      "s.yaml, line 3, seeds: it is distinct whole numbers such as 1-10 or [1, 3, 5], not “5-1”."
    ),
    (
      "system: pool\ndataset: digits\nmetric: {goal: up}",
      "s.yaml, line 3, metric.goal: it is maximize or minimize, not “up”."
    ),
    ("system: pool\ndataset: digits\ndataset: mnist", "s.yaml, line 2 is not YAML: the key “dataset” is there twice."),
    (
      "system: pool\ndataset: digits\nparameters: [a]",
      "s.yaml, line 3, parameters: it holds settings, each with its values, not a list of 1."
    ),
    (
      "system: pool\ndataset: digits\nparameters:\n  batch: {min: 1}",
      "s.yaml, line 4, batch: it needs value, values, or both min and max."
    ),
    (
      "system: pool\ndataset: digits\nparameters:\n  batch: {min: 1, max: x}",
      "s.yaml, line 4, batch: max is a number, not “x”."
    ),
    (
      "system: pool\ndataset: digits\nparameters:\n  batch: {min: 9, max: 1}",
      "s.yaml, line 4, batch: min is 9 and max 1, and min must not be above max."
    ),
    (
      "system: pool\ndataset: digits\nparameters:\n  batch: {values: [1, 1]}",
      "s.yaml, line 4, batch: the value “1” is there twice."
    ),
    (
      "system: pool\ndataset: digits\nparameters:\n  batch: {values: [1], mean: 3}",
      "s.yaml, line 4, batch: “mean” is not known here"
    ),
    (
      "system: pool\ndataset: digits\nparameters:\n  batch: {distribution: beta}",
      "s.yaml, line 4, batch: distribution is constant, categorical"
    ),
    (
      "system: pool\ndataset: digits\nparameters:\n  network.dropout: {min: 0.1, max: 0.2}",
      "s.yaml, line 4, network.dropout: a grid needs values it can count; list some, or set “method: random”."
    ),
    (
      "system: pool\ndataset: digits\nbatch: 5\nparameters:\n  batch: [1, 2]",
      "s.yaml, line 5, batch: it is set in two places of the file."
    ),
    (
      "system: pool\ndataset: digits\nmethod: random\nparameters:\n  batch: [1, 2]",
      "s.yaml: method random needs run_cap, the number of cells in total."
    ),
    (
      "system: pool\ndataset: [digits",
      "s.yaml, line 3 is not YAML: while parsing a flow sequence, did not find expected"
    ),
    (
      "system: &a pool\ndataset: *a",
      "s.yaml has anchors (&) and aliases (*), which are not read; write the values out."
    ),
  ])
  func aWrongFileIsOneSentence(text: String, sentence: String) throws {
    let failure = #expect(throws: CommandFailure.self) { _ = try definition(text) }
    #expect(
      failure?.kind == .usage && failure?.description.hasPrefix(sentence) == true, "\(failure?.description ?? "")")
    #expect(failure?.description.contains("\n") == false)
  }

  @Test(arguments: [
    ("strategy: [random, best]", 4, "strategy: there is no strategy “best” for the learner mlp"),
    (
      "seeds: 1\nsettings:\n  training:\n    epoks: 3", 7,
      "training.epoks: there is no setting “training.epoks”; did you mean"
    ),
    (
      "seeds: 1\nsettings:\n  training.epochs: many", 6,
      "training.epochs: the setting “training.epochs” takes a whole number"
    ),
    ("seeds: 1\nparameters:\n  noise.rate: [0.1, 1.5]", 6, "noise.rate: noise.rate is 1.5, and must be in 0...1."),
    (
      "initial: 500\nparameters:\n  budget: [600, 100]", 6,
      "budget: a setting of the experiment is wrong: budget is 100, less than the 500 initial labels."
    ),
    (
      "preset: noisy-10", 4, "preset: a cell has one strategy, and here are random, core-set, bald and vaal; name those"
    ),
    ("batch: -5", 4, "batch: a setting of the experiment is wrong: batch is -5, and a round buys at least 1 label."),
  ])
  func aValueThatNoRunTakesIsNamedWithItsLine(more: String, line: Int, sentence: String) throws {
    let failure = #expect(throws: CommandFailure.self) { _ = try plan(base + more + "\n") }
    let expected = "s.yaml, line \(line), \(sentence)"
    #expect(
      failure?.kind == .usage && failure?.description.hasPrefix(expected) == true, "\(failure?.description ?? "")")
  }

  @Test func tooManyCellsAreRefusedBeforeTheyAreMade() throws {
    let lists = (0..<8).map { "  vaal.a\($0): {min: 1, max: 90000}" }.joined(separator: "\n")
    let failure = #expect(throws: CommandFailure.self) { _ = try plan(base + "parameters:\n" + lists + "\n") }
    #expect(failure?.description.contains("asks for more than 20000 cells") == true)
  }
}
