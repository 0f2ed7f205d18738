import Foundation
import Testing

/// A run that was stopped after round 1 of both strategies, and what continuing it leads to.
struct StoppedRun {
  static let scheme = "simple-margin"

  let place: TemporaryDirectory
  let data: HostileData
  var template: String { place.path + "/template" }

  init() throws {
    place = try TemporaryDirectory()
    data = try HostileData(place.path + "/data")
    // A run to 40 labels that ended is one to 60 that goes on, but for what it says about itself.
    let result = try LadleProcess.run(arguments(template, budget: 40))
    #expect(result.code == 0, "\(result.errors)")
    try replace("\"budget\" : 40", by: "\"budget\" : 60", in: "template/config.json")
    let stop = #"\"stop\":\"budget-spent\""#
    for scheme in ["random", Self.scheme] {
      let none = #"\"stop\":null"#
      try replace(
        stop, by: none + String(repeating: " ", count: stop.utf8.count - none.utf8.count),
        in: "template/state/\(scheme)-seed-1.safetensors")
    }
    for name in ["report.html", "curves.svg", "results.csv"] {
      try FileManager.default.removeItem(atPath: "\(template)/\(name)")
    }
  }

  func arguments(_ out: String, budget: Int = 60) -> [String] {
    [
      "run", "pool", "--dataset", "mnist", "--data", data.path, "--learner", "svm", "--strategy",
      "random,\(Self.scheme)", "--seeds", "1", "--initial", "20", "--batch", "20", "--budget",
      "\(budget)", "--out", out, "--quiet",
    ]
  }

  /// Goes on with it by its directory alone.
  func continuation(_ path: String) -> [String] { ["run", path, "--data", data.path, "--quiet"] }

  private func replace(_ old: String, by new: String, in name: String) throws {
    let file = URL(filePath: "\(place.path)/\(name)")
    var bytes = try Data(contentsOf: file)
    let range = try #require(bytes.range(of: Data(old.utf8)))
    bytes.replaceSubrange(range, with: Data(new.utf8))
    try bytes.write(to: file)
  }

  /// A copy of the stopped run.
  func copy(_ name: String) throws -> String {
    let path = "\(place.path)/\(name)"
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.copyItem(atPath: template, toPath: path)
    return path
  }
}
