import Foundation
internal import Tensor
import Testing

@testable internal import Datasets

@Suite(.serialized) struct GlyphGeneratorTests {
  @Test("sample i depends on its index alone", arguments: GlyphGenerator.Style.allCases)
  func independence(style: GlyphGenerator.Style) {
    let glyphs = GlyphGenerator(configuration: .init(size: 20, style: style, digits: [5, 7], seed: 9))
    let whole = glyphs.images(0..<50).scalars
    #expect(glyphs.images(33..<50).scalars == Array(whole[(33 * 400)...]))
    #expect(
      glyphs.images([49, 0, 49]).scalars == Array(whole[(49 * 400)...]) + Array(whole[..<400])
        + Array(whole[(49 * 400)...]))
    let data = glyphs.dataset(count: 50)
    #expect(data.images.scalars == whole && data.labels == (0..<50).map(glyphs.label))
    #expect(data.classNames == ["5", "7"])
    #expect(glyphs.dataset(1_000_000_000..<1_000_000_001).images.scalars == glyphs.images([1_000_000_000]).scalars)
  }

  @Test("any number of threads draws the same bits", arguments: GlyphGenerator.Style.allCases)
  func threads(style: GlyphGenerator.Style) {
    let glyphs = GlyphGenerator(configuration: .init(style: style))
    let before = ThreadPool.threadCount
    defer { ThreadPool.threadCount = before }
    let results = [1, 2, 3].map { count in
      ThreadPool.threadCount = count
      return glyphs.images(0..<100).scalars
    }
    #expect(results[0] == results[1] && results[0] == results[2])
  }

  @Test("seeds, styles and digits make other samples")
  func differences() {
    let base = GlyphGenerator(configuration: .init(size: 16)).images(0..<4).scalars
    #expect(GlyphGenerator(configuration: .init(size: 16, seed: 2)).images(0..<4).scalars != base)
    #expect(GlyphGenerator(configuration: .init(size: 16, style: .stamp)).images(0..<4).scalars != base)
    let labels = GlyphGenerator(configuration: .init(digits: [3, 1, 4])).labels(0..<3000)
    for label in 0..<3 { #expect((900...1100).contains(labels.count { $0 == label })) }
  }

  @Test(
    "every size has ink that does not fill the frame", arguments: [8, 16, 28, 64, 128], GlyphGenerator.Style.allCases)
  func ink(size: Int, style: GlyphGenerator.Style) {
    let images = GlyphGenerator(configuration: .init(size: size, style: style)).images(0..<200)
    let area = size * size
    images.withUnsafeScalars { scalars in
      for index in 0..<200 {
        let image = scalars[index * area..<(index + 1) * area]
        let mean = image.reduce(0, +) / Float(area)
        #expect((0.015...0.55).contains(mean), "sample \(index) has mean \(mean)")
        #expect(image.allSatisfy { (0...1).contains($0) } && (image.max() ?? 0) > 0.3)
      }
    }
  }

  /// Nearest class mean: a very weak classifier, which must be good but not perfect at telling the digits apart.
  @Test("digits differ, but not so much that it is trivial", arguments: GlyphGenerator.Style.allCases)
  func difficulty(style: GlyphGenerator.Style) {
    let accuracy = Self.accuracy(learning: style, judging: style)
    #expect((0.6...0.95).contains(accuracy), "accuracy \(accuracy)")
  }

  @Test("the second style is a shift of domain")
  func shift() {
    let same = Self.accuracy(learning: .pen, judging: .pen)
    let other = Self.accuracy(learning: .pen, judging: .stamp)
    #expect(other > 0.2 && other < same - 0.1, "\(same) in the style, \(other) in the other")
  }

  private static func accuracy(learning: GlyphGenerator.Style, judging: GlyphGenerator.Style) -> Float {
    let source = GlyphGenerator(configuration: .init(size: 16, style: learning)).dataset(count: 2000)
    var means = [[Float]](repeating: [Float](repeating: 0, count: 256), count: 10)
    let images = source.images.scalars
    let counts = source.classCounts
    for (index, label) in source.labels.enumerated() {
      for i in 0..<256 { means[label][i] += images[index * 256 + i] / Float(counts[label]) }
    }
    let target = GlyphGenerator(configuration: .init(size: 16, style: judging, seed: 2)).dataset(count: 1000)
    let tested = target.images.scalars
    let right = target.labels.enumerated().count { index, label in
      let distances = means.map { mean in
        (0..<256).reduce(Float(0)) {
          $0 + (mean[$1] - tested[index * 256 + $1]) * (mean[$1] - tested[index * 256 + $1])
        }
      }
      return distances.indices.min { distances[$0] < distances[$1] } == label
    }
    return Float(right) / 1000
  }

  @Test("every digit has ways of writing within the unit box")
  func alphabet() {
    #expect(GlyphAlphabet.variants.count == 10)
    for variants in GlyphAlphabet.variants {
      #expect(variants.count >= 3 && variants.allSatisfy { $0.weights.pen > 0 && $0.weights.stamp > 0 })
      for stroke in variants.flatMap(\.strokes) {
        #expect(stroke.knots.count >= 2 && stroke.corners.allSatisfy { (1..<stroke.knots.count - 1).contains($0) })
        #expect(stroke.knots.allSatisfy { (0...1).contains($0.x) && (0...1).contains($0.y) })
      }
    }
  }

  @Test("a configuration survives JSON")
  func codable() throws {
    let configuration = GlyphGenerator.Configuration(size: 12, style: .stamp, digits: [1], seed: 4, noise: 0)
    let data = try JSONEncoder().encode(configuration)
    #expect(try JSONDecoder().decode(GlyphGenerator.Configuration.self, from: data) == configuration)
  }
}

@Suite struct StrokeCurveTests {
  @Test("knots on a circle make a circle")
  func circle() {
    let knots = (0...8).map {
      SIMD2<Float>(0.5 + 0.4 * cosf(Float($0) * .pi / 4), 0.5 + 0.4 * sinf(Float($0) * .pi / 4))
    }
    var curve = StrokeCurve()
    curve.follow(knots, corners: [], step: 0.02)
    for point in curve.points { #expect(abs((point - SIMD2(0.5, 0.5)).length - 0.4) < 0.006) }
    #expect(curve.points.first == knots.first && curve.points.count > 100)
  }

  @Test("two knots make a line, and a corner stays sharp")
  func lines() {
    var curve = StrokeCurve()
    curve.follow([SIMD2(0, 0), SIMD2(1, 0), SIMD2(1, 1)], corners: [1], step: 0.1)
    #expect(curve.points.contains(SIMD2(1, 0)))
    #expect(curve.points.allSatisfy { abs($0.y) < 1e-6 || abs($0.x - 1) < 1e-6 })
  }
}

@Suite struct GlyphFieldTests {
  @Test("distances are those to a tapered stroke")
  func distances() {
    var field = GlyphField(size: 9, reach: 3)
    field.add(from: SIMD2(2.5, 4.5), to: SIMD2(6.5, 4.5), radii: (1, 2))
    // Pixel (row 4, column 4) has its centre on the stroke's middle, where it is 1.5 thick to each side.
    #expect(abs(field.distances[4 * 9 + 4] + 1.5) < 1e-6)
    #expect(abs(field.distances[2 * 9 + 2] - 1) < 1e-6)
    #expect(abs(field.distances[4 * 9 + 8] - 0) < 1e-6)
    field.clear()
    field.add(from: SIMD2(-1e9, 1e9), to: SIMD2(-1e9, 1e9), radii: (1, 1))
    #expect(field.distances.allSatisfy { $0 == GlyphField.far })
  }
}
