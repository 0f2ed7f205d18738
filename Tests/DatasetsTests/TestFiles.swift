import Foundation
internal import Tensor

@testable internal import Datasets

/// The files of the fixtures folder.
enum Fixture {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Fixtures"

  static func path(_ name: String) -> String { "\(folder)/\(name)" }

  static func bytes(_ name: String) throws -> [UInt8] { try FileBytes.read(path(name)) }
}

/// Where the public data sets are, if anywhere: `LADLE_DATA`, or `shared/data` beside a folder above the package.
enum PublicData {
  static let locator: DatasetLocator? = {
    var places: [String] = []
    if let given = ProcessInfo.processInfo.environment["LADLE_DATA"] { places.append(given) }
    var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    while folder.path != "/" {
      places.append(folder.path + "/shared/data")
      folder.deleteLastPathComponent()
    }
    let locator = DatasetLocator(directories: places.filter { FileManager.default.fileExists(atPath: $0) })
    // Not SVHN: a quarter of a gigabyte that no test needs.
    return KnownDataset.allCases.filter { $0 != .svhn }.allSatisfy(locator.has) ? locator : nil
  }()
}

/// A folder that is gone after `body`.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ladle-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}

/// Big-endian bytes of 32-bit numbers.
func bigEndian(_ values: UInt32...) -> [UInt8] {
  values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
}

/// The error a body throws, if it is of this type.
func failure<Failure: Error>(_ type: Failure.Type, _ body: () throws -> Void) -> Failure? {
  do {
    try body()
    return nil
  } catch {
    return error as? Failure
  }
}
