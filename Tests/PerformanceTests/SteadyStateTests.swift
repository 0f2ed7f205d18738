import Tensor
import Testing

@testable import LadleCommand

/// In steady state a step asks the system for no tensor memory: every buffer is one that an earlier step gave back.
/// Processes of their own, because the count is that of the process.
@Suite("Steady state") struct SteadyStateTests {
  static let names = ["gan-step", "cnn-step", "mlp-step", "synthesis"]

  @Test("On one thread, the steps after the third allocate nothing")
  func oneThread() async {
    await #expect(processExitsWith: .success) {
      ThreadPool.threadCount = 1
      for name in SteadyStateTests.names {
        let measurement = try #require(Measurement.all.first { $0.name == name })
        let work = try measurement.prepare(.quick)
        for _ in 0..<3 { try work.once() }
        for step in 4...9 {
          let before = MemoryStatistics.current.systemAllocations
          try work.once()
          let allocated = MemoryStatistics.current.systemAllocations - before
          #expect(allocated == 0, "\(name): step \(step) asked for \(allocated) buffers")
        }
        #expect(work.problem() == nil)
      }
    }
  }

  @Test("On two threads, so do five steps in a row, once the threads have met in every kernel")
  func twoThreads() async {
    await #expect(processExitsWith: .success) {
      ThreadPool.threadCount = 2
      for name in SteadyStateTests.names {
        let measurement = try #require(Measurement.all.first { $0.name == name })
        let work = try measurement.prepare(.quick)
        for _ in 0..<3 { try work.once() }
        // How many units run at once is up to the system, and so is when scratch memory is first needed twice.
        var quiet = 0
        for _ in 0..<60 where quiet < 5 {
          let before = MemoryStatistics.current.systemAllocations
          try work.once()
          quiet = MemoryStatistics.current.systemAllocations == before ? quiet + 1 : 0
        }
        #expect(quiet == 5, "\(name) still asks for memory after sixty steps")
      }
    }
  }
}
