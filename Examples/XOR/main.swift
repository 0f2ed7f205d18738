// The smallest thing that needs a hidden layer: a network of twelve units learns exclusive or.

import Tensor

var random = RandomSource(seed: 1)

var network = Sequential {
  Dense(2, 12)
  Tanh()
  Dense(12, 1)
}
network.initialize(.xavierUniform(), using: &random)

let inputs = Tensor([0, 0, 0, 1, 1, 0, 1, 1], shape: [4, 2])
let targets = Tensor([0, 1, 1, 0], shape: [4, 1])

var optimizer = Adam<Sequential>(learningRate: 0.05)
for step in 1...200 {
  let (loss, gradient) = network.valueAndGradient { network in
    binaryCrossEntropy(logits: network.forward(inputs, using: &random), target: targets)
  }
  optimizer.update(&network, along: gradient)
  if step % 50 == 0 { print("step \(step): loss \(loss)") }
}

let probabilities = network(inputs).sigmoid().scalars
for (row, probability) in probabilities.enumerated() {
  print("\(row / 2) xor \(row % 2) = \(probability > 0.5 ? 1 : 0)   (\(probability))")
}
precondition(probabilities.map { $0 > 0.5 } == [false, true, true, false], "the network has not learnt exclusive or")
