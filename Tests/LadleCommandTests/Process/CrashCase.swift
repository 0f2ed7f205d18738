import Foundation
import Testing

/// A run of a second or two that is killed again and again.
struct CrashCase: Sendable, CustomTestStringConvertible {
  var name: String
  private var words: [String]

  var testDescription: String { name }

  /// The command that begins the run in `place`/run, with a cache of its own, and keeps its trainings every 20 ms.
  func begin(in place: String, minutes: String = "0.00033") -> [String] {
    ["run"] + words + ["--out", place + "/run", "--checkpoint-minutes", minutes] + cache(in: place)
  }

  /// The command that goes on with it, whatever it is.
  func goOn(in place: String, minutes: String = "0.00033") -> [String] {
    ["run", place + "/run", "--checkpoint-minutes", minutes, "--cache", place + "/cache"]
  }

  private func cache(in place: String) -> [String] { words[0] == "pool" ? [] : ["--cache", place + "/cache"] }

  private init(_ name: String, _ command: String) {
    self.name = name
    words = command.split(separator: " ").map(String.init)
  }

  private static let smallPool = "--dataset digits --pool-size 150 --test-size 60"

  static let all = [
    CrashCase(
      "perceptron, three strategies",
      "pool \(smallPool) --learner mlp --strategy random,margin,badge --seeds 1-2 --initial 20 --batch 15 --budget 50 "
        + "--set network.hidden=32 --set training.steps=150 --set validationShare=0.2"),
    CrashCase(
      "convolutions, warm refits, shrunk and perturbed",
      "pool \(smallPool) --learner cnn --strategy entropy,bald --initial 20 --batch 20 --budget 60 "
        + "--set network.width=4 --set training.steps=40 --set refit.method=shrink-perturb --set masks=3"),
    CrashCase(
      "an ensemble, momentum, a noisy oracle",
      "pool \(smallPool) --learner mlp --strategy ensemble --seeds 1-2 --initial 20 --batch 15 --budget 50 --set members=3 "
        + "--set network.hidden=32 --set training.steps=300 --set optimizer.method=sgd --set noise.rate=0.2"),
    CrashCase(
      "VAAL",
      "pool \(smallPool) --learner mlp --strategy vaal,vaal-no-vae --initial 20 --batch 15 --budget 50 --set network.hidden=16 "
        + "--set training.steps=20 --set vaal.steps=12 --set vaal.width=8 --set vaal.batchSize=16"),
    CrashCase(
      "ARAL",
      "pool \(smallPool) --learner aral --strategy sampler --initial 20 --batch 15 --budget 50 --set aral.steps=12 "
        + "--set aral.batch=16 --set aral.refit=warm"),
    CrashCase(
      "GAAL, generator and classifier trained",
      "gaal --dataset glyphs --schemes gaal,simple-gan,random --seeds 1 --budget 70 --set poolLimit=400 "
        + "--set initialLabels=20 --set generator.epochs=4 --set generator.width=8 --set classifier.limit=400 "
        + "--set classifier.epochs=2 --set classifier.width=8 --set oracle.threshold=0 --set synthesis.steps=5"),
    CrashCase(
      "self-taught",
      "self-taught --dataset glyphs --labels 20,50,100 --seeds 1-4 --set poolLimit=300 --set rica.model.patches=2000 "
        + "--set rica.model.filters=16 --set rica.model.iterations=40"),
  ]
}

/// The files of a run, and of its cache, that are the same in every run of the same settings.
struct RunFiles: Equatable {
  private(set) var contents: [String: Data] = [:]

  /// What differs from run to run: times, and who holds the lock.
  private static let changing: Set = ["timings.jsonl", "report.html", ".lock"]

  init(in place: String) throws {
    guard let names = FileManager.default.enumerator(atPath: place) else { return }
    for case let name as String in names {
      var isDirectory: ObjCBool = false
      let path = place + "/" + name
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue else {
        continue
      }
      let file = name.split(separator: "/").last.map(String.init) ?? name
      if Self.changing.contains(file) || file.hasSuffix(".lock") { continue }
      contents[name] = try Data(contentsOf: URL(filePath: path))
    }
  }

  /// The names of the files that differ, or that only one has.
  func differences(from other: RunFiles) -> [String] {
    Set(contents.keys).union(other.contents.keys).filter { contents[$0] != other.contents[$0] }.sorted()
  }

  /// Whether a training's checkpoint is among them.
  var hasCheckpoint: Bool { contents.keys.contains { $0.hasSuffix(".checkpoint") } }
}
