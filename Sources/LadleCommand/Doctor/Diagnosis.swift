import Datasets
import Foundation
import Tensor

/// What `ladle doctor` looks at.
enum Diagnosis {
  enum Status: Sendable { case good, remark, problem }

  struct Finding: Sendable {
    var status: Status
    var name: String
    var text: String
    /// What to do about a problem.
    var remedy = ""

    /// `✓ BLAS          OpenBLAS 0.3.26 …`
    var line: String {
      let mark = status == .good ? "✓" : status == .remark ? "–" : "✗"
      let padded = name + String(repeating: " ", count: max(1, 15 - name.count))
      return "\(mark) \(padded)\(text)\(remedy.isEmpty ? "" : ": \(remedy)")"
    }
  }

  static func findings(environment: EnvironmentRecord, data: [String]) -> [Finding] {
    machine(environment) + libraries(environment.backend) + [dataSets(in: data), cache()]
  }

  private static func machine(_ environment: EnvironmentRecord) -> [Finding] {
    let backend = environment.backend
    let units = backend.instructionSets.isEmpty ? "none known" : backend.instructionSets.joined(separator: " ")
    let threads = Finding(
      status: .good, name: "threads",
      text: "\(backend.threads) of \(environment.processors) cores\(backend.threads == 1 ? "" : ", BLAS one in each")")
    return [
      Finding(status: .good, name: "ladle", text: "\(Ladle.version), \(environment.operatingSystem)"),
      Finding(
        status: .good, name: "processor",
        text: "\(environment.processor), \(fixed(environment.memoryGigabytes, 1)) GiB of memory"),
      Finding(
        status: backend.kernelLevel == "portable" ? .remark : .good, name: "vector units",
        text: "\(units); kernels for \(backend.kernelLevel), \(backend.kernelReason)"),
      threads,
    ]
  }

  private static func libraries(_ backend: BackendDescription) -> [Finding] {
    // BLAS has kernels and a variable of its own.
    let untouched = InstructionSet.choice == .requested ? "; LADLE_SIMD leaves them alone" : ""
    let generic = ["generic", "prescott", "core2", "unknown"].contains(backend.blasCore.lowercased())
    return [
      Finding(
        status: generic ? .problem : .good, name: "BLAS",
        text: "\(backend.blas), kernels for \(backend.blasCore)\(untouched)",
        remedy: generic
          ? "these kernels fit any processor and are slow; install a build that chooses at run time "
            + "(\(install("libopenblas-dev", "openblas")))" : ""),
      Finding(
        status: backend.hasLAPACKE ? .good : .problem, name: "LAPACKE",
        text: backend.hasLAPACKE ? "factorises correctly" : "gives a wrong factor",
        remedy: backend.hasLAPACKE ? "" : install("liblapacke-dev", "lapack")),
    ]
  }

  private static func dataSets(in directories: [String]) -> Finding {
    let locator = DatasetLocator(directories: directories)
    let found = KnownDataset.allCases.filter(locator.has).map(\.rawValue)
    let place = listed(directories, "or")
    return found.isEmpty
      ? Finding(
        status: .remark, name: "data sets",
        text: "none in \(place); glyphs needs none, `ladle datasets fetch` gets the others")
      : Finding(status: .good, name: "data sets", text: "\(listed(found)) in \(listed(directories))")
  }

  private static func cache() -> Finding {
    let root = ArtifactCache.defaultRoot()
    var writable = root
    while !FileManager.default.fileExists(atPath: writable), let slash = writable.lastIndex(of: "/") {
      writable = slash == writable.startIndex ? "/" : String(writable[..<slash])
    }
    let isWritable = FileManager.default.isWritableFile(atPath: writable)
    return Finding(
      status: isWritable ? .good : .problem, name: "cache", text: root,
      remedy: isWritable ? "" : "it cannot be written; set LADLE_CACHE to a directory that can")
  }

  private static func install(_ apt: String, _ brew: String) -> String {
    "apt install \(apt), or brew install \(brew)"
  }
}
