import Tensor
import TestSupport
import Testing

/// Passes its input on, and on the way back records how many bytes tensors hold.
private struct Probe: Layer {
  /// Readings of one backward pass, the last layer's first. Written by the thread that differentiates.
  final class Readings: @unchecked Sendable { var liveBytes: [Int] = [] }

  let readings: Readings

  mutating func visitParameters(with visitor: inout some ParameterVisitor) {}

  func callAsFunction(_ input: Tensor) -> Tensor {
    let readings = readings
    return input.recorded(from: input) { cotangent, _ in
      readings.liveBytes.append(MemoryStatistics.current.liveBytes)
      return [cotangent]
    }
  }
}

/// What is held while a deep model is differentiated. Processes of their own: the figures are those of the process.
@Suite("Memory of the backward pass")
struct BackpropagationMemoryTests {
  @Test("Saved activations are released layer by layer, and the peak is what the forward pass saves")
  func activations() async {
    await #expect(processExitsWith: .success) {
      let (depth, width, rows) = (20, 64, 4096)
      let activation = rows * width * MemoryLayout<Float>.stride
      let readings = Probe.Readings()
      var model = Sequential(
        layers: (0..<depth).flatMap { _ -> [any Layer] in [Dense(width, width), ReLU(), Probe(readings: readings)] })
      var random = RandomSource(seed: 1)
      model.initialize(.kaimingNormal(), using: &random)
      let x = Tensor(normal: [rows, width], using: &random)
      let parameters = 2 * depth * 2 * width * (width + 1) * MemoryLayout<Float>.stride
      for _ in 0..<3 {
        readings.liveBytes = []
        let before = MemoryStatistics.current.liveBytes
        MemoryStatistics.resetPeak()
        let (loss, gradient) = model.valueAndGradient { $0.forward(x, using: &random).squared().mean() }
        let peak = MemoryStatistics.current.peakBytes - before
        #expect(loss.isFinite && gradient.unused.isEmpty)
        // One activation per layer is saved. Around the turning point a gradient and the one before it are in use: the
        // rectifier and the square write theirs over what they were given.
        #expect(peak <= (depth + 2) * activation + parameters, "\(Float(peak) / Float(activation)) activations")
        #expect(peak >= depth * activation, "the test does not see what it is about")
        #expect(readings.liveBytes.count == depth)
        for (done, live) in readings.liveBytes.enumerated() {
          let held = live - before
          #expect(
            held <= (depth - done + 2) * activation + parameters,
            "\(done) layers are done and \(Float(held) / Float(activation)) activations are still held")
        }
        #expect(MemoryStatistics.current.liveBytes - before <= parameters, "something outlives the step")
      }
    }
  }

  @Test("A convolution with batch norm saves one activation, and pulls back with two gradients at a time")
  func normalisedConvolutions() async {
    await #expect(processExitsWith: .success) {
      ThreadPool.threadCount = 1
      let (depth, channels, side, batch) = (8, 32, 32, 32)
      let activation = batch * side * side * channels * MemoryLayout<Float>.stride
      var model = Sequential(
        layers: (0..<depth).flatMap { _ -> [any Layer] in
          [Convolution2D(channels, channels, kernel: 3, padding: 1), BatchNormalization(channels), ReLU()]
        } + [GlobalAveragePool2D()])
      var random = RandomSource(seed: 2)
      model.initialize(.kaimingNormal(), using: &random)
      let x = Tensor(normal: [batch, side, side, channels], using: &random)
      for _ in 0..<3 {
        let before = MemoryStatistics.current.liveBytes
        MemoryStatistics.resetPeak()
        let (loss, gradient) = model.valueAndGradient { $0.forward(x, using: &random).squared().mean() }
        let peak = MemoryStatistics.current.peakBytes - before
        #expect(loss.isFinite && gradient.unused.isEmpty)
        // The last batch norm is stored for the pool alone. Tiles between the transforms take less than an activation.
        #expect(peak <= (depth + 3) * activation, "\(Float(peak) / Float(activation)) activations")
        #expect(peak >= depth * activation, "the test does not see what it is about")
      }
    }
  }

  @Test("A graph that an outer differentiation still needs survives the inner one")
  func nested() {
    var outer = Variable(Tensor([2, 3]))
    let (value, gradient) = outer.valueAndGradient { outer in
      let traced = outer.value * outer.value
      var inner = Variable(Tensor([5, 7]))
      // The inner loss depends on the outer variable too: its nodes are walked, and must still be there afterwards.
      let (innerValue, innerGradient) = inner.valueAndGradient { ($0.value * traced).sum() }
      #expect(innerValue == 5 * 4 + 7 * 9)
      #expect(innerGradient.tensors[0].scalars == [4, 9])
      return (traced * traced).sum()
    }
    #expect(value == 16 + 81)
    #expect(gradient.tensors[0].scalars == [4 * 8, 4 * 27])
  }

  @Test("A differentiated chain is released without recursion, however long")
  func longChain() {
    var variable = Variable(Tensor(1))
    let (value, gradient) = variable.valueAndGradient { variable in
      var x = variable.value
      for _ in 0..<300_000 { x = x * -1 }
      return x
    }
    #expect(value == 1)
    #expect(gradient.tensors[0].scalar == 1)
  }
}
