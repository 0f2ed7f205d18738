internal import Tensor

/// Where the questions of a round come from: a strategy that points at the pool, or a synthesizer.
enum QuerySource<Subject: Learner>: Sendable {
  typealias Strategy = @Sendable (Int, UnlabelledPool, Subject, inout RandomSource) throws -> [Int]
  typealias Synthesizer = @Sendable (Int, Subject, inout RandomSource) throws -> SynthesizedQueries

  case pool(Strategy)
  case synthesis(Synthesizer)

  static func strategy(_ strategy: some QueryStrategy<Subject>) -> QuerySource {
    .pool { try strategy.query($0, from: $1, learner: $2, using: &$3) }
  }

  static func synthesizer(_ synthesizer: some QuerySynthesizer<Subject>) -> QuerySource {
    .synthesis { try synthesizer.synthesize($0, learner: $1, using: &$2) }
  }
}

extension Scheme {
  /// What asks in round `round` (1, 2, …); `nil` if the scheme has no rounds.
  func source<Subject: MarginLearner, Generator: ImageGenerator>(
    inRound round: Int, configuration: GenerativeExperimentConfiguration, generator: Generator?, learner: Subject.Type
  ) throws(ExperimentError) -> QuerySource<Subject>? {
    var synthesizer: QuerySource<Subject> {
      get throws(ExperimentError) {
        guard let generator else { throw .generatorMissing(self) }
        return self == .simpleGAN
          ? .synthesizer(RandomSynthesizer<Generator, Subject>(generator: generator))
          : .synthesizer(
            GenerativeAdversarialSynthesizer<Generator, Subject>(
              generator: generator, settings: configuration.synthesis))
      }
    }
    switch self {
    case .supervised: return nil
    case .random, .selfTaught: return .strategy(RandomSampling<Subject>())
    case .svmActive: return .strategy(SimpleMargin<Subject>(chunk: configuration.scoringChunk))
    case .gaal, .simpleGAN: return try synthesizer
    case .mixed:
      let isRandom = round % (configuration.synthesisRoundsPerRandomRound + 1) == 0
      return isRandom ? .strategy(RandomSampling<Subject>()) : try synthesizer
    }
  }
}
