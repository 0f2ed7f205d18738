import Foundation
import Synchronization
import Testing

@testable import LadleCommand

@Suite struct CellAttemptsTests {
  private let living = ProcessIdentity.current

  /// A number that no process has, on this machine.
  private func dead() throws -> ProcessIdentity {
    let child = try ChildProcess("/bin/true", [], environment: [:], log: "/dev/null")
    while child.codeIfEnded() == nil { usleep(1000) }
    var identity = living
    (identity.pid, identity.start) = (child.pid, "1")
    return identity
  }

  private func elsewhere() -> ProcessIdentity {
    ProcessIdentity(host: "other", place: "another boot", pid: living.pid, start: living.start)
  }

  private func state(_ attempts: CellAttempts, now: Double = 0) throws -> CellState {
    var watch = CellWatch(staleAfter: 100)
    return try watch.state(of: attempts, now: now).state
  }

  @Test func ofManyWhoTryOneGetsTheClaim() throws {
    let place = try TemporaryDirectory()
    for round in 1...20 {
      let attempts = CellAttempts(path: place.path + "/cell-\(round)")
      let winners = Mutex(0)
      DispatchQueue.concurrentPerform(iterations: 16) { _ in
        if (try? attempts.claim(1)) == true { winners.withLock { $0 += 1 } }
      }
      #expect(winners.withLock { $0 } == 1)
      let left = try FileManager.default.contentsOfDirectory(atPath: attempts.path)
      #expect(left == ["claim-1.json"])
    }
  }

  @Test func aCellGoesThroughItsStates() throws {
    let place = try TemporaryDirectory()
    let attempts = CellAttempts(path: place.path + "/cell")
    #expect(try state(attempts) == .pending)
    #expect(try attempts.claim(1))
    #expect(try !attempts.claim(1))
    #expect(try state(attempts) == .running(living))
    try attempts.end(1, .init(state: .failed, code: 1, seconds: 2, error: "the disk is full."))
    #expect(try state(attempts) == .failed(error: "the disk is full.", attempts: 1))
    #expect(try attempts.claim(2))
    #expect(try state(attempts) == .running(living))
    try attempts.end(2, .init(state: .interrupted, code: 130, seconds: 1))
    #expect(try state(attempts) == .interrupted)
    #expect(try attempts.claim(3))
    try attempts.end(3, .init(state: .completed, code: 0, seconds: 4))
    #expect(try state(attempts) == .completed)
    #expect(try attempts.history().failures == 1)
  }

  @Test func aDeadProcessLosesItsCellAndANumberUsedAgainIsNobody() throws {
    let place = try TemporaryDirectory()
    let attempts = CellAttempts(path: place.path + "/cell")
    #expect(try attempts.claim(1, for: dead()))
    #expect(try state(attempts) == .interrupted)
    // This process's number, but of a process that began at another time.
    var reused = living
    reused.start = "1"
    #expect(try attempts.claim(2, for: reused))
    #expect(try state(attempts) == .interrupted)
    #expect(living.liveness == .alive && reused.liveness == .dead && elsewhere().liveness == .unknown)
  }

  @Test func aProcessThatEndedButWasNotAskedForItsCodeIsDead() throws {
    let child = try ChildProcess("/bin/true", [], environment: [:], log: "/dev/null")
    let stat = "/proc/\(child.pid)/stat"
    for _ in 0..<2000 where !((try? String(contentsOfFile: stat, encoding: .utf8)) ?? ") Z").contains(") Z") {
      usleep(1000)
    }
    var identity = living
    identity.pid = child.pid
    #expect(identity.liveness == .dead)
    #expect(child.codeIfEnded() == 0)
  }

  @Test func onAnotherMachineOnlyTheHeartbeatCounts() throws {
    let place = try TemporaryDirectory()
    let attempts = CellAttempts(path: place.path + "/cell")
    #expect(try attempts.claim(1, for: elsewhere()))
    var watch = CellWatch(staleAfter: 100)
    #expect(try watch.state(of: attempts, now: 0).state == .running(elsewhere()))
    #expect(try watch.state(of: attempts, now: 99).state == .running(elsewhere()))
    usleep(20_000)
    attempts.beat(1)
    #expect(try watch.state(of: attempts, now: 101).state == .running(elsewhere()))
    #expect(try watch.state(of: attempts, now: 200).state == .running(elsewhere()))
    let last = try watch.state(of: attempts, now: 202)
    #expect(last.state == .interrupted && last.next == 2)
    // A claim that nobody can read is judged in the same way.
    try Data("{".utf8).write(to: URL(filePath: attempts.claimPath(1)))
    var fresh = CellWatch(staleAfter: 100)
    #expect(try fresh.state(of: attempts, now: 0).state == .running(nil))
    #expect(try fresh.state(of: attempts, now: 101).state == .interrupted)
  }

  @Test func aTakeoverIsSeenByWhoWasTakenForDead() throws {
    let place = try TemporaryDirectory()
    let attempts = CellAttempts(path: place.path + "/cell")
    #expect(try attempts.claim(1, for: elsewhere()))
    #expect(!attempts.isSuperseded(1))
    #expect(try attempts.claim(2))
    #expect(attempts.isSuperseded(1) && !attempts.isSuperseded(2))
  }

  @Test func theComplaintIsTheLastOfTheLog() throws {
    let place = try TemporaryDirectory()
    let attempts = CellAttempts(path: place.path)
    #expect(attempts.complaint(1) == nil)
    try place.write("ladle: a note\nsomething\nladle: the disk is full.\n", to: "log-1.txt")
    try place.write("Fatal error: index\n", to: "log-2.txt")
    #expect(attempts.complaint(1) == "the disk is full." && attempts.complaint(2) == "Fatal error: index")
  }
}
