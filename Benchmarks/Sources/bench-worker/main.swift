// `bench-worker CASE`: our side of one benchmark. The protocol is the one of Benchmarks/peers/protocol.py: a line
// `READY {…}`, then one line of JSON for each line read (run, check, quit).

import Foundation

/// Writes one line of JSON at once, so that the driver never waits for a full buffer.
func answer(_ value: [String: JSONValue], after prefix: String = "") throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = .sortedKeys
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
  var benchmark = try make()
  try answer(["side": .text("Ladle")], after: "READY ")
  while let command = readLine() {
    switch command {
    case "quit": exit(0)
    case "run":
      let clock = ContinuousClock()
      let start = clock.now
      var result = try benchmark.run()
      let duration = clock.now - start
      result["ms"] = .number(duration / .milliseconds(1))
      try answer(result)
    case "check": try answer(try benchmark.check())
    default: try answer(["error": .text("unknown command \(command); known: run, check, quit")])
    }
  }
} catch {
  fail("\(error)")
}
