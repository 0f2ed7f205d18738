import Foundation
import Tensor

/// The figure by which a sweep orders its cells, as its `sweep.json` says.
enum SweepMetric {
  private struct Description: Decodable {
    var metric: SweepDefinition.Metric
  }

  /// That of the sweeps at `directories`; nil if one of these is none, or they do not agree.
  static func shared(by directories: [String]) -> SweepDefinition.Metric? {
    let metrics = directories.map { directory -> SweepDefinition.Metric? in
      guard let bytes = try? FileBytes.read(directory + "/sweep.json") else { return nil }
      return try? JSONDecoder().decode(Description.self, from: Data(bytes)).metric
    }
    guard let first = metrics.first.flatMap(\.self),
      metrics.allSatisfy({ $0?.name == first.name && $0?.goal == first.goal })
    else { return nil }
    return first
  }
}
