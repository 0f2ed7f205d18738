import Tensor
import TestSupport
import Testing

/// Element i of the fixtures, row by row; see `scripts/fixtures/arrays.py`.
enum FixtureElements {
  static func base(_ i: Int) -> Int { 7 * i % 11 }
  static func floats(_ count: Int) -> [Float] { (0..<count).map { Float(base($0) - 3) / 4 } }
  static func signed(_ count: Int) -> [Int] { (0..<count).map { base($0) - 3 } }
  static func unsigned(_ count: Int) -> [Int] { (0..<count).map { base($0) } }
  static func booleans(_ count: Int) -> [Int] { (0..<count).map { base($0) % 2 } }
}

@Suite("NPY")
struct NPYTests {
  private func read(_ name: String) throws -> StoredArray {
    try NPY.read(fixturePath("Serialization/\(name).npy"))
  }

  @Test(
    "Floats that NumPy wrote",
    arguments: [
      ("f4", [2, 3, 4], StoredElement.float32), ("f4-big-endian", [2, 3, 4], .float32),
      ("f4-fortran", [2, 3, 4], .float32), ("f4-fortran-big-endian", [3, 5], .float32), ("f2", [5], .float16),
      ("f8", [2, 3], .float64), ("f8-big-endian-fortran", [4, 3, 2], .float64), ("empty", [0, 3], .float32),
      ("scalar", [], .float64), ("version-2", [3, 2], .float32), ("version-3", [3, 2], .float32),
    ] as [(String, Shape, StoredElement)])
  func floats(name: String, shape: Shape, element: StoredElement) throws {
    let array = try read(name)
    #expect(array.shape == shape)
    #expect(array.element == element)
    let tensor = array.tensor()
    #expect(tensor.shape == shape)
    #expect(tensor.scalars == FixtureElements.floats(shape.scalarCount))
    #expect(array.doubles() == FixtureElements.floats(shape.scalarCount).map(Double.init))
    #expect(throws: FileFormatError.self) { try array.integers() }
  }

  @Test(
    "Integers that NumPy wrote",
    arguments: [
      ("i1", [12], StoredElement.int8), ("i2-big-endian", [3, 4], .int16), ("i4-fortran", [3, 4], .int32),
      ("i8", [12], .int64), ("i8-big-endian", [12], .int64), ("u1", [3, 4], .uint8), ("u2", [12], .uint16),
      ("u4-big-endian", [12], .uint32), ("u8", [12], .uint64), ("b1", [3, 4], .bool),
    ] as [(String, Shape, StoredElement)])
  func integers(name: String, shape: Shape, element: StoredElement) throws {
    let array = try read(name)
    #expect(array.shape == shape)
    #expect(array.element == element)
    let expected =
      switch name.first {
      case "i": FixtureElements.signed(12)
      case "u": FixtureElements.unsigned(12)
      default: FixtureElements.booleans(12)
      }
    #expect(try array.integers() == expected)
    #expect(array.tensor().scalars == expected.map { Float($0) })
    #expect(array.doubles() == expected.map { Double($0) })
  }

  @Test("Binary16 at its edges")
  func halves() throws {
    let found = try read("f2-edges").tensor().scalars
    let expected: [Float] = [
      0, -0.0, 0x1p-24, -0x3FFp-24, 0x1p-14, 65504, -.infinity, .infinity, .nan, 0.333_251_953_125,
    ]
    #expect(found.map(\.bitPattern).dropLast(2) == expected.map(\.bitPattern).dropLast(2))
    #expect(found[8].isNaN)
    #expect(found[9] == expected[9])
  }

  @Test("Files are written byte for byte as NumPy writes them")
  func golden() throws {
    func bytes(_ name: String) throws -> [UInt8] { try FileBytes.read(fixturePath("Serialization/\(name).npy")) }
    #expect(NPY.serialize(Tensor(FixtureElements.floats(6), shape: [2, 3])) == (try bytes("golden-f4")))
    #expect(NPY.serialize(Tensor(FixtureElements.floats(1), shape: [])) == (try bytes("golden-f4-scalar")))
    #expect(NPY.serialize(FixtureElements.signed(12)) == (try bytes("golden-i8")))
    #expect(NPY.serialize(Tensor.zeros([0, 3])) == (try bytes("empty")))
  }

  @Test("What was written is read", arguments: [[], [0], [1], [17], [2, 3], [1, 2, 3, 4, 5]] as [Shape])
  func roundTrip(shape: Shape) throws {
    var random = RandomSource(seed: 3)
    let tensor = Tensor(normal: shape, using: &random)
    try withTemporaryDirectory { directory in
      let path = directory + "/array.npy"
      try NPY.write(tensor, to: path)
      let found = try NPY.read(path).tensor()
      #expect(found.shape == shape)
      #expect(found.scalars == tensor.scalars)
      let indices = [3, -1, .max, .min]
      try NPY.write(indices, to: path)
      #expect(try NPY.read(path).integers() == indices)
    }
  }

  @Test("An integer above Int.max is an error")
  func unsignedOverflow() throws {
    var bytes = try FileBytes.read(fixturePath("Serialization/u8.npy"))
    bytes[bytes.count - 1] = 0x80
    let array = try NPY.parse(bytes, file: "a.npy")
    #expect(throws: FileFormatError.self) { try array.integers() }
    #expect(array.doubles().last == 0x1p63)
  }

  /// A version 1.0 file with this header and this many bytes of elements.
  private func file(_ header: String, _ count: Int) -> [UInt8] {
    let text = Array(header.utf8)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.count & 0xFF), UInt8(text.count >> 8)] + text
      + [UInt8](repeating: 0, count: count)
  }

  @Test(
    "Headers in other styles are read",
    arguments: [
      "{'shape': (2,), 'fortran_order': False, 'descr': '<f4'}",
      "{\"descr\":\"<f4\",\"fortran_order\":True,\"shape\":(2,),}\n",
      "  { 'descr' : '<i4' , 'fortran_order' : False , 'shape' : ( 1 , 2 , ) , }   \n",
      "{'descr': '>u2', 'fortran_order': False, 'shape': (2, 2), }",
    ])
  func headers(header: String) throws {
    #expect(try NPY.parse(file(header, 8), file: "a.npy").tensor().scalars.allSatisfy { $0 == 0 })
  }

  @Test(
    "Headers that lie, or that are of another kind, are errors",
    arguments: [
      "", "{", "{}", "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)",
      "{'descr': '<f4', 'fortran_order': False}", "{'descr': '<f4', 'shape': (2,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': 1}",
      "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
      "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2)} x",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4, 2)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4, 0)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (0,)}",
      "{'descr': '|f4', 'fortran_order': False, 'shape': (2,)}",
      "{'descr': '<f16', 'fortran_order': False, 'shape': (2,)}",
      "{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (" + String(repeating: "1,", count: 64) + "2)}",
    ])
  func lies(header: String) {
    #expect(throws: FileFormatError.self) { try NPY.parse(file(header, 8), file: "a.npy") }
  }

  @Test("Errors name the file and the byte")
  func errors() throws {
    let sound = NPY.serialize(Tensor([1, 2, 3]))
    #expect(throws: FileFormatError.truncated(file: "a.npy", offset: 128, expected: 12, found: 11)) {
      try NPY.parse(Array(sound.dropLast()), file: "a.npy")
    }
    #expect(
      throws: FileFormatError.malformed(
        file: "a.npy", offset: 140, reason: "1 bytes follow where the file should end")
    ) { try NPY.parse(sound + [0], file: "a.npy") }
    #expect(
      throws: FileFormatError.malformed(file: "a.npy", offset: 0, reason: "the file does not start like an .npy file")
    ) { try NPY.parse([UInt8](repeating: 0x20, count: 200), file: "a.npy") }
  }
}
