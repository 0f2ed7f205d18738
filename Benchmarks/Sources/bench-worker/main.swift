// `bench-worker CASE`: our side of one benchmark. The protocol is the one of Benchmarks/peers/protocol.py: a line
// `READY {…}`, then one line of JSON for each line it reads.

import Foundation
import ProcessStatistics
import Tensor

/// Writes one line of JSON at once, so that the driver never waits for a full buffer.
func answer(_ value: [String: JSONValue], after prefix: String = "") throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = .sortedKeys
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  FileHandle.standardOutput.write(Data(prefix.utf8) + (try encoder.encode(value)) + Data("\n".utf8))
}

func fail(_ message: String) -> Never {
  FileHandle.standardError.write(Data((message + "\n").utf8))
  exit(1)
}

let makers = cases()
guard CommandLine.arguments.count == 2, let make = makers[CommandLine.arguments[1]] else {
  fail("usage: bench-worker \(makers.keys.sorted().joined(separator: " | "))")
}

do {
  var before = ProcessMemory.resident
  var made: (any Case)?
  try answer(["side": .text("Ladle"), "threads": .number(Double(ThreadPool.threadCount))], after: "READY ")
  while let line = readLine() {
    let words = line.split(separator: " ", maxSplits: 1).map(String.init)
    let (command, argument) = (words.first ?? "", words.dropFirst().first)
    switch command {
    case "quit": exit(0)
    case "make":
      let benchmark = try make()
      if let argument { try benchmark.exchanged().write(to: argument) }
      if !type(of: benchmark).buildsModel {
        // What reading the data took is free again, but for what the pool of buffers keeps.
        MemoryStatistics.trim()
        before = ProcessMemory.resident
      }
      made = benchmark
      try answer([:])
    case "rewind":
      ProcessMemory.rewind()
      try answer([:])
    case "memory": try answer(["before_mb": .number(before), "peak_mb": .number(ProcessMemory.peak)])
    case "run":
      var benchmark = try made ?? make()
      made = nil
      let count = argument.flatMap { Int($0) } ?? 1
      var losses: [Double] = []
      let clock = ContinuousClock()
      let start = clock.now
      for _ in 0..<count { losses = try benchmark.step(nil) }
      let duration = clock.now - start
      made = benchmark
      try answer(["ms": .number(duration / .milliseconds(1) / Double(count)), "losses": .list(losses)])
    case "compare":
      var benchmark = try made ?? make()
      made = nil
      let losses = try benchmark.compared()
      made = benchmark
      try answer(["losses": .list(losses)])
    case "check": try answer(try (made ?? make()).check())
    default: try answer(["error": .text("unknown command \(command)")])
    }
  }
} catch {
  fail("\(error)")
}
