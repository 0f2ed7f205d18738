import Tensor
import TestSupport
import Testing

/// Every family of kernels gives the same results with every instruction set of the machine, within the bound that its
/// test states. Each test is a process of its own, because the set in use is one for the whole process.
@Suite("Instruction sets")
struct InstructionSetTests {
  @Test("A forced set is the one that computes")
  func forcing() async {
    await #expect(processExitsWith: .success) {
      let sets = InstructionSet.available
      #expect(Set(sets).count == sets.count && !sets.isEmpty)
      let x = KernelInputs.normal([1000, 7])
      let results = sets.map { set in
        set.force()
        return affineActivated(x, factor: KernelInputs.normal([7]), offset: KernelInputs.normal([7]), slope: 0.2)
          .scalars
      }
      // x · factor + offset is rounded twice without a fused multiply-add: the portable kernel cannot have run twice.
      if sets.count > 1 && sets[0] == .portable { #expect(results[0] != results[1]) }
    }
  }

  @Test("Random numbers: the same bits")
  func random() async {
    await #expect(processExitsWith: .success) {
      compareInstructionSets("philox", .bits) {
        [1, 2, 3, 5, 63, 64, 1027, 40_001].map { count in
          var random = RandomSource(seed: count)
          var words: [Float] = []
          for _ in 0..<3 { words.append(Float(UInt16(truncatingIfNeeded: random.next()))) }
          return Tensor(uniform: [count], using: &random).scalars + Tensor(normal: [count], using: &random).scalars
            + words
        }
      }
    }
  }

  @Test("Copies, transposition and extrema: the same bits")
  func copies() async {
    await #expect(processExitsWith: .success) {
      let x = KernelInputs.normal([37, 19, 3])
      let withNaN = Tensor(KernelInputs.extremes + KernelInputs.normal([100]).scalars)
      compareInstructionSets("copies", .bits) {
        [
          x.transposed(permutation: [2, 0, 1]).scalars, x.transposed(permutation: [1, 0, 2]).scalars,
          x.max(alongAxes: [0]).scalars, x.min(alongAxes: [2]).scalars, x.max(alongAxes: [1, 2]).scalars,
          withNaN.max().scalars, withNaN.min().scalars,
          KernelInputs.normal([50, 11]).argmax().map(Float.init), x.gathered(rows: [3, 0, 36, 3]).scalars,
        ]
      }
      let images = KernelInputs.normal([2, 9, 11, 5])
      compareInstructionSets("maximum pooling", .bits) {
        var variable = Variable(images)
        let gradient = variable.valueAndGradient { maxPool2D($0.value, size: 3, stride: 2, padding: 1).sum() }.gradient
        return [maxPool2D(images, size: 3, stride: 2, padding: 1).scalars, gradient.tensors[0].scalars]
      }
    }
  }

  @Test("Arithmetic that is rounded once: the same bits")
  func arithmetic() async {
    await #expect(processExitsWith: .success) {
      let a = Tensor(KernelInputs.extremes + KernelInputs.normal([1013]).scalars)
      let b = KernelInputs.normal([a.count], seed: 5)
      compareInstructionSets("arithmetic", .bits) {
        [a + b, a - b, a * b, a / b, 3 * a, a + 2, 5 - a, a / 7, 1 / a].map(\.scalars)
      }
      let matrix = KernelInputs.normal([33, 21])
      compareInstructionSets("broadcasting", .bits) {
        [
          matrix + KernelInputs.normal([21]), matrix * KernelInputs.normal([33, 1]), matrix / KernelInputs.normal([21]),
        ]
        .map(\.scalars)
      }
      let exact: [ElementwiseFunction] = [
        .relu, .leakyReLU(slope: 0.2), .square, .squareRoot, .absoluteValue, .power(3), .power(-1),
        .clamp(low: -0.5, high: 2),
      ]
      compareInstructionSets("exact functions", .bits) {
        exact.flatMap { function in
          let y = function.forward(a)
          return [y.scalars, function.backward(b, saved: function.differentiatesFromOutput ? y : a).scalars]
        }
      }
    }
  }

  @Test("Elementary functions: within 5e-7 of max(1, |y|)")
  func functions() async {
    await #expect(processExitsWith: .success) {
      let functions: [ElementwiseFunction] = [
        .elu(alpha: 1.3), .softplus, .tanh, .sigmoid, .gelu, .geluTanh, .exponential, .logarithm, .power(1.7),
      ]
      let x = Tensor(
        KernelInputs.extremes + KernelInputs.normal([515]).scalars
          + KernelInputs.uniform([1001], low: -30, high: 30).scalars)
      let cotangent = KernelInputs.uniform([x.count], low: -1, high: 1)
      for function in functions {
        // The same saved values for every set, so that backward kernels are compared on their own.
        InstructionSet.available[0].force()
        let saved = function.differentiatesFromOutput ? function.forward(x) : x
        compareInstructionSets("\(function)", .within(5e-7)) {
          [function.forward(x).scalars, function.backward(cotangent, saved: saved).scalars]
        }
      }
    }
  }

  @Test("Sums: within 1e-6 √n")
  func sums() async {
    await #expect(processExitsWith: .success) {
      for count in [1, 7, 1000, 40_003] {
        let x = KernelInputs.normal([count, 5])
        compareInstructionSets("sums", .sums(of: count * 5)) {
          [
            x.sum().scalars, x.sum(alongAxes: [0]).scalars, x.sum(alongAxes: [1]).scalars, channelSums(x).scalars,
            x.transposed().sum(alongAxes: [1]).scalars,
          ]
        }
      }
    }
  }

  @Test("Softmax and its relatives, and their gradients: within 1e-6 √columns")
  func softmaxes() async {
    await #expect(processExitsWith: .success) {
      for columns in [2, 10, 333, 5000] {
        let x = KernelInputs.normal([13, columns]) * 3
        let weights = KernelInputs.normal([13, columns], seed: 3)
        let functions: [(Tensor) -> Tensor] = [
          softmax, logSoftmax, { logSumExp($0).reshaped(to: [13, 1]).broadcast(to: $0.shape) },
        ]
        for function in functions {
          compareInstructionSets("softmax of \(columns)", .sums(of: columns)) {
            var variable = Variable(x)
            let gradient = variable.valueAndGradient { (function($0.value) * weights).sum() }.gradient
            return [function(x).scalars, gradient.tensors[0].scalars]
          }
        }
      }
    }
  }

  @Test("Losses on means of n terms, and their gradients: within 2e-6")
  func losses() async {
    await #expect(processExitsWith: .success) {
      let (x, t) = (KernelInputs.normal([1001, 10]), KernelInputs.uniform([1001, 10], low: 0, high: 1))
      let losses: [(String, (Tensor) -> Tensor)] = [
        ("cross entropy", { crossEntropy(logits: $0, labels: (0..<1001).map { $0 % 10 }) }),
        ("binary cross entropy", { binaryCrossEntropy(logits: $0, target: t) }),
        ("binary cross entropy of a constant", { binaryCrossEntropy(logits: $0, target: 0.9) }),
        ("squared error", { meanSquaredError($0, t) }), ("absolute error", { meanAbsoluteError($0, t) }),
      ]
      for (name, loss) in losses {
        compareInstructionSets(name, .within(2e-6)) {
          var variable = Variable(x)
          let (value, gradient) = variable.valueAndGradient { loss($0.value) }
          // Gradients of a mean are small: compared as those of the sum.
          return [[value], (gradient.tensors[0] * Float(x.count)).scalars]
        }
      }
    }
  }

  @Test("Batch normalisation of n rows: within 1e-6 √n")
  func normalization() async {
    await #expect(processExitsWith: .success) {
      for channels in [3, 16, 37] {
        let x = KernelInputs.normal([2003, channels]) + 0.5
        let scale = KernelInputs.uniform([channels], low: 0.5, high: 1.5)
        let weights = KernelInputs.normal([2003, channels], seed: 4)
        compareInstructionSets("normalisation of \(channels) channels", .sums(of: 2003)) {
          var variable = Variable(x)
          // Slope 1: a value near the kink of a rectifier may fall on either side.
          let gradient = variable.valueAndGradient {
            (batchNormalized($0.value, scale: scale, shift: Tensor.ones([channels]), epsilon: 1e-5, slope: 1).output
              * weights).sum()
          }.gradient
          let found = batchNormalized(x, scale: scale, shift: scale, epsilon: 1e-5, slope: 0.2)
          return [
            found.output.scalars, found.statistics.mean.scalars, found.statistics.variance.scalars,
            gradient.tensors[0].scalars,
            affineActivated(x, factor: scale, offset: scale, slope: 0).scalars,
          ]
        }
      }
    }
  }

  @Test("Winograd's method in every schedule, and packed products: sums of their terms")
  func linesOfChannels() async {
    await #expect(processExitsWith: .success) {
      for (kernel, stride) in [(3, 1), (3, 2), (4, 2), (5, 2)] {
        let geometry = ConvolutionGeometry(
          input: [9, 13, 13, 20], weight: [kernel, kernel, 20, 37], stride: stride, padding: 1)
        let x = KernelInputs.normal(geometry.inputShape)
        let weight = KernelInputs.normal(geometry.weightShape, seed: 2) * (1 / Float(kernel * kernel * 20).squareRoot())
        let dy = KernelInputs.normal(geometry.outputShape, seed: 3)
        for (tile, schedule) in [(4, WinogradSchedule.alone), (4, .together), (4, .inGroups), (2, .alone)] {
          // Every result is brought to about one: the weight's gradient is a sum over the positions.
          let scale = 1 / Float(geometry.positions).squareRoot()
          compareInstructionSets("Winograd \(kernel)×\(kernel), tiles of \(tile)", .sums(of: 2500)) {
            guard let swept = geometry.sweep(x: x, weight: weight, dy: dy, tile: tile, schedule) else { return [] }
            return [swept.y.scalars, swept.dx.scalars, (swept.dw * scale).scalars]
          }
        }
      }
      for (rows, columns, inner) in [(10, 256, 112), (70, 272, 300), (128, 64, 80)] {
        let a = KernelInputs.normal([rows, inner]) * (1 / Float(inner).squareRoot())
        let b = KernelInputs.normal([inner, columns], seed: 2)
        compareInstructionSets("product \(rows) × \(columns) over \(inner)", .sums(of: inner)) {
          [
            matmul(a, b).scalars, matmul(a.transposed(), b, transposeA: true).scalars,
            matmul(a, b.transposed(), transposeB: true).scalars,
          ]
        }
      }
    }
  }

  @Test("Convolutions of few channels: sums of their terms")
  func fewChannels() async {
    await #expect(processExitsWith: .success) {
      for (channels, kernel, stride, outputs) in [(1, 4, 2, 64), (3, 3, 1, 37), (3, 5, 2, 96), (4, 5, 1, 16)] {
        let geometry = ConvolutionGeometry(
          input: [3, 13, 15, channels], weight: [kernel, kernel, channels, outputs], stride: stride, padding: 1)
        let x = KernelInputs.normal(geometry.inputShape)
        let weight = KernelInputs.normal(geometry.weightShape, seed: 2) * (1 / Float(outputs).squareRoot())
        let dy = KernelInputs.normal(geometry.outputShape, seed: 3)
        let scale = 1 / Float(geometry.positions).squareRoot()
        compareInstructionSets("\(kernel)×\(kernel) of \(channels) channels", .sums(of: 1000)) {
          [
            geometry.run(.forward, x: x, weight: weight, dy: dy, by: .fewChannels).scalars,
            geometry.run(.inputGradient, x: x, weight: weight, dy: dy, by: .fewChannels).scalars,
            (geometry.run(.weightGradient, x: x, weight: weight, dy: dy, by: .fewChannels) * scale).scalars,
          ]
        }
      }
    }
  }

  @Test("Convolutions, whose products are those of BLAS under every set: the same bits")
  func convolutions() async {
    await #expect(processExitsWith: .success) {
      let x = KernelInputs.normal([3, 9, 11, 5])
      let weight = KernelInputs.normal([3, 3, 5, 7], seed: 3)
      for padding in 0...2 {
        let geometry = ConvolutionGeometry(input: x.shape, weight: weight.shape, stride: 2, padding: padding)
        let dy = KernelInputs.normal(geometry.outputShape, seed: 4)
        for pass in ConvolutionAlgorithm.Pass.allCases {
          compareInstructionSets("\(pass)", .bits) {
            [ConvolutionAlgorithm.blocked, .whole].map {
              geometry.run(pass, x: x, weight: weight, dy: dy, by: $0).scalars
            }
          }
        }
      }
      compareInstructionSets("average pooling", .within(1e-6)) { [averagePool2D(x, size: 2).scalars] }
    }
  }

  @Test("A step of an optimizer: within 1e-6 of max(1, |p|)")
  func optimizers() async {
    await #expect(processExitsWith: .success) {
      let (weight, bias) = (KernelInputs.normal([1013]), KernelInputs.normal([7]))
      let gradient = TwoParameters.gradient(KernelInputs.normal([1013], seed: 5), KernelInputs.normal([7], seed: 6))
      let names = [
        "sgd", "sgd-decay", "sgd-momentum", "sgd-momentum-decay", "sgd-nesterov-decay", "adam", "adam-gan",
        "adam-decay",
        "adamw", "rmsprop", "rmsprop-centred",
      ]
      for name in names {
        compareInstructionSets(name, .within(1e-6)) {
          var model = TwoParameters(weight: weight, bias: bias)
          guard var optimizer = makeOptimizer(name) else {
            Issue.record("there is no optimizer \(name)")
            return []
          }
          for _ in 0..<3 { optimizer.update(&model, along: gradient) }
          return model.parameters().map(\.tensor.scalars)
        }
      }
      compareInstructionSets("the norm of a gradient", .within(1e-6)) {
        var clipped = gradient
        return [[clipped.clip(toNorm: 2)], clipped.tensors[0].scalars]
      }
      compareInstructionSets("finiteness", .bits) {
        let broken = TwoParameters.gradient(Tensor(weight.scalars + [.nan]), bias)
        return [[gradient.firstNonFinite() == nil ? 1 : 0, broken.firstNonFinite() == "weight" ? 1 : 0]]
      }
    }
  }

  @Test("Kernel rows of support vector machines: within 2e-6; what selects and copies: the same bits")
  func supportVectors() async {
    await #expect(processExitsWith: .success) {
      let count = 1003
      let dots = KernelInputs.uniform([count], low: -1, high: 1)
      let norms = KernelInputs.uniform([count], low: 1, high: 2, seed: 3)
      compareInstructionSets("kernel rows", .within(2e-6)) {
        let rows = (0..<3).map { kind in
          Tensor(shape: [count]) { row in
            guard let row = row.baseAddress else { return }
            switch kind {
            case 0:
              SupportVectorKernels.radialBasis(
                count: count, gamma: 0.7, norm: 1.5, norms: norms.pointer, dots: dots.pointer, into: row)
            case 1:
              SupportVectorKernels.polynomial(
                count: count, gamma: 0.5, constant: 1, degree: 5, dots: dots.pointer, into: row)
            default:
              SupportVectorKernels.sigmoid(count: count, gamma: 2, constant: 0.1, dots: dots.pointer, into: row)
            }
          }
        }
        return rows.map(\.scalars)
      }
      let sparse = KernelInputs.normal([301, 41]).relu()
      compareInstructionSets("what selects and copies", .bits) {
        let used = Tensor(sparse.scalars.enumerated().map { $0.offset % 41 < 20 ? 0 : $0.element }, shape: [301, 41])
        return [
          used.columnsInUse(byRows: [0, 5, 7]).map(Float.init),
          used.subtractingFromRows([Float](repeating: 0.25, count: 41)).scalars,
          [sparse.firstNonFinite().map(Float.init) ?? -1],
        ]
      }
      compareInstructionSets("moments", .within(1e-6)) {
        let moments = sparse.moments()
        return [sparse.squaredRowNorms(), sparse.columnMeans(), [Float(moments.mean), Float(moments.variance)]]
      }
      compareInstructionSets("working sets", .within(1e-6)) {
        var v = dots.scalars.map(Double.init)
        let (up, low) = ([Float](repeating: 0, count: count), [Float](repeating: 0, count: count))
        let found = SupportVectorKernels.update(
          &v, step: 0.5, rows: (dots.pointer, norms.pointer), up: up, low: low)
        let partner = SupportVectorKernels.second(
          to: found.first, row: dots.pointer, diagonal: norms.scalars, v: v, low: low)
        SupportVectorKernels.subtract([(0.3, norms.pointer)], from: &v)
        return [
          [Float(found.highest), Float(found.lowest), Float(found.first), Float(partner ?? -1)], v.map(Float.init),
        ]
      }
      compareInstructionSets("sparse products", .sums(of: 41)) {
        guard let rows = SparseRows(sparse, upTo: 1) else { return [] }
        let vectors = KernelInputs.normal([41, SparseRows.batch])
        let products = Tensor(shape: [SparseRows.batch, 301]) { products in
          guard let base = products.baseAddress else { return }
          rows.products(with: vectors.pointer, rows: nil, first: 0, count: 301, into: base, stride: 301)
        }
        return [products.scalars]
      }
      compareInstructionSets("coordinate descent", .within(1e-4)) {
        let rows = BlockRows(sparse)
        let norms = rows.squaredNorms()
        var state = CoordinateDescentState(
          alpha: [Double](repeating: 0, count: 301), weights: [Float](repeating: 0, count: rows.paddedDimension),
          biasWeight: 0)
        var random = RandomSource(seed: 9)
        for _ in 0..<3 {
          _ = state.descend(
            on: rows, signs: (0..<301).map { $0 % 2 == 0 ? 1 : -1 }, upper: [Double](repeating: 1, count: 301),
            ridge: [Double](repeating: 0, count: 301), diagonal: norms.map { $0 + 1 }, biasScale: 1,
            shrinkAbove: .infinity, shrinkBelow: -.infinity, using: &random)
        }
        return [norms.map(Float.init), state.weights, state.alpha.map(Float.init)]
      }
    }
  }
}
