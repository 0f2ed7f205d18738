import ActiveLoop
import Models
import Tensor
import Testing

@Suite("GenerativeAdversarialSynthesizer")
struct GenerativeAdversarialSynthesizerTests {
  private typealias Synthesizer = GenerativeAdversarialSynthesizer<ToyGenerator, FixedHyperplane>

  private let generator = ToyGenerator(latentSize: 6, imageShape: [3, 3, 1])
  private let learner = FixedHyperplane(weights: [1, -1, 0.5, 2, -0.3, 0.7, 1, -2, 0.4], bias: -1.1)

  @Test("the objective falls for every start, and is what the images say")
  func descent() {
    var random = RandomSource(seed: 1)
    let result = Synthesizer(generator: generator).synthesize(10, learner: learner, using: &random)
    #expect(result.inputs.shape == [10, 3, 3, 1])
    #expect(result.latents.shape == [10, 6])
    for (before, after) in zip(result.initialObjectives, result.objectives) {
      #expect(after < before || after < 1e-6)
      #expect(after < 0.05)
    }
    #expect(boundaryDistances(ofDecisionValues: learner.decisionValues(for: result.inputs)) == result.objectives)
    #expect(result.inputs.scalars.allSatisfy { (0...1).contains($0) })
    // Recomputing an image from its latent code gives the image.
    #expect(generator.inputs(from: result.latents).scalars == result.inputs.scalars)
  }

  @Test("one start ends where it ends in a batch")
  func independence() {
    var random = RandomSource(seed: 2)
    let starts = generator.latents(7, using: &random)
    let synthesizer = Synthesizer(generator: generator, settings: SynthesisSettings(steps: 40))
    let together = synthesizer.descend(from: starts, targets: Array(0..<7), learner: learner).rows
    for row in 0..<7 {
      let alone = synthesizer.descend(from: starts.rows(row..<row + 1), targets: [row], learner: learner).rows[0]
      for (a, b) in zip(alone.latent, together[row].latent) { #expect(abs(a - b) < 1e-4) }
      #expect(abs(alone.final - together[row].final) < 1e-4)
    }
  }

  @Test("a start that cannot be computed leaves the others alone")
  func nonFiniteRow() {
    var random = RandomSource(seed: 2)
    let starts = generator.latents(4, using: &random)
    var spoiled = starts
    spoiled.withUnsafeMutableScalars { $0[6] = .nan }
    let synthesizer = Synthesizer(generator: generator, settings: SynthesisSettings(steps: 20))
    let good = synthesizer.descend(from: starts, targets: [0, 1, 2, 3], learner: learner).rows
    let rows = synthesizer.descend(from: spoiled, targets: [0, 1, 2, 3], learner: learner).rows
    #expect(rows.map { $0.isFailure(synthesizer.settings) } == [false, true, false, false])
    for row in [0, 2, 3] { #expect(rows[row].latent == good[row].latent) }
  }

  @Test("the early stop leaves the queries different")
  func diversity() {
    var random = RandomSource(seed: 3)
    let result = Synthesizer(generator: generator).synthesize(10, learner: learner, using: &random)
    let size = 9
    let images = result.inputs.scalars
    for a in 0..<10 {
      for b in 0..<a {
        let pixels = zip(images[a * size..<(a + 1) * size], images[b * size..<(b + 1) * size])
        let gap: Float = pixels.map { abs($0 - $1) }.max() ?? 0
        #expect(gap > 0.02, "queries \(a) and \(b)")
      }
    }
  }

  @Test("the same generator of random numbers gives the same bits")
  func determinism() {
    var (a, b) = (RandomSource(seed: 4), RandomSource(seed: 4))
    let synthesizer = Synthesizer(generator: generator)
    let first = synthesizer.synthesize(5, learner: learner, using: &a)
    let second = synthesizer.synthesize(5, learner: learner, using: &b)
    #expect(first.inputs.scalars == second.inputs.scalars)
    #expect(a == b)
  }

  @Test("rows that reach the tolerance stay there")
  func tolerance() {
    var random = RandomSource(seed: 5)
    let settings = SynthesisSettings(steps: 400, learningRate: 0.05, tolerance: 0.1)
    let result = Synthesizer(generator: generator, settings: settings).synthesize(
      10, learner: learner, using: &random)
    #expect(result.objectives.allSatisfy { $0 <= 0.1 })
    // Without one they come nearer than that by far.
    #expect(result.objectives.reduce(0, +) / 10 > 0.005)
  }

  @Test("starts in a dead region of the generator are drawn again, and counted")
  func restarts() {
    // One rectified entry: half of the starts see a blank image and no gradient.
    var dead = ToyGenerator(latentSize: 1, imageShape: [1, 3, 1])
    dead.weights = Tensor([1, -1, 0.5], shape: [1, 3])
    dead.isRectified = true
    let learner = FixedHyperplane(weights: [1, -1, 0], bias: -0.35)
    let settings = SynthesisSettings(restartLimit: 20)
    var random = RandomSource(seed: 6)
    let synthesizer = Synthesizer(generator: dead, settings: settings)
    let result = synthesizer.synthesize(12, learner: learner, using: &random)
    #expect(result.inputs.shape[0] == 12)
    #expect(result.restarts > 0)
    #expect(result.latents.scalars.allSatisfy { $0 > 0 })
    #expect(result.objectives.allSatisfy { $0 < 0.05 })
  }

  @Test("starts that still fail after the last restart are left out")
  func givingUp() {
    var dead = ToyGenerator(latentSize: 2, imageShape: [1, 3, 1])
    dead.weights = .zeros([2, 3])
    var random = RandomSource(seed: 7)
    let result = Synthesizer(generator: dead, settings: SynthesisSettings(steps: 5, restartLimit: 2)).synthesize(
      4, learner: FixedHyperplane(weights: [1, 1, 1]), using: &random)
    #expect(result.inputs.shape == [0, 1, 3, 1])
    #expect(result.restarts == 8)
  }

  @Test("blank images are failures, however well their objective fell")
  func blankImages() {
    var faint = ToyGenerator(latentSize: 2, imageShape: [1, 3, 1])
    faint.weights = Tensor([0.004, 0, -0.004, 0, 0.004, 0.002], shape: [2, 3])
    // The boundary is out of reach, so no start is on it to begin with.
    let learner = FixedHyperplane(weights: [1, 2, -1], bias: -5)
    func rows(_ minimumContrast: Float) -> Int {
      var random = RandomSource(seed: 12)
      let settings = SynthesisSettings(steps: 10, restartLimit: 0, minimumContrast: minimumContrast)
      return Synthesizer(generator: faint, settings: settings).synthesize(5, learner: learner, using: &random)
        .inputs.shape[0]
    }
    #expect(rows(0.02) == 0)
    #expect(rows(0) == 5)
  }

  @Test("clamped codes stay in the range of the prior; free ones may leave; a penalty holds them back")
  func latentConstraints() {
    // The boundary is out of reach: every start runs as far as it may.
    let learner = FixedHyperplane(weights: [Float](repeating: 1, count: 9), bias: -100)
    func reach(_ constraint: SynthesisSettings.LatentConstraint) -> Float {
      var random = RandomSource(seed: 8)
      let settings = SynthesisSettings(steps: 60, learningRate: 0.1, latentConstraint: constraint, penaltyWeight: 10)
      let result = Synthesizer(generator: generator, settings: settings).synthesize(6, learner: learner, using: &random)
      return result.latents.scalars.map(abs).max() ?? 0
    }
    let (clamped, free, penalized) = (reach(.clamped), reach(.free), reach(.penalized))
    #expect(clamped <= 1)
    #expect(free > 2)
    #expect(penalized > 1 && penalized < free)
  }

  @Test("a diversity term spreads the batch")
  func diversityTerm() {
    func spread(_ weight: Float) -> Float {
      var random = RandomSource(seed: 9)
      let settings = SynthesisSettings(steps: 50, latentConstraint: .free, diversityWeight: weight)
      let result = Synthesizer(generator: generator, settings: settings).synthesize(5, learner: learner, using: &random)
      let rows = (0..<5).map { result.latents.rows($0..<$0 + 1) }
      return rows.indices.reduce(Float(0)) { sum, a in
        let gaps = rows.indices.filter { $0 != a }.map { (rows[a] - rows[$0]).squared().sum().scalar }
        return sum + (gaps.min() ?? 0)
      }
    }
    #expect(spread(1) > spread(0) * 1.2)
  }

  @Test("more than two classes", arguments: SynthesisSettings.Objective.allCases)
  func multipleClasses(objective: SynthesisSettings.Objective) throws {
    let clouds = Clouds(centres: [(0.2, 0.2), (0.8, 0.3), (0.5, 0.8)])
    let (inputs, labels) = clouds.samples(90, seed: 1)
    var (learner, random) = (NearestMean(), RandomSource(seed: 10))
    try learner.fit(LabelledSamples(inputs: inputs, labels: labels, classCount: 3), using: &random)
    let settings = SynthesisSettings(objective: objective, minimumContrast: 0)
    let result = GenerativeAdversarialSynthesizer<ToyGenerator, NearestMean>(
      generator: .plane, settings: settings
    ).synthesize(9, learner: learner, using: &random)
    #expect(result.objectives.count == 9)
    #expect(zip(result.initialObjectives, result.objectives).allSatisfy { $1 < $0 })
    if objective == .margin {
      let distances = boundaryDistances(ofDecisionValues: learner.decisionValues(for: result.inputs))
      #expect(distances.allSatisfy { $0 < 0.02 })
    }
  }

  @Test("a DCGAN in inference mode: the same code gives the same image in any batch, and all starts descend")
  func convolutionalGenerator() {
    var random = RandomSource(seed: 11)
    let network = DCGANGenerator(
      DCGANConfiguration(imageSize: 8, channels: 1, latentSize: 16, width: 16), using: &random)
    let generator = DCGANImageGenerator(network)
    let weights = Tensor(normal: [64], using: &random).scalars
    let settings = SynthesisSettings(steps: 30, learningRate: 0.05, minimumContrast: 0)
    let result = GenerativeAdversarialSynthesizer<DCGANImageGenerator, FixedHyperplane>(
      generator: generator, settings: settings
    ).synthesize(6, learner: FixedHyperplane(weights: weights), using: &random)
    #expect(result.inputs.shape == [6, 8, 8, 1])
    #expect(zip(result.initialObjectives, result.objectives).allSatisfy { $1 < $0 })
    let one = generator.inputs(from: result.latents.rows(3..<4)).scalars
    for (a, b) in zip(one, result.inputs.rows(3..<4).scalars) { #expect(abs(a - b) < 1e-5) }
  }
}

@Suite("RandomSynthesizer")
struct RandomSynthesizerTests {
  @Test("images of random codes, as many as asked for, nothing optimised")
  func random() {
    let generator = ToyGenerator(latentSize: 4, imageShape: [2, 2, 1])
    let learner = FixedHyperplane(weights: [1, 1, -1, -1])
    var (random, again) = (RandomSource(seed: 1), RandomSource(seed: 1))
    let result = RandomSynthesizer<ToyGenerator, FixedHyperplane>(generator: generator).synthesize(
      6, learner: learner, using: &random)
    #expect(result.latents.scalars == generator.latents(6, using: &again).scalars)
    #expect(result.inputs.scalars == generator.inputs(from: result.latents).scalars)
    #expect(result.initialObjectives == result.objectives)
    #expect(result.restarts == 0)
  }
}
