import Foundation
import Testing

@testable import LadleCommand

@Suite struct ArtifactCacheTests {
  private func key(_ epochs: Int) -> ArtifactCache.Key {
    .init(kind: "generator", content: .object(["epochs": .integer(epochs)]))
  }

  /// Makes an artifact with one file and returns its directory, what was noted, and whether it was made.
  private func artifact(
    _ cache: ArtifactCache, _ epochs: Int, content: String = "weights"
  ) throws -> (directory: String, notes: [String], wasMade: Bool) {
    var notes: [String] = []
    var wasMade = false
    let directory = try cache.artifact(key(epochs), note: { notes.append($0) }) { directory, _ in
      wasMade = true
      try Data(content.utf8).write(to: URL(filePath: directory + "/model"))
    }
    return (directory, notes, wasMade)
  }

  @Test func anArtifactIsMadeOnce() throws {
    let place = try TemporaryDirectory()
    let cache = ArtifactCache(root: place.path + "/cache")
    let first = try artifact(cache, 1)
    let second = try artifact(cache, 1)
    #expect(first.wasMade && !second.wasMade && first.directory == second.directory)
    #expect(second.notes.isEmpty)
    #expect(try String(contentsOfFile: second.directory + "/model", encoding: .utf8) == "weights")
    #expect(try artifact(cache, 2).directory != first.directory)
  }

  @Test(arguments: ["changed", "shorter", "gone", "manifest"]) func aDamagedArtifactIsMadeAgain(how: String) throws {
    let place = try TemporaryDirectory()
    let cache = ArtifactCache(root: place.path)
    let first = try artifact(cache, 1)
    let model = URL(filePath: first.directory + "/model")
    switch how {
    case "changed": try Data("wEights".utf8).write(to: model)
    case "shorter": try Data("weight".utf8).write(to: model)
    case "gone": try FileManager.default.removeItem(at: model)
    default: try Data("{".utf8).write(to: URL(filePath: first.directory + "/manifest.json"))
    }
    let second = try artifact(cache, 1)
    #expect(second.wasMade)
    #expect(second.notes.count == 1 && second.notes[0].contains("is damaged") && second.notes[0].contains("made again"))
    #expect(try String(contentsOf: model, encoding: .utf8) == "weights")
    #expect(try !artifact(cache, 1).wasMade)
  }

  @Test func whatFailsLeavesNothing() throws {
    let place = try TemporaryDirectory()
    let cache = ArtifactCache(root: place.path)
    #expect(throws: CommandFailure.self) {
      _ = try cache.artifact(key(1), note: { _ in }) { directory, _ in
        try Data("half".utf8).write(to: URL(filePath: directory + "/model"))
        throw CommandFailure(.world, "diverged.")
      }
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: place.path).filter { !$0.hasSuffix(".lock") }
    #expect(left.isEmpty)
    #expect(try artifact(cache, 1).wasMade)
  }

  @Test func aCheckpointStaysWithWhatFailedAndGoesWithWhatIsDone() throws {
    let place = try TemporaryDirectory()
    let cache = ArtifactCache(root: place.path)
    var paths: Set<String> = []
    #expect(throws: CancellationError.self) {
      _ = try cache.artifact(key(1), note: { _ in }) { _, checkpoint in
        paths.insert(checkpoint)
        let directory = URL(filePath: checkpoint).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try Data("step 7".utf8).write(to: URL(filePath: checkpoint))
        try Data("half".utf8).write(to: directory.appending(path: ".ladle-7-7.partial"))
        throw CancellationError()
      }
    }
    _ = try cache.artifact(key(1), note: { _ in }) { _, checkpoint in
      paths.insert(checkpoint)
      let found = try String(contentsOfFile: checkpoint, encoding: .utf8)
      #expect(found == "step 7")
    }
    #expect(paths.count == 1)
    let left = try FileManager.default.contentsOfDirectory(atPath: place.path).filter { !$0.hasSuffix(".lock") }
    #expect(left.count == 1, "the artifact alone: \(left)")
  }

  @Test func aDeadMakerIsNamed() throws {
    let place = try TemporaryDirectory()
    let cache = ArtifactCache(root: place.path)
    let name = try #require(try artifact(cache, 1).directory.split(separator: "/").last)
    try place.write("123456\n", to: ".\(name).lock")
    let found = try artifact(cache, 1)
    #expect(!found.wasMade && found.notes == ["process 123456 that was making the generator is gone; going on"])
    #expect(try artifact(cache, 1).notes.isEmpty)
  }

  @Test func anotherHolderIsWaitedFor() throws {
    let place = try TemporaryDirectory()
    let cache = ArtifactCache(root: place.path)
    let name = try #require(try artifact(cache, 1).directory.split(separator: "/").last)
    let holder = try DirectoryLock(path: "\(place.path)/.\(name).lock")
    var notes: [String] = []
    #expect(throws: CancellationError.self) {
      _ = try cache.artifact(key(1), note: { notes.append($0) }, stopRequested: { !notes.isEmpty }) { _, _ in }
    }
    #expect(notes == ["waiting for process \(getpid()), which is making the same thing"])
    withExtendedLifetime(holder) {}
  }

  @Test func thePlaceComesFromTheEnvironment() {
    #expect(ArtifactCache.defaultRoot(environment: ["LADLE_CACHE": "/c", "HOME": "/h"]) == "/c")
    #expect(ArtifactCache.defaultRoot(environment: ["XDG_CACHE_HOME": "/x", "HOME": "/h"]) == "/x/ladle")
    #expect(ArtifactCache.defaultRoot(environment: ["LADLE_CACHE": "", "HOME": "/h"]) == "/h/.cache/ladle")
  }
}
