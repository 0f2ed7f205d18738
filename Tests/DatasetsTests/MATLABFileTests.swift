import Datasets
import Tensor
import Testing

@Suite("MATLAB files") struct MATLABFileTests {
  private func bytes(_ name: String) throws -> [UInt8] { try Fixture.bytes("MATLAB/\(name)") }

  @Test("SVHN's form as SciPy writes it, packed and plain: pixels in their places, 10 is the digit 0")
  func svhn() throws {
    let expected = try NPZ(Fixture.path("MATLAB/svhn.npz"))
    let pixels = try expected.array("images").integers().map { Float($0) }
    let (images, labels) = try SVHN.parse(try bytes("svhn-packed.mat"), file: "sample")
    #expect(images.count == 3 && images.shape == ImageShape(height: 32, width: 32, channels: 3))
    #expect(images.bytes.map { Float($0) } == pixels && labels == [0, 1, 9])
    // A single image has lost its last size.
    let one = try SVHN.parse(try bytes("svhn-plain.mat"), file: "sample")
    #expect(one.images.bytes.map { Float($0) } == Array(pixels.prefix(3072)) && one.labels == [0])
    let set = try SVHN.dataset(name: "svhn", path: Fixture.path("MATLAB/svhn-packed.mat"))
    #expect(set.count == 3 && set.labels == labels && set.classNames.count == 10)
  }

  @Test("numbers of every type, first index fastest")
  func types() throws {
    let arrays = try MATLABFile(try bytes("types.mat"), file: "sample").arrays
    #expect(arrays.count == 12)
    for (name, array) in arrays where !["fractions", "empty"].contains(name) {
      #expect(array.shape == [2, 3])
      switch array.elements {
      case .bytes(let bytes): #expect(bytes == [1, 0, 2, 7, 100, 3], "\(name)")
      case .numbers(let numbers): #expect(numbers == [1, 0, 2, 7, 100, 3], "\(name)")
      }
    }
    #expect(arrays["fractions"]?.elements == .numbers([0.5, 1e300, -1.25, 3]))
    #expect(arrays["empty"]?.shape == [0, 3] && arrays["empty"]?.elements.count == 0)
  }

  @Test("what is not read is said in a sentence with its place")
  func refusals() throws {
    func sentence(_ bytes: [UInt8]) -> String {
      do throws(FileFormatError) {
        _ = try MATLABFile(bytes, file: "sample")
        return "read"
      } catch {
        return error.description
      }
    }
    #expect(sentence(try bytes("complex.mat")).contains("complex numbers are not read"))
    #expect(sentence(try bytes("text.mat")).contains("an array of class 4 is not one of numbers"))
    let plain = try bytes("svhn-plain.mat")
    var big = plain
    (big[126], big[127]) = (0x4D, 0x49)
    #expect(sentence(big).contains("at byte 126, the file is big-endian"))
    #expect(sentence(plain + plain.dropFirst(128)).contains("at byte \(plain.count), a second array is named “X”"))
    // Sizes that lie: the first one claims 33 rows. Flags take 16 bytes, the sizes' tag 8.
    var lying = plain
    lying[128 + 8 + 16 + 8] = 33
    #expect(sentence(lying).contains("3072 elements do not fill the sizes [33, 32, 3]"))
  }

  @Test("damaged content of SVHN is an error")
  func damagedDigits() throws {
    let plain = try bytes("svhn-plain.mat")
    var wrong = plain
    // The last eight bytes are the short element of y: type and size, then 10 and padding.
    #expect(wrong[wrong.count - 4] == 10)
    wrong[wrong.count - 4] = 11
    #expect(throws: FileFormatError.self) { try SVHN.parse(wrong, file: "sample") }
    #expect(throws: FileFormatError.self) { try SVHN.parse(try bytes("types.mat"), file: "sample") }
  }
}
