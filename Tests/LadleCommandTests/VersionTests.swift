import Foundation
import Testing

@testable import LadleCommand

@Test func theVersionIsThatOfThePackage() throws {
  let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  let text = try String(contentsOf: root.appending(path: "VERSION"), encoding: .utf8)
  #expect(Ladle.version == text.trimmingCharacters(in: .whitespacesAndNewlines))
}
