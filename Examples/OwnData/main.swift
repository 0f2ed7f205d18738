// Active learning in a package of one's own, from arrays to files that others read: images as they lie in memory or in an
// .npy file, a network of one's own, a person (here: a function) who labels, and what is left behind at the end.
//
//   swift run -c release --package-path Examples own-data [DIRECTORY]
//
// DIRECTORY, by default the present one, gets chosen.npy, network.safetensors and network-torch.safetensors.

import ActiveLoop
import Models
import Tensor

// MARK: - The data: blurred bars of 8 pixels, lying or standing

func bar(_ isStanding: Bool, using random: inout RandomSource) -> [Float] {
  let (place, width) = (random.uniform() * 7, 0.6 + random.uniform())
  return (0..<64).map { pixel in
    let distance = Float(isStanding ? pixel % 8 : pixel / 8) - place
    return max(0, min(1, 1 - distance * distance / (width * width) + 0.4 * random.normal()))
  }
}

var random = RandomSource(seed: 1)
let truth = (0..<1000).map { _ in random.integer(below: 2) }
let pixels = truth.flatMap { bar($0 == 1, using: &random) }
// [N, H, W, C]. From a file: let images = try NPY.read("images.npy").tensor()
let images = Tensor(pixels, shape: [1000, 8, 8, 1])
let (pool, test) = (images.rows(0..<800), images.rows(800..<1000))

// MARK: - The network, made of layers; `features` is what strategies of distance look at

struct BarNetwork: FeatureClassifier {
  var body = Sequential {
    Convolution2D(1, 8, kernel: 3, padding: 1)
    ReLU()
    MaxPool2D(2)
    Flatten()
    Dense(4 * 4 * 8, 16)
    ReLU()
  }
  var head = Dense(16, 2)

  func checked(_ images: Tensor) -> Tensor {
    precondition(images.shape.dropFirst() == [8, 8, 1], "bars are [N, 8, 8, 1], not \(images.shape)")
    return images
  }
}

var training = NeuralTraining()
training.steps = 100
var learner = try NeuralLearner(training) { random in BarNetwork().initialized(using: &random) }

// MARK: - The loop: ask, label, fit

/// Whoever knows the answer: a person, a laboratory, another program.
func label(_ index: Int) -> Int { truth[index] }

var unlabelled = UnlabelledPool(inputs: pool)
var labelled = LabelledSamples(inputs: .zeros([0]), labels: [], classCount: 2)
var chosen: [Int] = []
let strategy = MarginSampling<NeuralLearner<BarNetwork>>()
for round in 0..<5 {
  var draws = RandomSource(seed: 1).stream("query", round)
  let asked =
    round == 0
    ? draws.sample(10, from: unlabelled.indices)
    : try strategy.query(10, from: unlabelled, learner: learner, using: &draws)
  labelled.append(try unlabelled.inputs(at: asked), labels: asked.map(label))
  unlabelled.remove(asked)
  chosen += asked
  try learner.fit(labelled, from: FitStreams(RandomSource(seed: 1).stream("fit", round)))
  let right = zip(learner.predictions(for: test), truth[800...]).count { $0 == $1 }
  print("\(labelled.count) labels: \(right) of 200 bars right")
}

// MARK: - What is left behind

let directory = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : "."
if let network = learner.network {
  try NPY.write(chosen, to: directory + "/chosen.npy")
  try network.save(to: directory + "/network.safetensors")
  // The names and layouts of the same layers in torch.nn.
  try network.saveTorch(to: directory + "/network-torch.safetensors")
  var copy = BarNetwork()
  try copy.loadTorch(from: directory + "/network-torch.safetensors")
  precondition(copy(test).scalars == network(test).scalars, "the network came back changed")
  print("wrote chosen.npy, network.safetensors and network-torch.safetensors")
}
