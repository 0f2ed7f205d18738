import Foundation

/// Which process something belongs to, so that another can tell whether it still lives.
struct ProcessIdentity: Codable, Hashable, Sendable {
  /// The machine's name, for people.
  var host: String
  /// Where the number below means something: one start of one machine, one space of process numbers. Containers may
  /// share a host's name, and a machine that was started again uses its numbers anew.
  var place: String
  var pid: Int32
  /// When the process began, in the system's own units: a number that is used again belongs to another. Nil where the
  /// system does not say.
  var start: String?

  enum Liveness: Hashable, Sendable {
    case alive, dead
    /// Nothing can be known from here.
    case unknown
  }

  /// This process.
  static let current: ProcessIdentity = {
    let pid = getpid()
    return ProcessIdentity(
      host: hostName, place: currentPlace, pid: pid, start: startTime(of: pid)?.start)
  }()

  /// Whether the process lives, as far as this one can tell.
  var liveness: Liveness {
    guard place == Self.currentPlace else { return .unknown }
    guard let (found, isZombie) = Self.startTime(of: pid) else {
      // Without /proc a number that answers is all there is.
      if start == nil, kill(pid, 0) == 0 || errno == EPERM { return .alive }
      return .dead
    }
    return found == start && !isZombie ? .alive : .dead
  }

  /// For people.
  var description: String { place == Self.currentPlace ? "process \(pid)" : "process \(pid) on \(host)" }

  private static let currentPlace: String = {
    #if os(Linux)
      let boot = (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)) ?? "unknown boot"
      let space = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")) ?? "unknown space"
      return boot.trimmingCharacters(in: .whitespacesAndNewlines) + " " + space
    #else
      return hostName
    #endif
  }()

  /// Without a question to the network, which may take its time.
  private static let hostName: String = {
    var bytes = [CChar](repeating: 0, count: 256)
    guard gethostname(&bytes, bytes.count - 1) == 0 else { return "unknown" }
    return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }()

  /// Field 22 of `/proc/PID/stat`, and whether the process has ended but nobody has asked for its code yet; nil if there
  /// is no such process, or no `/proc`.
  private static func startTime(of pid: Int32) -> (start: String, isZombie: Bool)? {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      // The second field is a name in parentheses that may hold anything.
      let end = text.lastIndex(of: ")")
    else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    guard fields.count > 19 else { return nil }
    return (String(fields[19]), fields[0] == "Z" || fields[0] == "X")
  }
}
