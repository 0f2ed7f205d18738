import ActiveLoop

extension [RoundRecord] {
  /// `results.csv`: a line per record and metric.
  var longForm: String {
    var lines = ["scheme,seed,round,labelled,attempted,discarded,metric,value"]
    for record in self {
      for (metric, value) in record.metrics.sorted(by: { $0.key < $1.key }) {
        lines.append(
          "\(record.scheme),\(record.seed),\(record.round),\(record.labelled),\(record.attempted),\(record.discarded),"
            + "\(metric),\(value)")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
