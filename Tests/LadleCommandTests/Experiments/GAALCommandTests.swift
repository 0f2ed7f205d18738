import ActiveLoop
import ArgumentParser
import Foundation
import Testing

@testable import LadleCommand

@Suite struct GAALCommandTests {
  /// The settings that arguments after `run gaal --out x` stand for.
  private func settings(_ arguments: String) throws -> GAALSettings {
    let words = ["run", "gaal", "--out", "x"] + arguments.split(separator: " ").map(String.init)
    let command = try #require(try Ladle.parseAsRoot(words) as? GAALCommand)
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
      "--dataset mnist-usps --framing mnist --schemes gaal,random --seeds 2-4,9 --budget 200 "
        + "--set generator.epochs=3 --set synthesis.steps=7 --set noiseRate=0.1 --set poolLimit=500")
    #expect(settings.dataset == .mnistUSPS && settings.schemes == [.gaal, .random])
    #expect(settings.seeds == [2, 3, 4, 9] && settings.poolLimit == 500)
    #expect(settings.experiment.framing == "mnist" && settings.experiment.budget == 200)
    #expect(settings.generator.epochs == 3 && settings.experiment.synthesis.steps == 7)
    #expect(settings.experiment.oracle.noiseRate == 0.1)
    #expect(try self.settings("--dataset glyphs").schemes == Scheme.allCases)
  }

  @Test(arguments: [
    ("--dataset glyphs --seeds 3-1", "--seeds takes distinct whole numbers such as 1-10 or 1,3,5, not “3-1”."),
    ("--dataset glyphs --seeds 1,1", "--seeds takes distinct whole numbers such as 1-10 or 1,3,5, not “1,1”."),
    ("--dataset glyphs --seeds x", "--seeds takes distinct whole numbers such as 1-10 or 1,3,5, not “x”."),
    (
      "--dataset glyphs --schemes gall",
      "there is no scheme “gall”; choose among gaal, simple-gan, svm-active, random, supervised, mixed and self-taught."
    ),
    ("--dataset glyphs --schemes gaal,gaal", "--schemes names a scheme twice."),
    (
      "--dataset glyphs --budget 20",
      "a setting of the experiment is wrong: budget is 20, less than the 50 initial labels."
    ),
    ("--dataset glyphs --framing tight", "experiment.framing is stretch or mnist, not “tight”."),
    (
      "--dataset glyphs --set stepz=3", "there is no setting “stepz”; did you mean experiment.synthesis.steps?"
    ),
    ("--dataset glyphs --set generator.epochs=0", "generator.epochs is 0, and must be at least 1."),
    ("--dataset glyphs --set patchSide=1", "rica.model.patchSide is 1, and must be at least 2."),
    ("--dataset glyphs --set poolLimit=1", "poolLimit is 1, and must be at least 2."),
    ("--dataset glyphs --set epochs=3", "“epochs” may mean classifier.epochs or generator.epochs; write it out."),
    (
      "--dataset glyphs --set generator.loss=wgan",
      "the setting “generator.loss” takes non-saturating, least-squares or hinge, not “wgan”; "
        + "it is non-saturating unless set."
    ),
    ("", "missing expected argument '--dataset <dataset>'; try --help."),
    ("--dataset glyphs --frobnicate", "unknown option '--frobnicate'; try --help."),
    ("--dataset glyphs --budget many", "the value 'many' is invalid for '--budget <budget>'; try --help."),
  ])
  func aWrongRequestIsOneSentence(arguments: String, expected: String) {
    #expect(sentence(arguments) == expected)
  }

  @Test func theResolvedSettingsNameEveryDefaultAndReadBack() throws {
    let settings = try settings("--dataset cifar10-automobile-horse --seeds 1-3")
    let resolved = try SettingsSchema(of: settings).resolved
    let paths = Set(resolved.leaves.map(\.path))
    for path in [
      "dataset", "seeds", "schemes", "poolLimit", "generator.width", "classifier.limit", "rica.model.patchSide",
      "experiment.framing",
      "experiment.synthesis.tolerance", "experiment.oracle.threshold",
    ] {
      #expect(paths.contains(path), "\(path) is not in config.json")
    }
    let text = try resolved.text(indented: true)
    #expect(try JSONDecoder().decode(GAALSettings.self, from: Data(text.utf8)) == settings)
  }
}
