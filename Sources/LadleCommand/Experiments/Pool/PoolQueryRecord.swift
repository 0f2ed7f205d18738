import ActiveLoop
import Datasets
import Tensor

/// What was asked in a round of a pool experiment, the initial labels included:
///
/// ```
/// queries/STRATEGY/seed-S/round-RR.npy           places in the pool of the run, in the order of asking
/// queries/STRATEGY/seed-S/round-RR-dataset.npy   the same samples as rows of the data set's training part
/// queries/STRATEGY/seed-S/round-RR.png           pictures of the first of them, ten in a row
/// queries/STRATEGY/seed-S/round-RR.json          this record
/// ```
///
/// The pool of a run is all of the training part, or a part of it that the seed `split` draws (`poolSize`): then only
/// the second file means something beside other runs. A round that is done again writes the same bytes.
struct PoolQueryRecord: Codable, Sendable, Hashable {
  /// 0 for the initial labels.
  var round: Int
  /// A class name, `cannot tell` or `skipped` for each query: what the oracle said, not the truth.
  var answers: [String]
  /// How many of the queries the sheet shows.
  var pictured: Int

  /// Pictures on a sheet: what a page with dozens of sheets can carry.
  static let mostPictures = 40

  /// Writes the files of one round.
  ///
  /// - Parameters:
  ///   - outcome: the round.
  ///   - data: what the run is on.
  ///   - rows: for each sample of the pool, its row in the data set.
  static func write(
    _ outcome: PoolRoundOutcome, of data: ExperimentData, rows: [Int], to directory: RunDirectory
  ) throws {
    let (record, indices) = (outcome.record, outcome.indices)
    let stem = QueryRecord.stem(record.scheme, record.seed, record.round)
    // A run goes on behind a round whose state was saved, and never writes its files again: they must be there first.
    try directory.write(NPY.serialize(indices), to: stem + ".npy", flushing: true)
    try directory.write(NPY.serialize(indices.map { rows[$0] }), to: stem + "-dataset.npy", flushing: true)
    let pictured = Array(indices.prefix(mostPictures))
    try directory.write(sheet(of: pictured, in: data.pool).png, to: stem + ".png", flushing: true)
    let answers = outcome.answers.map { answer in
      switch answer {
      case .label(let label): data.classNames[label]
      case .cannotTell: QueryRecord.cannotTell
      case .skipped: "skipped"
      }
    }
    let text = try JSONValue(
      encoding: PoolQueryRecord(round: record.round, answers: answers, pictured: pictured.count)
    ).text(indented: false)
    try directory.write(Array(text.utf8), to: stem + ".json", flushing: true)
  }

  /// The images at `indices`, ten in a row; those of fewer than 16 pixels are enlarged.
  static func sheet(of indices: [Int], in pool: Tensor) -> ImageSheet {
    ImageSheet(
      pool.gathered(rows: indices), columns: min(10, max(1, indices.count)), padding: 1,
      scale: max(1, 32 / pool.shape[1]))
  }
}
