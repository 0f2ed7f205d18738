import Foundation

/// A run of this program in a process of its own.
///
/// It leads a process group, so that Ctrl-C reaches the sweep alone, which then asks its runs to stop. Its standard
/// input is a pipe that nothing is ever written to and whose other end this process alone holds: when this process ends,
/// in whatever way, the run reads the end of the file and stops at its next safe point (``SweepLifeline``).
struct ChildProcess {
  let pid: pid_t
  private let lifeline: Int32

  /// Starts `program` with `arguments` and `environment`; output and errors go to the file at `log`, which is emptied.
  init(_ program: String, _ arguments: [String], environment: [String: String], log: String) throws(CommandFailure) {
    var ends: [Int32] = [-1, -1]
    let output = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o644)
    guard output >= 0 else { throw CommandFailure(.world, "\(log) cannot be written: \(systemClause(errno)).") }
    defer { close(output) }
    guard pipe(&ends) == 0 else { throw CommandFailure(.world, "a pipe cannot be made: \(systemClause(errno)).") }
    // Else another child would keep the pipe open.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    var pid: pid_t = 0
    let code = Self.spawn(
      &pid, program, [program] + arguments, environment.map { "\($0.key)=\($0.value)" }, input: ends[0], output: output)
    guard code == 0 else {
      close(ends[1])
      throw CommandFailure(.world, "\(program) cannot be started: \(systemClause(code)).")
    }
    self.pid = pid
    lifeline = ends[1]
  }

  private static func spawn(
    _ pid: inout pid_t, _ program: String, _ arguments: [String], _ environment: [String], input: Int32, output: Int32
  ) -> Int32 {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_adddup2(&actions, input, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)
    // A signal that this process ignores would be ignored by its child too.
    var defaults = sigset_t()
    sigemptyset(&defaults)
    for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&defaults, number) }
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETPGROUP))
    var words = arguments.map { strdup($0) } + [nil]
    var variables = environment.map { strdup($0) } + [nil]
    defer { for word in words + variables { free(word) } }
    return posix_spawn(&pid, program, &actions, &attributes, &words, &variables)
  }

  /// The exit code, or 128 + the signal that ended it; nil while it runs.
  func codeIfEnded() -> Int32? {
    var status: Int32 = 0
    let found = waitpid(pid, &status, WNOHANG)
    if found == 0 || (found < 0 && errno == EINTR) { return nil }
    close(lifeline)
    // Without an answer (another part of the program waited for it) nothing is known but that it is gone.
    guard found == pid else { return -1 }
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }

  /// Asks it to stop at its next safe point.
  func interrupt() { kill(pid, SIGINT) }

  /// This program's own file.
  static var ownProgram: String {
    #if os(Linux)
      if let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") { return path }
    #endif
    return Bundle.main.executablePath ?? CommandLine.arguments[0]
  }
}

/// The other side of ``ChildProcess``: a run that a sweep has started stops when the sweep is gone.
enum SweepLifeline {
  /// Set for runs that a sweep starts.
  static let variable = "LADLE_STOP_AT_END_OF_INPUT"

  /// Watches standard input if the environment asks for it.
  static func watchIfAsked() {
    guard ProcessInfo.processInfo.environment[variable] == "1" else { return }
    Thread.detachNewThread {
      var byte: UInt8 = 0
      while true {
        let count = read(STDIN_FILENO, &byte, 1)
        if count > 0 || (count < 0 && errno == EINTR) { continue }
        break
      }
      // As if a person had asked: the run saves at its next safe point.
      kill(getpid(), SIGTERM)
    }
  }
}
