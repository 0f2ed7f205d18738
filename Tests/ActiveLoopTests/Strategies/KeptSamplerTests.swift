import ActiveLoop
import Models
import Tensor
import TestSupport
import Testing

/// VAAL's models, stopped after any step, go on to the same choice.
@Suite struct KeptSamplerTests {
  @Test(arguments: VAALConfiguration.Ablation.allCases)
  func theSameChoice(ablation: VAALConfiguration.Ablation) async throws {
    let inputs = Bars.images(60, isVertical: { $0 % 2 == 0 }, seed: 1)
    var configuration = Bars.configuration(steps: 7).without(ablation)
    configuration.mirror = ablation == .none
    let outcome = try await resumed(stops: 5) { [configuration] in
      var pool = UnlabelledPool(inputs: inputs)
      // A single labelled image is an order without a draw.
      pool.remove(ablation == .noAdversary ? [3] : [3, 8, 20])
      var random = RandomSource(seed: 3)
      var sampler = try VAALSampler(configuration, imageShape: [8, 8, 1], using: &random)
      try sampler.train(on: pool, labelled: ablation == .noAdversary ? [3] : [3, 8, 20], using: &random)
      return try sampler.scores(of: pool) + [random.uniform()]
    }
    for (step, scores, restored) in outcome.resumed {
      #expect(scores == outcome.whole, "\(ablation), stopped at step \(step)")
      #expect(restored == ["sampler"])
    }
  }
}
