import Foundation
import Testing

@testable import LadleCommand

/// Ctrl-C inside a training keeps it at once, however long it is to the next checkpoint. Slow: half a minute.
@Suite(.serialized, .enabled(if: LadleProcess.program != nil, "the program ladle is not built"))
struct InterruptedTrainingTests {
  /// The files named `….checkpoint` under a directory.
  private func checkpoints(in place: String) throws -> [String] {
    (FileManager.default.enumerator(atPath: place)?.compactMap { $0 as? String } ?? [])
      .filter { $0.hasSuffix(".checkpoint") }
  }

  @Test(arguments: CrashCase.all.filter { $0.name != "self-taught" })
  func aSignalKeepsTheTraining(crash: CrashCase) throws {
    let whole = try TemporaryDirectory()
    var code: Int32 = -1
    let duration = try ContinuousClock().measure {
      code = try LadleProcess.run(crash.begin(in: whole.path, minutes: "5")).code
    }
    #expect(code == 0)
    let place = try TemporaryDirectory()
    var (stops, isBegun, used) = (0, false, 0)
    // The first signals come while something is trained; the run ends between others.
    for share in [0.1, 0.2, 0.3, 0.4, 0] {
      let wait = UInt32(duration / .microseconds(1) * share)
      let arguments = isBegun ? crash.goOn(in: place.path, minutes: "5") : crash.begin(in: place.path, minutes: "5")
      let process = try LadleProcess(arguments)
      _ = process.waitForErrors(containing: " %")
      if wait > 0 {
        usleep(wait)
        process.send(SIGINT)
      }
      let result = try process.wait()
      used += result.errors.components(separatedBy: "goes on from the checkpoint").count - 1
      isBegun = true
      if result.code == 0 { break }
      #expect(result.code == 130 && wait > 0, "\(result.errors)")
      #expect(result.errors.hasSuffix("ladle: stopped on request; “ladle run \(place.path)/run” goes on from here.\n"))
      stops += 1
    }
    #expect(stops > 0)
    #expect(try RunFiles(in: place.path).differences(from: RunFiles(in: whole.path)).isEmpty)
    print("interrupts: \(crash.name): \(stops) stops, \(used) checkpoints used")
  }

  @Test func aGeneratorIsNotTrainedAgain() throws {
    let place = try TemporaryDirectory()
    let arguments = [
      "generate", "--dataset", "glyphs", "--limit", "500", "--set", "epochs=40", "--set", "width=16", "--cache",
      place.path + "/cache", "--out",
    ]
    let process = try LadleProcess(arguments + [place.path + "/a.png"])
    #expect(process.waitForErrors(containing: "Training the generator  1"), "\(process.errorsSoFar)")
    process.send(SIGINT)
    let stopped = try process.wait()
    #expect(stopped.code == 130, "\(stopped.errors)")
    #expect(stopped.errors.hasSuffix("ladle: stopped on request; the same command goes on with the training.\n"))
    #expect(try checkpoints(in: place.path).count == 1)
    let rest = try LadleProcess.run(arguments + [place.path + "/a.png"])
    #expect(rest.code == 0 && rest.errors.contains("adversarial training goes on from the checkpoint"))
    #expect(!rest.errors.contains("Training the generator  0 %"), "it began at \(rest.errors)")
    #expect(try checkpoints(in: place.path).isEmpty)
    let fresh = try LadleProcess.run(
      arguments.map { $0.hasSuffix("/cache") ? place.path + "/other" : $0 } + [place.path + "/b.png"])
    #expect(fresh.code == 0)
    let sheets = try ["a", "b"].map { try Data(contentsOf: URL(filePath: "\(place.path)/\($0).png")) }
    #expect(sheets[0] == sheets[1])
  }
}
