// `pool-strategies POOL [--queries Q] [--only NAME] [--vaal-steps S]`: seconds and peak memory of one query of Q samples.
//
// POOL is `features FOLDER` (peers/pool_strategies.py make FOLDER) or `glyphs COUNT`. What was chosen is left in the
// folder, so that the peer can compare. VAAL looks at images, so it is asked about glyphs alone: its models are trained
// for S steps on batches of the pool that are drawn for it, and then score all of it. Documentation/Guides/PoolScale.md
// has the figures.

import ActiveLoop
import Foundation
import ProcessStatistics
import Tensor

/// A line at once, also into a file.
func report(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

func fail(_ message: String) -> Never {
  FileHandle.standardError.write(Data((message + "\n").utf8))
  exit(64)
}

let usage = "usage: pool-strategies (features FOLDER | glyphs COUNT) [--queries Q] [--only NAME] [--vaal-steps S]"
var arguments = Array(CommandLine.arguments.dropFirst())

@MainActor func option(_ name: String) -> String? {
  guard let place = arguments.firstIndex(of: name) else { return nil }
  guard place + 1 < arguments.count else { fail(usage) }
  defer { arguments.removeSubrange(place...place + 1) }
  return arguments[place + 1]
}

guard let queries = Int(option("--queries") ?? "1000"), queries > 0 else { fail(usage) }
guard let samplerSteps = Int(option("--vaal-steps") ?? "300"), samplerSteps > 0 else { fail(usage) }
let only = option("--only")
guard arguments.count == 2 else { fail(usage) }

let folder = arguments[0] == "features" ? arguments[1] : nil
let subject: Subject
switch (arguments[0], Int(arguments[1])) {
case ("features", _): subject = try .features(in: arguments[1])
case ("glyphs", .some(let count)) where count > 1000: subject = try .glyphs(count, labelled: 1000)
default: fail(usage + "; a pool of glyphs has more than 1000")
}

/// One strategy's query, on the clock.
@MainActor func measure<Strategy: QueryStrategy<NetworkLearner>>(_ name: String, _ strategy: Strategy) throws {
  if let only, only != name { return }
  var random = RandomSource(seed: 1).stream("query")
  MemoryStatistics.trim()
  ProcessMemory.rewind()
  let clock = ContinuousClock()
  let (start, processorStart) = (clock.now, ProcessorTime.seconds)
  let chosen = try strategy.selection(
    of: queries, from: subject.pool, learner: subject.learner, context: subject.context, using: &random
  ).indices
  let seconds = (clock.now - start) / .seconds(1)
  let processorSeconds = ProcessorTime.seconds - processorStart
  if let folder { try NPY.write(chosen, to: "\(folder)/\(name).npy") }
  let memory = ProcessMemory.peak.map { String(format: "%.0f MB", $0) } ?? "?"
  let times = String(format: "%.2f s, %.2f s of processor", seconds, processorSeconds)
  report("\(name): \(chosen.count) of \(subject.pool.count), \(times), peak \(memory)")
}

report("threads: \(ThreadPool.threadCount)")
// Larger batches than the strategies' own suit a small model.
let batchSize = 2048
try measure("margin", SimpleMargin(chunk: batchSize))
try measure("core-set", CoreSet(batchSize: batchSize))
try measure("badge", BADGE(batchSize: batchSize))
if folder == nil {
  var configuration = VAALConfiguration.small
  (configuration.steps, configuration.scoringBatch) = (samplerSteps, batchSize)
  let start = ProcessorTime.seconds
  let sampling = VAALSampling<NetworkLearner>(configuration) { _, _ in
    report(String(format: "vaal: trained and measured in %.2f s of processor", ProcessorTime.seconds - start))
  }
  try measure("vaal", sampling)
}
