import Tensor
import TestSupport
import Testing

@Suite struct NPYSamplesTests {
  @Test(
    "Rows are those of the whole array",
    arguments: [
      "f4", "f4-big-endian", "f8", "f2", "i2-big-endian", "u1", "u8", "b1", "version-2", "version-3", "empty",
    ])
  func rows(name: String) throws {
    let path = fixturePath("Serialization/\(name).npy")
    let whole = try NPY.read(path).tensor()
    let samples = try NPYSamples(path)
    #expect([samples.count] + samples.sampleShape == whole.shape)
    for first in 0...samples.count {
      for end in first...samples.count {
        let part = try samples.samples(first..<end)
        #expect(part.shape == [end - first] + whole.shape.dropFirst())
        #expect(part.scalars == whole.rows(first..<end).scalars)
      }
    }
  }

  @Test func scaled() throws {
    let path = fixturePath("Serialization/u1.npy")
    let scaled = try NPYSamples(path, scale: 0.5).samples(0..<3)
    #expect(scaled.scalars == (try NPY.read(path).tensor() * 0.5).scalars)
  }

  @Test("What cannot be read by range is refused")
  func refusals() throws {
    for name in ["f4-fortran", "scalar"] {
      #expect(throws: FileFormatError.self) { try NPYSamples(fixturePath("Serialization/\(name).npy")) }
    }
    #expect(throws: FileFormatError.self) { try NPYSamples(fixturePath("Serialization")) }
    #expect(throws: FileFormatError.self) { try NPYSamples("/nowhere/a.npy") }
    try withTemporaryDirectory { directory in
      let path = directory + "/a.npy"
      let sound = try FileBytes.read(fixturePath("Serialization/f4.npy"))
      try AtomicFile.write(sound + [0], to: path)
      #expect(
        throws: FileFormatError.malformed(
          file: path, offset: sound.count, reason: "1 bytes follow where the file should end")
      ) { try NPYSamples(path) }
      try AtomicFile.write(Array(sound.dropLast()), to: path)
      #expect(throws: FileFormatError.truncated(file: path, offset: 128, expected: 96, found: 95)) {
        try NPYSamples(path)
      }
      try AtomicFile.write(Array(sound.prefix(40)), to: path)
      #expect(throws: FileFormatError.truncated(file: path, offset: 10, expected: 118, found: 30)) {
        try NPYSamples(path)
      }
      // A header that claims two megabytes.
      let lying = Array(sound[..<6]) + [2, 0, 0, 0, 0x20, 0] + [UInt8](repeating: 0x20, count: 3 << 20)
      try AtomicFile.write(lying, to: path)
      #expect(throws: FileFormatError.self) { try NPYSamples(path) }
    }
  }

  @Test func rowsOfATensorAreNotCopied() {
    let tensor = Tensor((0..<12).map(Float.init), shape: [4, 3])
    let samples = InMemorySamples(tensor)
    #expect(samples.count == 4 && samples.sampleShape == [3])
    #expect(samples.samples(1..<3).scalars == [3, 4, 5, 6, 7, 8])
    #expect(samples.samples(1..<3).pointer == tensor.pointer + 3)
  }
}
