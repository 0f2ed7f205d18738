import Foundation
import TestSupport
import Testing

/// The source files of the folders of `Sources/Tensor` named, by stem.
private func sourceStems(in folders: [String]) throws -> Set<String> {
  let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Sources/Tensor")
  var stems: Set<String> = []
  for folder in folders {
    let files = FileManager.default.enumerator(at: root.appending(path: folder), includingPropertiesForKeys: nil)
    for case let file as URL in try #require(files) where file.pathExtension == "swift" {
      stems.insert(file.deletingPathExtension().lastPathComponent)
    }
  }
  return stems
}

@Suite(.traced) struct OperationGradientTests {
  @Test("gradients agree with differences", arguments: OperationCase.all)
  func gradients(operation: OperationCase) {
    withEvery("seed", in: 1...3) { seed in
      let mismatch = operation.gradientMismatch(seed: seed)
      #expect(mismatch == nil)
    }
  }

  @Test func everySourceFileHasACase() throws {
    let stems = try sourceStems(in: ["Operations", "Losses"])
    let covered = Set(OperationCase.all.flatMap(\.files))
    #expect(stems.subtracting(covered).isEmpty, "add an OperationCase for these files")
    #expect(covered.subtracting(stems).isEmpty, "these cases name files that do not exist")
  }

  @Test func namesAreUnique() {
    let names = OperationCase.all.map(\.testDescription)
    #expect(Set(names).count == names.count)
  }
}
