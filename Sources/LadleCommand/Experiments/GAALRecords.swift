import ActiveLoop
import Foundation
import Tensor

/// The records that another command left, for a row in a table of this one. The directory is only read.
struct GAALRecords: Sendable {
  let path: String
  let records: [RoundRecord]

  /// Reads `rounds.jsonl` of a run of `ladle run gaal`.
  init(path: String) throws {
    self.path = path
    guard let bytes = try? FileBytes.read(path + "/rounds.jsonl") else {
      throw CommandFailure(.world, "\(path)/rounds.jsonl cannot be read; give --gaal the directory of a run.")
    }
    let decoder = JSONDecoder()
    // A last line without its end is of a run that is being written, or was killed: it does not count.
    let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { bytes[...$0] } ?? []
    do {
      records = try whole.split(separator: UInt8(ascii: "\n")).map {
        try decoder.decode(RoundRecord.self, from: Data($0))
      }.filter { $0.scheme == Scheme.gaal.rawValue }
    } catch {
      throw CommandFailure(.world, "\(path)/rounds.jsonl is damaged; give --gaal the directory of another run.")
    }
    guard !records.isEmpty else {
      throw CommandFailure(.world, "\(path) holds no rounds of GAAL; give --gaal the directory of a run that has some.")
    }
  }

  /// Throws if the run was tested on other sets.
  func check(_ task: ImageTask) throws(CommandFailure) {
    for test in task.tests where records[0].metrics[GAALFindings.metric(test)] == nil {
      throw CommandFailure(
        .world, "\(path) was not tested on \(test.title); give --gaal a run with the same --dataset.")
    }
  }
}
