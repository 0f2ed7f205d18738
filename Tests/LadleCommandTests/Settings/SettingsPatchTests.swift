import Foundation
import Testing

@testable import LadleCommand

@Suite struct SettingsPatchTests {
  enum Kernel: String, Codable, CaseIterable, Sendable { case linear, rbf }

  struct Machine: Codable, Equatable, Sendable {
    var regularization: Float = 0.01
    var kernel = Kernel.linear
    var tolerance: Double?
    var limit: Int? = 5
  }

  struct Whole: Codable, Equatable, Sendable {
    var steps = 100
    var rate: Float = 2
    var isWarm = true
    var name = "gaal"
    var sizes = [1, 2]
    var machine = Machine()
  }

  private func patch(_ texts: String...) throws -> Whole {
    try patched(Whole(), with: texts.map { text in try SettingsPatch(text) })
  }

  private func sentence(_ text: String) -> String {
    do {
      return "accepted: \(try patch(text))"
    } catch let failure as CommandFailure {
      #expect(failure.kind == .usage)
      return failure.description
    } catch { return "another error: \(error)" }
  }

  @Test func everyKindOfValueIsSet() throws {
    let whole = try patch(
      "steps=7", "rate=0.1", "isWarm=off", "name=a=b", "sizes=[3]", "machine.kernel=rbf", "machine.tolerance=1e-3",
      "machine.limit=none", "machine.regularization=1")
    let expected = Whole(
      steps: 7, rate: 0.1, isWarm: false, name: "a=b", sizes: [3],
      machine: Machine(regularization: 1, kernel: .rbf, tolerance: 1e-3, limit: nil))
    #expect(whole == expected)
    #expect(try patch() == Whole())
    #expect(try patch("steps=1", "steps=2").steps == 2, "the last one counts")
  }

  @Test(arguments: [
    ("stepz=4", "there is no setting “stepz”; did you mean steps?"),
    ("regularisation=4", "there is no setting “regularisation”; did you mean machine.regularization?"),
    ("machine.kernle=rbf", "there is no setting “machine.kernle”; did you mean machine.kernel?"),
    (
      "machine=4",
      "“machine” is a group of settings; set one of its members, such as machine.kernel: machine.kernel, "
        + "machine.limit, machine.regularization and machine.tolerance."
    ),
    ("steps=1.5", "the setting “steps” takes a whole number, not “1.5”; it is 100 unless set."),
    ("rate=fast", "the setting “rate” takes a number, not “fast”; it is 2 unless set."),
    ("rate=nan", "the setting “rate” takes a number, not “nan”; it is 2 unless set."),
    ("isWarm=maybe", "the setting “isWarm” takes true or false, not “maybe”; it is true unless set."),
    ("machine.kernel=cubic", "the setting “machine.kernel” takes linear or rbf, not “cubic”; it is linear unless set."),
    (
      "machine.tolerance=x", "the setting “machine.tolerance” takes a number or none, not “x”; it is none unless set."
    ),
    ("sizes=3x", "the setting “sizes” takes a list such as [1,2], not “3x”; it is [1,2] unless set."),
    ("=3", "--set takes key=value, such as --set gan.steps=4000, not “=3”."),
    ("steps", "--set takes key=value, such as --set gan.steps=4000, not “steps”."),
  ])
  func aWrongPatchIsOneSentence(text: String, expected: String) {
    #expect(sentence(text) == expected)
  }

  @Test func theEndOfAPathIsEnoughWhenOnlyOneHasIt() throws {
    #expect(try patch("tolerance=0.5").machine.tolerance == 0.5)
  }

  @Test func nothingNearListsEverySetting() {
    #expect(
      sentence("qqqqqqqqqqqq=1")
        == "there is no setting “qqqqqqqqqqqq”; the settings are isWarm, machine.kernel, machine.limit, "
        + "machine.regularization, machine.tolerance, name, rate, sizes and steps.")
  }

  @Test func aListOfTheWrongThingsIsRefusedByItsType() {
    #expect(sentence("sizes=[\"a\"]").hasPrefix("“[\"a\"]” does not do for the setting “sizes”: "))
  }

  @Test func resolvedSettingsNameWhatIsAbsent() throws {
    let text = try SettingsSchema(of: Whole()).resolved.text(indented: false)
    #expect(
      text == #"{"isWarm":true,"machine":{"kernel":"linear","limit":5,"regularization":0.01,"tolerance":null},"#
        + #""name":"gaal","rate":2,"sizes":[1,2],"steps":100}"#)
  }

  @Test func distancesBetweenWords() {
    #expect(editDistance("", "abc") == 3)
    #expect(editDistance("kernle", "kernel") == 1)
    #expect(editDistance("kitten", "sitting") == 3)
    #expect(editDistance("same", "same") == 0)
  }
}
