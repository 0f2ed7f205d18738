import Foundation
import Tensor

/// What a run ran on: `environment.json`. Results have the same bits on the same kind of processor.
struct EnvironmentRecord: Codable, Sendable, Hashable {
  var ladle: String
  var operatingSystem: String
  var processor: String
  var processors: Int
  var memoryGigabytes: Double
  var backend: BackendDescription

  /// This machine, now.
  static func current() -> EnvironmentRecord {
    let process = ProcessInfo.processInfo
    let gigabytes = Double(process.physicalMemory) / 1_073_741_824
    return EnvironmentRecord(
      ladle: Ladle.version, operatingSystem: operatingSystemName() ?? process.operatingSystemVersionString,
      processor: processorName(), processors: process.activeProcessorCount,
      memoryGigabytes: (gigabytes * 10).rounded() / 10, backend: BackendDescription())
  }

  /// Names and values for people.
  var lines: [(name: String, value: String)] {
    [
      ("ladle", ladle), ("system", operatingSystem),
      ("processor", "\(processor), \(processors) core\(processors == 1 ? "" : "s")"),
      ("memory", "\(fixed(memoryGigabytes, 1)) GiB"),
      ("vector units", backend.instructionSets.isEmpty ? "none known" : backend.instructionSets.joined(separator: " ")),
      ("kernels", backend.kernelLevel), ("BLAS", "\(backend.blas), kernels for \(backend.blasCore)"),
      ("LAPACKE", backend.hasLAPACKE ? "works" : "does not work"),
      ("threads", "\(backend.threads)"),
    ]
  }

  private static func operatingSystemName() -> String? {
    guard let text = try? String(contentsOfFile: "/etc/os-release", encoding: .utf8) else { return nil }
    for line in text.split(separator: "\n") where line.hasPrefix("PRETTY_NAME=") {
      return line.dropFirst("PRETTY_NAME=".count).trimmingCharacters(in: CharacterSet(charactersIn: "\""))
    }
    return nil
  }

  private static func processorName() -> String {
    #if os(Linux)
      if let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) {
        for line in text.split(separator: "\n") where line.hasPrefix("model name") {
          if let colon = line.firstIndex(of: ":") {
            return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
          }
        }
      }
    #elseif os(macOS)
      var size = 0
      if sysctlbyname("machdep.cpu.brand_string", nil, &size, nil, 0) == 0, size > 1 {
        var bytes = [UInt8](repeating: 0, count: size)
        if sysctlbyname("machdep.cpu.brand_string", &bytes, &size, nil, 0) == 0 {
          return String(decoding: bytes.prefix(size - 1), as: UTF8.self)
        }
      }
    #endif
    return "unknown"
  }
}
