internal import Tensor
import Testing

@testable internal import Datasets

@Suite struct ResizingTests {
  @Test(
    "sizes come out as Pillow's", arguments: Resizing.Filter.allCases,
    [(28, 28), (20, 20), (8, 8), (7, 11), (5, 30), (16, 16), (1, 1)])
  func pillow(filter: Resizing.Filter, size: (Int, Int)) throws {
    let fixture = try NPZ(Fixture.path("expected.npz"))
    let input = try fixture.array("resize_input").tensor().scalars
    let expected = try fixture.array("\(filter.rawValue)_\(size.0)x\(size.1)").tensor().scalars
    let result = Resizing.resized(
      Tensor(input, shape: [1, 16, 16, 1]), height: size.0, width: size.1, filter: filter)
    #expect(result.shape == [1, size.0, size.1, 1])
    // A centre between two pixels is either one's by rounding in Pillow; those of the nearest filter are not compared.
    func isTied(_ position: Int, _ new: Int) -> Bool { filter == .nearest && (2 * position + 1) * 16 % (2 * new) == 0 }
    for (i, (found, wanted)) in zip(result.scalars, expected).enumerated()
    where !isTied(i / size.1, size.0) && !isTied(i % size.1, size.1) {
      #expect(abs(found - wanted) < 2e-6, "row \(i / size.1), column \(i % size.1)")
    }
  }

  @Test("weights sum to one and a constant stays constant", arguments: [1, 3, 16, 28, 40], [1, 2, 16, 20, 28])
  func constant(old: Int, new: Int) {
    for taps in Resizing.weights(from: old, to: new, .bilinear) {
      #expect(abs(taps.weights.reduce(0, +) - 1) < 1e-6)
      #expect(taps.first >= 0 && taps.first + taps.weights.count <= old)
    }
    let result = Resizing.resized(
      Tensor(repeating: 0.25, shape: [2, old, old, 3]), height: new, width: new, filter: .bilinear)
    #expect(result.scalars.allSatisfy { abs($0 - 0.25) < 1e-6 })
  }

  @Test("doubling puts new pixels at quarters")
  func quarters() {
    let result = Resizing.resized(Tensor([0, 1], shape: [1, 1, 2, 1]), height: 1, width: 4, filter: .bilinear)
    #expect(result.scalars == [0, 0.25, 0.75, 1])
  }

  @Test("of two nearest pixels the later one is taken")
  func ties() {
    let result = Resizing.resized(Tensor([0, 1, 2, 3], shape: [1, 1, 4, 1]), height: 1, width: 2, filter: .nearest)
    #expect(result.scalars == [1, 3])
    let same = Resizing.resized(Tensor([0, 1, 2, 3], shape: [1, 2, 2, 1]), height: 2, width: 2, filter: .nearest)
    #expect(same.scalars == [0, 1, 2, 3])
  }

  @Test("padding and cropping are inverse, and channels stay together")
  func frames() {
    let image = Tensor((0..<24).map { Float($0) }, shape: [2, 2, 2, 3])
    let padded = Resizing.padded(image, top: 1, left: 2, bottom: 1, right: 2)
    #expect(padded.shape == [2, 4, 6, 3] && padded.scalars.reduce(0, +) == 276)
    #expect(Array(padded.scalars[24..<30]) == [0, 1, 2, 3, 4, 5])
    #expect(Resizing.centerCropped(padded, height: 2, width: 2).scalars == image.scalars)
    let odd = Resizing.centerCropped(Tensor([0, 1, 2, 3], shape: [1, 1, 4, 1]), height: 1, width: 1)
    #expect(odd.scalars == [1])
  }

  @Test("framings go between 16 and 28 and are recorded", arguments: Framing.allCases)
  func framings(framing: Framing) {
    let usps = ImageDataset(name: "u", images: .ones([1, 16, 16, 1]), labels: [0], classNames: ["a"])
    let framed = framing.framed(usps)
    #expect(framed.images.shape == [1, 28, 28, 1])
    let ink = framed.images.scalars.reduce(0, +)
    #expect(abs(ink - (framing == .stretch ? 784 : 400)) < 1e-2)
    #expect(
      framed.preprocessing.first
        == (framing == .stretch ? "resized to 28x28 (bilinear)" : "resized to 20x20 (bilinear)"))
    let back = framing.reversed(framed)
    #expect(back.images.shape == [1, 16, 16, 1])
    #expect(back.images.scalars.allSatisfy { abs($0 - 1) < 1e-5 })
  }
}
