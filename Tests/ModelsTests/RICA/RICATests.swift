import Foundation
import Models
import Tensor
import TestSupport
import Testing

@Suite("RICA's objective is PyTorch's")
struct RICAObjectiveTests {
  @Test("Value and gradient", arguments: ["under", "square", "over"])
  func parity(name: String) throws {
    let content = try SafeTensors.read(fixturePath("RICA/rica.safetensors"))
    let samples = try #require(content["samples"])
    var filters = RICAFilters(try #require(content[name + ".weight"]))
    let (value, gradient) = filters.valueAndGradient { $0.objective(samples, sparsity: 0.7, smoothing: 0.01) }
    let expected = try #require(content[name + ".value"]).scalar
    #expect(abs(value - expected) < 1e-5 * expected, "\(value) instead of \(expected)")
    #expect(relativeError(gradient.tensors[0], try #require(content[name + ".gradient"])) < 1e-4)
  }

  @Test("The length of a row does not matter")
  func lengths() {
    var random = RandomSource(seed: 4)
    let samples = Tensor(normal: [30, 5], using: &random)
    let weight = Tensor(normal: [7, 5], using: &random)
    let scales = Tensor([0.1, 1, 5, 2, 0.5, 30, 3], shape: [7, 1])
    let plain = RICAFilters(weight).objective(samples, sparsity: 1, smoothing: 0.01).scalar
    let scaled = RICAFilters(weight * scales).objective(samples, sparsity: 1, smoothing: 0.01).scalar
    #expect(abs(plain - scaled) < 1e-5 * plain)
    let lengths = RICAFilters(weight * scales).normalized.squared().sum(alongAxes: [1])
    #expect(mismatch(lengths.scalars, [Double](repeating: 1, count: 7)) == nil)
  }
}

@Suite("RICA on images")
struct RICATests {
  /// Images of 14 pixels with one bright bar each, upright or level, in a random place.
  private static func bars(_ count: Int, channels: Int = 1, seed: Int) -> Tensor {
    var random = RandomSource(seed: seed)
    var scalars = [Float](repeating: 0, count: count * 14 * 14 * channels)
    for image in 0..<count {
      let (place, isUpright) = (2 + random.integer(below: 10), random.uniform() < 0.5)
      let strength = random.uniform(in: 0.5..<1)
      for along in 0..<14 {
        let pixel = isUpright ? along * 14 + place : place * 14 + along
        for channel in 0..<channels { scalars[(image * 196 + pixel) * channels + channel] = strength }
      }
    }
    return Tensor(scalars, shape: [count, 14, 14, channels])
  }

  private static func configuration(filters: Int = 12) -> RICAConfiguration {
    var configuration = RICAConfiguration()
    (configuration.patchSide, configuration.filters, configuration.poolingRegions) = (5, filters, 2)
    (configuration.patches, configuration.iterations) = (600, 60)
    return configuration
  }

  private static func learn(
    _ configuration: RICAConfiguration = configuration(), channels: Int = 1
  ) throws -> (model: RICA, result: LBFGS.Result) {
    try RICA.learn(configuration, from: bars(80, channels: channels, seed: 1), using: RandomSource(seed: 2))
  }

  @Test("Learning lowers the objective, and gives rows of length 1 and the same bits every time")
  func learning() throws {
    var values: [Float] = []
    let (model, result) = try RICA.learn(
      Self.configuration(), from: Self.bars(80, seed: 1), using: RandomSource(seed: 2)
    ) {
      values.append($0.value)
      return true
    }
    #expect(values.count == result.iterations && values.count > 10)
    #expect(result.value < 0.8 * values[0] && zip(values, values.dropFirst()).allSatisfy { $1 <= $0 * (1 + 1e-6) })
    let lengths = model.filters.squared().sum(alongAxes: [1])
    #expect(mismatch(lengths.scalars, [Double](repeating: 1, count: 12)) == nil)
    #expect(bitMismatch(try Self.learn().model.filters, model.filters) == nil)
  }

  @Test("Filters of bars are bars: they respond to one direction more than to the other")
  func selectivity() throws {
    let model = try Self.learn().model
    func bar(upright: Bool) -> Tensor {
      Tensor(
        (0..<196).map { pixel in (upright ? pixel % 14 : pixel / 14) == 7 ? 1 : 0 }, shape: [1, 14, 14, 1])
    }
    let upright = model.features(of: bar(upright: true)).scalars
    let level = model.features(of: bar(upright: false)).scalars
    func total(_ features: [Float], _ filter: Int) -> Float {
      stride(from: filter, to: features.count, by: 12).reduce(0) { $0 + features[$1] }
    }
    let ratios = (0..<12).map { filter in
      let (a, b) = (total(upright, filter), total(level, filter))
      return max(a, b) / max(min(a, b), 1e-6)
    }
    // Random directions respond to both much alike.
    #expect(ratios.count { $0 > 2 } >= 6, "\(ratios)")
  }

  @Test("One convolution does what centring, whitening and W do patch by patch", arguments: [1, 3])
  func folding(channels: Int) throws {
    for method in Whitening.Method.allCases {
      var configuration = Self.configuration(filters: 6)
      configuration.whitening = method
      let model = try Self.learn(configuration, channels: channels).model
      var random = RandomSource(seed: 9)
      let images = Tensor(uniform: [2, 9, 8, channels], using: &random)
      let responses = model.responses(to: images)
      #expect(responses.shape == [2, 5, 4, 6])
      for (image, top, left) in [(0, 0, 0), (1, 4, 3), (0, 2, 1)] {
        var patch: [Float] = []
        for y in top..<top + 5 {
          for x in left..<left + 5 {
            for channel in 0..<channels { patch.append(Float(images.at([image, y, x, channel]))) }
          }
        }
        let mean = patch.reduce(0, +) / Float(patch.count)
        let row = Tensor(patch.map { $0 - mean }, shape: [1, patch.count])
        let expected = matmul(model.whitening(row), model.filters, transposeB: true).scalars
        let found = (0..<6).map { Float(responses.at([image, top, left, $0])) }
        #expect(mismatch(found, expected.map(Double.init), tolerance: 1e-4) == nil)
      }
    }
  }

  @Test("Features are means of rectified responses over regions", arguments: RICAConfiguration.Rectification.allCases)
  func pooling(rectification: RICAConfiguration.Rectification) throws {
    for regions in [2, 3] {
      var configuration = Self.configuration(filters: 4)
      (configuration.poolingRegions, configuration.rectification) = (regions, rectification)
      let model = try Self.learn(configuration).model
      let images = Self.bars(3, seed: 7)
      let responses = model.responses(to: images)
      let features = model.features(of: images)
      #expect(features.shape == [3, regions * regions * 4])
      // Ten places on a side: two halves side by side, or three parts that overlap by one place.
      let parts = regions == 2 ? [0..<5, 5..<10] : [0..<4, 3..<7, 6..<10]
      for (i, rows) in parts.enumerated() {
        for (j, columns) in parts.enumerated() {
          var sum = 0.0
          for y in rows {
            for x in columns {
              let r = responses.at([1, y, x, 2])
              sum += rectification == .absolute ? abs(r) : (r * r + 0.01).squareRoot() - 0.1
            }
          }
          let expected = sum / Double(rows.count * columns.count)
          let found = features.at([1, (i * regions + j) * 4 + 2])
          #expect(abs(found - expected) < 1e-5 * max(1, expected))
        }
      }
    }
  }

  @Test("Features are differentiable with respect to the images")
  func gradients() throws {
    let model = try Self.learn(Self.configuration(filters: 3)).model
    var random = RandomSource(seed: 3)
    let images = Tensor(uniform: [1, 7, 7, 1], using: &random)
    var soft = model.configuration
    soft.rectification = .soft
    var smooth = RICA(unfitted: soft, channels: 1)
    try smooth.restore(model.parameters(includingState: true))
    #expect(gradientMismatch(of: { smooth.features(of: $0[0]) }, at: [images], step: 5e-3, tolerance: 1e-2) == nil)
  }

  @Test("A model that was saved is the same model, and blank patches are passed over")
  func saving() throws {
    let model = try Self.learn().model
    #expect(model.parameterCount == 0)
    // Pictures are rows of W, which do not depend on the coordinates they are learnt in.
    #expect(model.pictures.shape == [12, 5, 5, 1])
    let drawn = (model.pictures * 2 - 1).reshaped(to: [12, 25])
    let lengths = drawn.squared().sum(alongAxes: [1], keepingAxes: true).squareRoot()
    #expect(relativeError(drawn / lengths, model.filters) < 1e-5)
    try withTemporaryDirectory { path in
      try model.save(to: path + "/rica.safetensors")
      var read = RICA(unfitted: model.configuration, channels: 1)
      try read.load(from: path + "/rica.safetensors")
      let images = Self.bars(2, seed: 8)
      #expect(bitMismatch(read.features(of: images), model.features(of: images)) == nil)
    }
    var random = RandomSource(seed: 1)
    let images = Self.bars(20, seed: 3)
    let patches = ImagePatches.random(200, side: 3, of: images, minimumDeviation: 0.1, using: &random)
    #expect(patches.shape == [200, 9])
    #expect(patches.mean(alongAxes: [1]).absoluteValue().max().scalar < 1e-6)
    #expect(patches.variance(alongAxes: [1]).min().scalar >= 0.0099)
    // Where there is nothing but blank it gives up.
    #expect(
      ImagePatches.random(5, side: 3, of: .zeros([1, 4, 4, 1]), minimumDeviation: 1, using: &random).scalars
        .allSatisfy { $0 == 0 })
  }

  @Test("An observer ends it, images that are not finite are an error, bad settings are named")
  func endings() throws {
    let (_, result) = try RICA.learn(
      Self.configuration(), from: Self.bars(20, seed: 1), using: RandomSource(seed: 2)
    ) { $0.iteration < 4 }
    #expect(result.reason == .interrupted && result.iterations == 4)
    #expect(throws: RICA.Failure.whitening(.notFinite)) {
      try RICA.learn(
        Self.configuration(), from: Tensor(repeating: .nan, shape: [1, 8, 8, 1]), using: RandomSource(seed: 2))
    }
    #expect(RICAConfiguration().problem() == nil)
    for (change, name) in Self.mistakes {
      var configuration = RICAConfiguration()
      change(&configuration)
      #expect(configuration.problem()?.hasPrefix(name + " is") == true)
    }
    let text = try JSONEncoder().encode(RICAConfiguration())
    #expect(try JSONDecoder().decode(RICAConfiguration.self, from: text) == RICAConfiguration())
  }

  private static let mistakes: [(change: @Sendable (inout RICAConfiguration) -> Void, name: String)] = [
    ({ $0.patchSide = 1 }, "patchSide"), ({ $0.filters = 0 }, "filters"), ({ $0.poolingRegions = 0 }, "poolingRegions"),
    ({ $0.sparsity = -1 }, "sparsity"), ({ $0.smoothing = 0 }, "smoothing"),
    ({ $0.whiteningRegularization = .nan }, "whiteningRegularization"), ({ $0.patches = 1 }, "patches"),
    ({ $0.minimumDeviation = -1 }, "minimumDeviation"), ({ $0.iterations = 0 }, "iterations"),
    ({ $0.memory = 0 }, "memory"),
  ]
}
