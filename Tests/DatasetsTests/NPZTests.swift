internal import Tensor
import Testing

@testable internal import Datasets

@Suite struct NPZTests {
  @Test("archives that NumPy wrote are read", arguments: ["stored.npz", "deflated.npz"])
  func numpy(name: String) throws {
    let archive = try NPZ(Fixture.path(name))
    #expect(archive.names == ["floats", "doubles", "bytes", "labels", "fortran", "empty"])
    let floats = try archive.array("floats")
    #expect(floats.shape == [3, 4] && floats.tensor().scalars == (0..<12).map { Float($0) / 8 })
    #expect(try archive.array("doubles").doubles() == [1.5, -2.25])
    #expect(try archive.array("bytes").integers() == Array(0..<256))
    #expect(try archive.array("labels").integers() == [3, 1, 2])
    #expect(try archive.array("fortran").tensor().scalars == [0, 1, 2, 3, 4, 5])
    #expect(try archive.array("empty").shape == [0, 4])
    let error = failure(FileFormatError.self) { _ = try archive.array("nothing") }
    #expect(error?.description.contains("“floats”") == true)
  }

  static let golden: KeyValuePairs<String, NPZ.Value> = [
    "images": .tensor(Tensor([0, 0.25, 0.5, 0.75, 1, 1.25], shape: [2, 3])),
    "labels": .integers([5, 7, -1]),
    "scalar": .tensor(Tensor(0.5)),
  ]

  @Test("our archive has the bytes that NumPy was seen to read")
  func written() throws {
    let bytes = NPZ.serialize(Self.golden, deflated: false)
    #expect(try bytes == Fixture.bytes("ladle.npz"))
  }

  @Test("what is written is read", arguments: [false, true])
  func roundTrip(deflated: Bool) throws {
    try withTemporaryFolder { folder in
      try NPZ.write(Self.golden, to: "\(folder)/a.npz", deflated: deflated)
      let archive = try NPZ("\(folder)/a.npz")
      #expect(archive.names == ["images", "labels", "scalar"])
      #expect(try archive.array("images").tensor().scalars == [0, 0.25, 0.5, 0.75, 1, 1.25])
      #expect(try archive.array("labels").integers() == [5, 7, -1])
      #expect(try archive.array("scalar").shape == [])
    }
    let zeros = NPZ.serialize(["zeros": .tensor(.zeros([1000]))], deflated: deflated)
    #expect(deflated == (zeros.count < 1000))
  }

  @Test("a changed byte of the contents is noticed", arguments: ["stored.npz", "deflated.npz"])
  func checksum(name: String) throws {
    let bytes = try Fixture.bytes(name)
    let valid = try NPZ(bytes, file: name)
    // Right after the local header: 30 bytes, the name, and NumPy's 20 bytes of long sizes.
    let start = 30 + "floats.npy".utf8.count + 20
    var unnoticed = 0
    for place in start..<start + 60 {
      var changed = bytes
      changed[place] ^= 0x10
      let archive = try NPZ(changed, file: name)
      if (try? archive.array(valid.names[0])) != nil { unnoticed += 1 }
    }
    #expect(unnoticed == 0)
  }
}
