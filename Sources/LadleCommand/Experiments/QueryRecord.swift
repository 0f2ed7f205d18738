import ActiveLoop
import Datasets
import Foundation
import Tensor

/// What was asked in a round and what came of it, for the report and for whoever looks later:
/// `queries/SCHEME/seed-N/round-RR.json`, beside the indices as .npy or the images as .png.
struct QueryRecord: Codable, Sendable {
  var round: Int
  /// A class name, `cannot tell` or `skipped` for each query.
  var answers: [String]
  /// Distance of each query from the boundary that asked; empty in round 0.
  var distancesBefore: [Float]
  /// Distance from the boundary after refitting.
  var distancesAfter: [Float]
  /// Starts of the synthesiser that were drawn again.
  var restarts: Int
  /// Each synthesised query as a PNG file in base 64.
  var images: [String]

  static let cannotTell = "cannot tell"

  static func stem(_ scheme: String, _ seed: Int, _ round: Int) -> String {
    "queries/\(scheme)/seed-\(seed)/round-\(round < 10 ? "0" : "")\(round)"
  }

  /// Writes the files of one round.
  static func write(_ outcome: RoundOutcome, classNames: [String], to directory: RunDirectory) throws {
    let record = outcome.record
    let stem = stem(record.scheme, record.seed, record.round)
    // The supervised line asks about the whole pool, which tells nobody anything.
    guard record.scheme != Scheme.supervised.rawValue else { return }
    var images: [String] = []
    switch outcome.queries {
    case .pool(let indices): try directory.write(NPY.serialize(indices), to: stem + ".npy")
    case .synthesized(let inputs):
      let borders = outcome.answers.map { answer -> ImageSheet.Color? in
        switch answer {
        case .label(let label): ClassColors.all[label % ClassColors.all.count]
        case .cannotTell, .skipped: .gray(128)
        }
      }
      let sheet = ImageSheet(inputs, columns: 10, padding: 4, scale: 2, background: .gray(20), borders: borders)
      try directory.write(sheet.png, to: stem + ".png")
      images = (0..<inputs.shape[0]).map { index in
        Data(ImageSheet(inputs.rows(index..<index + 1), columns: 1, padding: 0).png).base64EncodedString()
      }
    }
    let query = QueryRecord(
      round: record.round,
      answers: outcome.answers.map { answer in
        switch answer {
        case .label(let label): classNames[label]
        case .cannotTell: cannotTell
        case .skipped: "skipped"
        }
      }, distancesBefore: outcome.distancesBefore.map(finite), distancesAfter: outcome.distancesAfter.map(finite),
      restarts: outcome.restarts, images: images)
    let text = try JSONValue(encoding: query).text(indented: false)
    try directory.write(Array(text.utf8), to: stem + ".json")
  }

  /// The record of a round, or nil if it is not there or cannot be read: the report does without.
  static func read(_ scheme: String, _ seed: Int, _ round: Int, from directory: RunDirectory) -> QueryRecord? {
    guard let bytes = try? directory.read(stem(scheme, seed, round) + ".json") else { return nil }
    return try? JSONDecoder().decode(QueryRecord.self, from: Data(bytes))
  }

  /// JSON has no infinity.
  private static func finite(_ value: Float) -> Float { value.isFinite ? value : .greatestFiniteMagnitude }
}

/// The colour that stands for a class on sheets and in reports: blue and vermilion first.
enum ClassColors {
  static let all: [ImageSheet.Color] = [
    .init(red: 0, green: 114, blue: 178), .init(red: 213, green: 94, blue: 0), .init(red: 0, green: 158, blue: 115),
    .init(red: 204, green: 121, blue: 167), .init(red: 230, green: 159, blue: 0),
    .init(red: 86, green: 180, blue: 233),
  ]
}
