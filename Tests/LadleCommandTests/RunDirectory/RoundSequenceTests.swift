import ActiveLoop
import Foundation
import Testing

@testable import LadleCommand

@Suite struct RoundSequenceTests {
  private func record(_ scheme: String, _ seed: Int, _ round: Int) -> RoundRecord {
    RoundRecord(
      scheme: scheme, seed: seed, round: round, labelled: 10, attempted: 10, discarded: 0, classCounts: [5, 5],
      metrics: ["accuracy": 0.5])
  }

  private func refusal(_ records: [RoundRecord]) -> String? {
    do throws(CommandFailure) {
      try RoundSequence.check(records, file: "rounds.jsonl")
      return nil
    } catch { return error.description }
  }

  @Test func roundsOfSeveralRunsMayLieAmongEachOther() {
    #expect(refusal([]) == nil)
    #expect(
      refusal([record("a", 1, 0), record("b", 1, 0), record("a", 1, 1), record("a", 2, 0), record("b", 1, 1)]) == nil)
  }

  @Test func aLineThatIsMissingDoubledOrMovedIsNamed() {
    let whole = (0..<4).map { record("a", 1, $0) }
    for lost in 0..<3 {
      var records = whole
      records.remove(at: lost)
      #expect(
        refusal(records)?.hasPrefix("line \(lost + 1) of rounds.jsonl is of round \(lost + 1) of “a”, seed 1") == true)
    }
    #expect(refusal([whole[0], whole[0]])?.contains("where round 1 is due") == true)
    #expect(refusal([whole[1], whole[0]])?.hasPrefix("line 1") == true)
  }

  @Test(arguments: [
    ("labelled", "-1"), ("attempted", "9223372036854775807"), ("round", "-9223372036854775808"), ("discarded", "0.5"),
    ("classCounts", "[5,-5]"), ("metrics", "{\"accuracy\":1e300}"),
  ])
  func aNumberThatNoRunWritesIsDamage(key: String, value: String) throws {
    var members: [String: String] = [
      "scheme": "\"a\"", "seed": "1", "round": "0", "labelled": "10", "attempted": "10", "discarded": "0",
      "classCounts": "[5,5]", "metrics": "{\"accuracy\":0.5}",
    ]
    func decoded() throws -> RoundRecord {
      let text = members.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
      return try JSONDecoder().decode(RoundRecord.self, from: Data("{\(text)}".utf8))
    }
    #expect(try decoded() == record("a", 1, 0))
    members[key] = value
    #expect(throws: DecodingError.self) { try decoded() }
  }

  @Test func timesThatNoRunTakesAreDamage() {
    for (value, isFine) in [("0.25", true), ("-1", false), ("1e300", false)] {
      let text = "{\"scheme\":\"a\",\"seed\":1,\"round\":0,\"seconds\":{\"fit\":\(value)}}"
      let record = try? JSONDecoder().decode(TimingRecord.self, from: Data(text.utf8))
      #expect((record != nil) == isFine)
    }
  }
}
