import Tensor
import TestSupport
import Testing

@Suite("SafeTensors")
struct SafeTensorsTests {
  @Test("Every type that the reference library wrote")
  func types() throws {
    let bytes = try FileBytes.read(fixturePath("Serialization/types.safetensors"))
    let arrays = try SafeTensors.arrays(in: bytes, file: "types").arrays
    let floats: [String: (Shape, StoredElement)] = [
      "half": ([3, 4], .float16), "single": ([2, 3, 4], .float32), "double": ([5], .float64),
      "empty": ([0, 3], .float32), "scalar": ([], .float32),
    ]
    let integers: [String: (StoredElement, [Int])] = [
      "bytes": (.int8, FixtureElements.signed(12)), "shorts": (.int16, FixtureElements.signed(12)),
      "integers": (.int32, FixtureElements.signed(12)), "longs": (.int64, FixtureElements.signed(12)),
      "unsigned": (.uint8, FixtureElements.unsigned(12)), "flags": (.bool, FixtureElements.booleans(12)),
    ]
    #expect(Set(arrays.map(\.name)) == Set(floats.keys).union(integers.keys))
    for (name, array) in arrays {
      if let (shape, element) = floats[name] {
        #expect(array.shape == shape)
        #expect(array.element == element)
        #expect(array.tensor().scalars == FixtureElements.floats(shape.scalarCount))
      } else if let (element, expected) = integers[name] {
        #expect(array.element == element)
        #expect(try array.integers() == expected)
      }
    }
  }

  @Test("Brain floats")
  func brainFloats() throws {
    let content = try SafeTensors.read(fixturePath("Serialization/bfloat16.safetensors"))
    #expect(content["brain"]?.scalars == FixtureElements.floats(12))
    #expect(content["brain"]?.shape == [3, 4])
  }

  @Test("Files are written byte for byte as the reference library writes them")
  func golden() throws {
    let bytes = try FileBytes.read(fixturePath("Serialization/golden.safetensors"))
    let metadata = ["format": "ladle \"1\"\n\tü \u{1}"]
    let tensors = [
      ("layer.0.weight", [3, 4]), ("step", []), ("layer.0.bias", [4]), ("a\"ü\\", [1]),
    ].map { (name: $0.0, tensor: Tensor(FixtureElements.floats($0.1.scalarCount), shape: $0.1)) }
    #expect(SafeTensors(tensors, metadata: metadata).serialize() == bytes)
    let read = try SafeTensors.parse(bytes, file: "golden")
    #expect(read.metadata == metadata)
    for (name, tensor) in tensors { #expect(read[name]?.scalars == tensor.scalars) }
  }

  @Test("A file without tensors is sound")
  func empty() throws {
    let bytes = SafeTensors().serialize()
    #expect(bytes.count == 16)
    #expect(try SafeTensors.parse(bytes, file: "a").tensors.isEmpty)
  }

  /// A file with this header and this many bytes of elements.
  private func file(_ header: String, _ count: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8)
      + [UInt8](repeating: 0, count: count)
  }

  @Test(
    "Headers in other styles are read",
    arguments: [
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}   ",
      "{ \"a\" : { \"data_offsets\" : [ 0 , 8 ] , \"shape\" : [ 2 ] , \"dtype\" : \"F32\" } , \"__metadata__\" : { } }",
      "{\"b\":{\"dtype\":\"U16\",\"shape\":[2],\"data_offsets\":[4,8]},\"\\u0061\":{\"dtype\":\"F32\",\"shape\":[],"
        + "\"data_offsets\":[0,4]},\"c\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[4,4]}}",
      "{\"__metadata__\":{\"\\ud83d\\ude00\":\"\\u00fc\"},\"a\":{\"dtype\":\"I64\",\"shape\":[1],"
        + "\"data_offsets\":[0,8]}}",
    ])
  func headers(header: String) throws {
    // The third header describes 4 + 4 bytes: two 16-bit numbers fill the second four.
    #expect(try SafeTensors.parse(file(header, 8), file: "a")["a"]?.scalars.allSatisfy { $0 == 0 } == true)
  }

  @Test(
    "Headers that lie are errors",
    arguments: [
      "", " {}", "[]", "{", "{}}", "{\"a\":1}", "{\"a\":{}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2,],\"data_offsets\":[0,8]}}",
      "{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[8],\"data_offsets\":[0,8]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"more\":0}}",
      "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,2],\"data_offsets\":[0,8]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775807,9223372036854775807,0],\"data_offsets\":[0,0]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,99999999999999999999]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[9223372036854775800,9223372036854775807]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],"
        + "\"data_offsets\":[4,8]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],"
        + "\"data_offsets\":[4,8]}}",
      "{\"__metadata__\":{\"a\":1},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
      "{\"\\ud800\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
      "{\"\\q\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
      "{\"a\n\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
    ])
  func lies(header: String) {
    #expect(throws: FileFormatError.self) { try SafeTensors.parse(file(header, 8), file: "a") }
  }

  @Test("A header length beyond the file, or beyond any file, is an error", arguments: [17, 100_000_001, .max])
  func headerLength(length: UInt64) {
    var bytes = SafeTensors().serialize()
    withUnsafeBytes(of: length.littleEndian) { bytes.replaceSubrange(0..<8, with: $0) }
    #expect(throws: FileFormatError.self) { try SafeTensors.parse(bytes, file: "a") }
  }

  @Test("Errors name the file and the byte")
  func errors() {
    let bytes = SafeTensors([("a", Tensor([1, 2]))]).serialize()
    #expect(throws: FileFormatError.truncated(file: "m", offset: bytes.count - 8, expected: 8, found: 7)) {
      try SafeTensors.parse(Array(bytes.dropLast()), file: "m")
    }
    #expect(throws: FileFormatError.truncated(file: "m", offset: 0, expected: 8, found: 3)) {
      try SafeTensors.parse([1, 2, 3], file: "m")
    }
  }
}
