import ActiveLoop

/// The records of a run in the order of their file: the rounds of a scheme and seed are 0, 1, 2, … A line that was lost,
/// moved or written twice would give other figures without a word.
enum RoundSequence {
  private struct Cell: Hashable {
    var scheme: String
    var seed: Int
  }

  /// Throws if a record is not of the round that is due; `file` is where they are from, one to a line.
  static func check(_ records: [RoundRecord], file: String) throws(CommandFailure) {
    var due: [Cell: Int] = [:]
    for (index, record) in records.enumerated() {
      let cell = Cell(scheme: record.scheme, seed: record.seed)
      let wanted = due[cell] ?? 0
      guard record.round == wanted else {
        throw CommandFailure(
          .world,
          "line \(index + 1) of \(file) is of round \(record.round) of “\(record.scheme)”, seed \(record.seed), where round "
            + "\(wanted) is due: a line was lost, moved or written twice; restore the file from a copy, or start again in "
            + "another directory.")
      }
      due[cell] = wanted + 1
    }
  }
}
