import Foundation
import Tensor
import TestSupport
import Testing

@Suite("Layouts of PyTorch")
struct TorchLayoutTests {
  /// A layer of another kind, with a tensor.
  struct Scaling: Layer {
    var factor = Tensor([1, 2])
    mutating func visitParameters(with visitor: inout some ParameterVisitor) { visitor.visit("factor", &factor) }
    func callAsFunction(_ input: Tensor) -> Tensor { input * factor }
  }

  private func names(_ layout: TorchLayout) -> [String: String] {
    Dictionary(uniqueKeysWithValues: layout.entries.map { ($0.name, $0.torchName) })
  }

  @Test("Axes of every weight")
  func axes() throws {
    let network = Sequential {
      Convolution2D(4, 6, kernel: 3, groups: 2)
      TransposedConvolution2D(6, 8, kernel: 2, groups: 2)
      GlobalAveragePool2D()
      Dense(8, 5)
      LayerNormalization(5)
    }
    let tensors = network.parameters(includingState: true)
    let theirs = try TorchLayout(of: network).torchTensors(of: tensors)
    #expect(theirs["0.weight"]?.shape == [6, 2, 3, 3])
    #expect(theirs["1.weight"]?.shape == [6, 4, 2, 2])
    #expect(theirs["3.weight"]?.shape == [5, 8] && theirs["4.bias"]?.shape == [5])
  }

  @Test("Features of a flattened image change places, on the way in and on the way out")
  func features() throws {
    // Two pixels of three channels in front, the same behind.
    var network = Sequential {
      Flatten()
      Dense(6, 6)
      BatchNormalization(6)
      ReLU()
      Reshape([1, 2, 3])
    }
    var random = RandomSource(seed: 4)
    network.initialize(.default, using: &random)
    let layout = TorchLayout(of: network, input: .image(channels: 3))
    let theirs = try layout.torchTensors(of: network.parameters(includingState: true))
    let (dense, ours) = (try #require(theirs["1.weight"]), network.parameters()[0].tensor)
    // Ours is [pixel · 3 + channel], PyTorch's [channel · 2 + pixel].
    for input in 0..<6 {
      for output in 0..<6 {
        let theirPlace = (output % 3 * 2 + output / 3) * 6 + input % 3 * 2 + input / 3
        #expect(dense.scalars[theirPlace] == ours.scalars[input * 6 + output])
      }
    }
    #expect(names(layout)["2.runningMean"] == "2.running_mean" && theirs.counters == ["2.num_batches_tracked": 0])
    #expect(layout.flow == .image(channels: 3))
    let shapes = network.parameters(includingState: true).map { ($0.name, $0.tensor.shape) }
    let back = try layout.tensors(of: theirs.tensors, shapes: shapes)
    for (name, tensor) in network.parameters(includingState: true) {
      let found = try #require(back.first { $0.name == name }?.tensor)
      #expect(bitMismatch(found, tensor) == nil, "\(name)")
    }
    // Without knowing that images come in, the inputs keep their places.
    #expect(TorchLayout(of: network).entries[0].orders?.map(\.axis) == [1])
  }

  @Test("A layer that says nothing of PyTorch is named")
  func unknownLayers() throws {
    let network = Sequential {
      Dense(2, 2)
      Scaling()
    }
    do {
      try network.saveTorch(to: NSTemporaryDirectory() + "never-written.safetensors")
      Issue.record("it was written")
    } catch {
      #expect(error.description.contains("1 (Scaling)"), "\(error)")
    }
  }

  @Test(
    "A layout that makes no sense is an error, not a crash",
    arguments: [
      #"{"tensors":[{"name":"w","torchName":"w","axes":[0,0]}],"counters":[],"singularVectors":[]}"#,
      #"{"tensors":[{"name":"w","torchName":"w","axes":[5]}],"counters":[],"singularVectors":[]}"#,
      #"{"tensors":[{"name":"w","torchName":"w","orders":[{"axis":9,"order":{"channels":1,"trailing":0}}]}],"counters":[],"singularVectors":[]}"#,
      #"{"tensors":[{"name":"w","torchName":"w","orders":[{"axis":0,"order":{"channels":0,"trailing":0}}]}],"counters":[],"singularVectors":[]}"#,
      #"{"tensors":[{"name":"w","torchName":"w","orders":[{"axis":0,"order":{"channels":2,"trailing":-7}}]}],"counters":[],"singularVectors":[]}"#,
      #"{"tensors":[{"name":"w","torchName":"w","isVector":true}],"counters":[],"singularVectors":[]}"#,
      #"{"tensors":[{"name":"v","torchName":"w"}],"counters":[],"singularVectors":[]}"#,
      #"{"tensors":[{"name":"w","torchName":"__metadata__"}],"counters":[],"singularVectors":[]}"#,
      #"{"tensors":[{"name":"w","torchName":"w"}],"counters":["w"],"singularVectors":[]}"#,
      #"{"tensors":[{"name":"w","torchName":"w"}],"counters":["a","a"],"singularVectors":[]}"#,
      #"{"tensors":[{"name":"w","torchName":"w"}],"counters":[],"singularVectors":[{"torchName":"v","weight":"w","direction":"w","outputAxis":4}]}"#,
    ])
  func hostileLayouts(_ text: String) throws {
    let layout = try #require(TorchLayout(metadata: [TorchLayout.metadataKey: text]))
    #expect(throws: ParameterMismatch.self) { try layout.torchTensors(of: [("w", Tensor.zeros([2, 3]))]) }
  }

  @Test("What is no layout is none")
  func noLayouts() {
    #expect(TorchLayout(metadata: [:]) == nil)
    #expect(TorchLayout(metadata: [TorchLayout.metadataKey: "[]"]) == nil)
    #expect(TorchLayout(metadata: [TorchLayout.metadataKey: #"{"tensors":[{"name":1}]}"#]) == nil)
  }
}
