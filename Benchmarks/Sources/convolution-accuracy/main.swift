// `convolution-accuracy FOLDER [LAST | FIRST-LAST]`: what Winograd's rounding does to a network's accuracy. VGG-16 is trained 3 epochs on
// the first 10 000 training images of CIFAR-10 (binary version, FOLDER/data_batch_1.bin[.xz] and test_batch.bin[.xz]),
// from the same weights and in the same order with and without it; the test set decides.

import Datasets
import Foundation
import Models
import Tensor

func images(_ folder: String, _ name: String) throws -> (images: ImageDataset, labels: [Int]) {
  let path = ["", ".xz"].map { "\(folder)/\(name).bin\($0)" }.first { FileManager.default.fileExists(atPath: $0) }
  guard let path else {
    FileHandle.standardError.write(Data("there is no \(name).bin in \(folder): name the folder of CIFAR-10\n".utf8))
    exit(66)
  }
  let (pixels, labels) = try CIFARBinary.read(path)
  let names = (0..<10).map(String.init)
  return (ImageDataset(name: name, bytes: pixels, labels: labels, classNames: names), labels)
}

func accuracy(
  seed: Int, training: (images: ImageDataset, labels: [Int]), test: (images: ImageDataset, labels: [Int])
) -> (accuracy: Double, loss: Float) {
  let root = RandomSource(seed: seed)
  var (weights, order, noise) = (root.stream("weights"), root.stream("order"), root.stream("noise"))
  var network = VGG16(using: &weights)
  var optimizer = SGD<VGG16>(learningRate: 0.02, momentum: 0.9, weightDecay: 5e-4)
  var last: Float = 0
  for _ in 0..<3 {
    for (batch, labels) in training.images.batches(of: 128, order: order.permutation(of: training.labels.count)) {
      let x = batch * 2 - 1
      let (loss, gradient) = network.valueAndGradient {
        crossEntropy(logits: $0.forward(x, using: &noise), labels: labels)
      }
      optimizer.update(&network, along: gradient)
      last = loss
    }
  }
  var right = 0
  for (batch, labels) in test.images.batches(of: 250) {
    let logits = network(batch * 2 - 1)
    let rows = logits.scalars
    for (index, label) in labels.enumerated() {
      let row = rows[index * 10..<index * 10 + 10]
      if row.firstIndex(of: row.max() ?? 0) == index * 10 + label { right += 1 }
    }
  }
  return (Double(right) / Double(test.labels.count), last)
}

/// A line at once, also into a file.
func report(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

/// "3" are the seeds 1 to 3, "2-4" are 2 to 4; nil if it is neither.
func seeds(_ text: String) -> ClosedRange<Int>? {
  let numbers = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
  let (first, last) = (numbers.count == 2 ? numbers[0] : 1, numbers[numbers.count - 1])
  return numbers.count <= 2 && first >= 1 && first <= last ? first...last : nil
}

guard (2...3).contains(CommandLine.arguments.count), let seeds = seeds(CommandLine.arguments.dropFirst(2).first ?? "3")
else {
  FileHandle.standardError.write(Data("usage: convolution-accuracy FOLDER [LAST | FIRST-LAST]\n".utf8))
  exit(64)
}
let folder = CommandLine.arguments[1]
let training = try images(folder, "data_batch_1")
let test = try images(folder, "test_batch")
for seed in seeds {
  let fast = accuracy(seed: seed, training: training, test: test)
  report("seed \(seed), Winograd: accuracy \(fast.accuracy), last loss \(fast.loss)")
  let direct = withDirectConvolutions { accuracy(seed: seed, training: training, test: test) }
  report("seed \(seed), direct:   accuracy \(direct.accuracy), last loss \(direct.loss)")
}
