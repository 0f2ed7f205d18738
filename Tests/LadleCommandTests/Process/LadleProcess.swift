import Foundation

/// The built `ladle`, run as a process of its own.
final class LadleProcess {
  struct Result {
    var code: Int32
    var output: String
    var errors: String
  }

  /// The program beside the test bundle, or nil if it has not been built.
  static let program: String? = {
    let arguments =
      CommandLine.arguments + [(try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""]
    for argument in arguments {
      let directory = URL(filePath: argument).deletingLastPathComponent()
      for place in [
        directory, directory.deletingLastPathComponent(),
        directory.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent(),
      ] {
        let candidate = place.appending(path: "ladle").path
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: candidate, isDirectory: &isDirectory), !isDirectory.boolValue,
          FileManager.default.isExecutableFile(atPath: candidate)
        {
          return candidate
        }
      }
    }
    return nil
  }()

  /// The process's number, which `exec` kept.
  let identifier: pid_t
  private let directory: TemporaryDirectory
  private var status: Int32?

  /// Starts `ladle` with `arguments`; output and errors go to files, so that no pipe can fill up. `shell` comes before
  /// the program in a shell, such as `ulimit -f 8;`.
  ///
  /// Foundation's `Process` keeps descriptors of each process that it started, and crashes beyond 1024 of them; these
  /// tests start more.
  init(_ arguments: [String], shell: String = "", environment: [String: String] = [:]) throws {
    directory = try TemporaryDirectory()
    guard let program = Self.program else { throw CocoaError(.fileNoSuchFile) }
    let merged = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    identifier = try Self.spawn(
      ["/bin/sh", "-c", "\(shell) exec \"$0\" \"$@\"", program] + arguments, merged.map { "\($0.key)=\($0.value)" },
      output: directory.path + "/out", errors: directory.path + "/err")
  }

  deinit { if !hasEnded { kill(identifier, SIGKILL) } }

  private static func spawn(
    _ arguments: [String], _ environment: [String], output: String, errors: String
  ) throws -> pid_t {
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
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    for (descriptor, path) in [(Int32(1), output), (2, errors)] {
      posix_spawn_file_actions_addopen(&actions, descriptor, path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    }
    // Nothing else is passed on: a child that holds another test's file keeps its space, or its lock.
    #if canImport(Darwin)
      let closing = Int16(POSIX_SPAWN_CLOEXEC_DEFAULT)
    #else
      // glibc has it, and its Swift module does not.
      typealias CloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
      if let closeFrom = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") {
        _ = unsafeBitCast(closeFrom, to: CloseFrom.self)(&actions, 3)
      }
      let closing: Int16 = 0
    #endif
    // A signal that this process ignores or blocks would be ignored or blocked there too.
    var (defaults, blocked) = (sigset_t(), sigset_t())
    sigemptyset(&defaults)
    sigemptyset(&blocked)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { sigaddset(&defaults, number) }
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setsigmask(&attributes, &blocked)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK) | closing)
    var words = arguments.map { strdup($0) } + [nil]
    var variables = environment.map { strdup($0) } + [nil]
    defer { for word in words + variables { free(word) } }
    var identifier: pid_t = 0
    let code = posix_spawn(&identifier, "/bin/sh", &actions, &attributes, &words, &variables)
    guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO) }
    return identifier
  }

  /// Whether it has ended, by itself or by a signal.
  private var hasEnded: Bool {
    if status != nil { return true }
    var found: Int32 = 0
    guard waitpid(identifier, &found, WNOHANG) == identifier else { return false }
    status = found
    return true
  }

  /// Sends the signal, unless the process has ended.
  func send(_ signal: Int32) { if !hasEnded { kill(identifier, signal) } }

  /// What it has written to standard error so far.
  var errorsSoFar: String { (try? directory.contents("err")) ?? "" }

  /// Waits until standard error holds `text`, at most two minutes; whether it does.
  func waitForErrors(containing text: String) -> Bool {
    for _ in 0..<24_000 {
      if errorsSoFar.contains(text) { return true }
      if hasEnded { return errorsSoFar.contains(text) }
      usleep(5000)
    }
    return false
  }

  func wait() throws -> Result {
    var found = status ?? 0
    while status == nil {
      if waitpid(identifier, &found, 0) == identifier {
        status = found
      } else if errno != EINTR {
        throw POSIXError(.ECHILD)
      }
    }
    let signal = found & 0x7F
    let code = signal == 0 ? (found >> 8) & 0xFF : 128 + signal
    return Result(code: code, output: try directory.contents("out"), errors: try directory.contents("err"))
  }

  /// Runs to the end.
  static func run(_ arguments: [String], shell: String = "", environment: [String: String] = [:]) throws -> Result {
    try LadleProcess(arguments, shell: shell, environment: environment).wait()
  }
}
