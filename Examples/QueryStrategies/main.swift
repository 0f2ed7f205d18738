// Strategies of uncertainty and disagreement against random sampling: a learner is fitted to what each of them asked
// for, and tested. Digits are drawn, or, with the directory of the data sets, they are MNIST's.
//
//   swift run -c release --package-path Examples query-strategies svm|network [DIRECTORY [SEEDS]]

import ActiveLoop
import Datasets
import Models
import Tensor

let arguments = Array(CommandLine.arguments.dropFirst())
let isNetwork = arguments.first == "network"
let seeds = arguments.count > 2 ? Int(arguments[2]) ?? 5 : 5
let (first, batch, last, poolSize) = (20, 20, 300, 5000)

// MARK: - The digits

let training: ImageDataset
let test: ImageDataset
if arguments.count > 1 {
  let locator = DatasetLocator(directories: [arguments[1]])
  (training, test) = (try locator.load(.mnist, .train), try locator.load(.mnist, .test).prefix(5000))
} else {
  training = GlyphGenerator(configuration: .init(size: 16, style: .pen, seed: 1)).dataset(count: 8000)
  test = GlyphGenerator(configuration: .init(size: 16, style: .pen, seed: 2)).dataset(count: 5000)
}
let testImages = test.images

// MARK: - Who asks

/// Chooses so many samples of the pool, after learning from those that are labelled.
struct Contestant {
  var name: String
  var query: (_ count: Int, _ pool: UnlabelledPool, _ labelled: LabelledSamples, inout RandomSource) throws -> [Int]

  init<Strategy: QueryStrategy>(_ name: String, _ strategy: Strategy, _ learner: Strategy.Subject) {
    self.name = name
    query = { count, pool, labelled, random in
      var learner = learner
      try learner.fit(labelled, using: &random)
      return try strategy.query(count, from: pool, learner: learner, using: &random)
    }
  }
}

/// The same strategies for every learner that has probabilities.
func contestants<L: ProbabilisticLearner>(_ learner: L) -> [Contestant] {
  // Support vector machines disagree if they saw different samples, networks if they started elsewhere.
  let committee = VotingCommittee(5, of: learner, resampling: isNetwork ? .none : .stratifiedBootstrap)
  let margin = MarginSampling<L>()
  let single = [
    Contestant("random", RandomSampling(), learner),
    Contestant("class-balanced random", ClassBalancedRandom(), learner),
    Contestant("least confidence", LeastConfidence(), learner),
    Contestant("margin", margin, learner),
    Contestant("entropy", EntropySampling(), learner),
    Contestant("margin, power", MarginSampling(selector: GumbelTopScores(.power, coldness: 4)), learner),
    Contestant("margin of a tenth", RandomSubset(of: .fraction(0.1), margin), learner),
    Contestant("margin, a quarter random", EpsilonRandom(share: 0.25, margin), learner),
    Contestant("margin, no near-duplicates", Deduplicating(margin, pixelDistance: 6), learner),
  ]
  return single
    + CommitteeScore.allCases.map { Contestant("committee, \($0.rawValue)", QueryByCommittee($0), committee) }
}

/// 32 units between pixels and classes, fitted by a hundred steps from new weights.
struct Network: ProbabilisticLearner {
  private var layers = Sequential {}

  mutating func fit(_ samples: LabelledSamples, using random: inout RandomSource) throws(Never) {
    let inputs = samples.inputs.flattened()
    layers = Sequential {
      Dense(inputs.shape[1], 32)
      ReLU()
      Dense(32, samples.classCount)
    }
    layers.initialize(.kaimingNormal(), using: &random)
    var optimizer = Adam<Sequential>(learningRate: 5e-3)
    for _ in 0..<100 {
      let gradient = layers.valueAndGradient { layers in
        crossEntropy(logits: layers.forward(inputs, using: &random), labels: samples.labels)
      }.gradient
      optimizer.update(&layers, along: gradient)
    }
  }

  func probabilities(for inputs: Tensor) -> Tensor { softmax(layers(inputs.flattened())) }
  func predictions(for inputs: Tensor) -> [Int] { layers(inputs.flattened()).argmax() }
}

var configuration = SupportVectorLearner.Configuration()
configuration.regularization = .fixed(0.1)
let machine = SupportVectorLearner(configuration)

// MARK: - Rounds of queries

/// The accuracy on the test set by number of labels.
func accuracies(_ contestant: Contestant, tested: some Learner, seed: Int) throws -> [Double] {
  let root = RandomSource(seed: seed)
  var (split, start) = (root.stream("pool"), root.stream("start"))
  let images = training.selecting(Array(split.permutation(of: training.count).prefix(poolSize)))
  var pool = UnlabelledPool(inputs: images.images)
  // Two of each class to begin with.
  var chosen = (0..<10).flatMap { label in
    start.sample(first / 10, from: images.labels.indices.filter { images.labels[$0] == label })
  }
  var labelled = LabelledSamples(inputs: .zeros([0]), labels: [], classCount: 10)
  var found: [Double] = []
  while true {
    labelled.append(try pool.inputs(at: chosen), labels: chosen.map { images.labels[$0] })
    pool.remove(chosen)
    var (learner, fit) = (tested, root.stream("fit", labelled.count))
    try learner.fit(labelled, using: &fit)
    found.append(
      Double(zip(learner.predictions(for: testImages), test.labels).count { $0 == $1 }) / Double(test.count))
    if labelled.count >= last { return found }
    var random = root.stream("query", labelled.count)
    chosen = try contestant.query(batch, pool, labelled, &random)
  }
}

func percent(_ value: Double) -> String { "\((value * 1000).rounded() / 10)" }

print("| strategy | 100 labels | 200 | 300 | mean less random's, over the budget |")
print("| --- | ---: | ---: | ---: | ---: |")
var baseline: [Double] = []
let all =
  isNetwork
  ? contestants(Network())
  : contestants(ProbabilisticSupportVectorLearner(configuration)) + [
    Contestant("simple margin", SimpleMargin(), machine)
  ]
for contestant in all {
  let runs = try (1...seeds).map { seed in
    isNetwork
      ? try accuracies(contestant, tested: Network(), seed: seed)
      : try accuracies(contestant, tested: machine, seed: seed)
  }
  let columns = [100, 200, 300].map { labels in
    percent(runs.reduce(0) { $0 + $1[(labels - first) / batch] } / Double(seeds))
  }
  let means = runs.map { $0.reduce(0, +) / Double($0.count) }
  if baseline.isEmpty { baseline = means }
  let difference = Summary(zip(means, baseline).map { $0 - $1 })
  let error = difference.flatMap { $0.halfWidth() }.map { " ± \(percent($0))" } ?? ""
  print("| \(contestant.name) | \(columns.joined(separator: " | ")) | \(percent(difference?.mean ?? 0))\(error) |")
}
