import Tensor
import TestSupport

extension OperationCase {
  static let convolutions: [OperationCase] = {
    let files = [
      "Convolution", "ConvolutionAlgorithm", "ConvolutionGeometry", "ConvolutionPasses", "ConvolutionProducts",
      "ConvolutionTrials",
    ]
    // kernel, stride, padding
    let shapes = [(1, 1, 0), (3, 1, 1), (3, 2, 1), (4, 2, 1), (5, 2, 2), (2, 3, 0), (3, 1, 2)]
    let plain = shapes.map { kernel, stride, padding in
      OperationCase(
        "convolution \(kernel)×\(kernel) stride \(stride) padding \(padding)", files: files,
        [.uniform([2, 6, 5, 2]), .uniform([kernel, kernel, 2, 3]), .uniform([3])]
      ) { convolution2D($0[0], $0[1], bias: $0[2], stride: stride, padding: padding) }
    }
    let transposed = [(1, 1, 0, 0), (3, 1, 1, 0), (3, 2, 1, 1), (4, 2, 1, 0), (5, 2, 2, 1), (2, 3, 0, 2)].map {
      kernel, stride, padding, outputPadding in
      OperationCase(
        "transposed convolution \(kernel)×\(kernel) stride \(stride) padding \(padding) output padding \(outputPadding)",
        files: files, [.uniform([2, 3, 4, 3]), .uniform([kernel, kernel, 2, 3]), .uniform([2])]
      ) {
        transposedConvolution2D(
          $0[0], $0[1], bias: $0[2], stride: stride, padding: padding, outputPadding: outputPadding)
      }
    }
    return plain + transposed + winograd + fewChannels
  }()

  /// Enough channels for Winograd's method.
  private static let winograd: [OperationCase] = {
    let files = ["Winograd", "WinogradChunk", "WinogradGroups", "WinogradPhases", "WinogradSweep"]
    let (factor, offset) = (Tensor([0.5, -2, 1, 3, 1, 1, -1, 2, 1]), Tensor([4, -16, 8, 24, 8, 8, -8, 16, 8]))
    return [
      // The offsets keep every activation away from the kink, on both sides of it.
      OperationCase(
        unary: "convolution with an epilogue", files: ["ConvolutionEpilogue"], .uniform([2, 5, 6, 8])
      ) {
        let weight = Tensor((0..<648).map { Float($0 % 7) / 7 - 0.4 }, shape: [3, 3, 8, 9])
        return convolutionActivated($0, weight, factor: factor, offset: offset, slope: 0.2, padding: 1)
      },
      OperationCase(
        "convolution with a rectifier", files: ["ConvolutionEpilogue"],
        [.uniform([2, 5, 6, 8]), .uniform([3, 3, 8, 9], in: -0.3...0.3), .uniform([9], in: 6...7)]
      ) {
        convolutionRectified(
          $0[0], $0[1], bias: $0[2] * Tensor([1, -1, 1, -1, 1, -1, 1, -1, 1]), slope: 0.2, padding: 1)
      },
      OperationCase(
        "Winograd 3×3", files: files, [.uniform([2, 5, 6, 8]), .uniform([3, 3, 8, 9]), .uniform([9])]
      ) { convolution2D($0[0], $0[1], bias: $0[2], padding: 1) },
      OperationCase(
        "Winograd 4×4 stride 2", files: files, [.uniform([2, 8, 8, 8]), .uniform([4, 4, 8, 8]), .uniform([8])]
      ) { convolution2D($0[0], $0[1], bias: $0[2], stride: 2, padding: 1) },
      OperationCase(
        "Winograd 3×3 stride 2", files: files, [.uniform([2, 8, 8, 8]), .uniform([3, 3, 8, 8]), .uniform([8])]
      ) { convolution2D($0[0], $0[1], bias: $0[2], stride: 2, padding: 1) },
      OperationCase(
        "Winograd 4×4 stride 2 transposed", files: files,
        [.uniform([2, 4, 4, 8]), .uniform([4, 4, 8, 8]), .uniform([8])]
      ) { transposedConvolution2D($0[0], $0[1], bias: $0[2], stride: 2, padding: 1) },
      OperationCase(
        "Winograd 5×5 stride 2 transposed", files: files, [.uniform([1, 4, 4, 8]), .uniform([5, 5, 8, 8])]
      ) { transposedConvolution2D($0[0], $0[1], stride: 2, padding: 2, outputPadding: 1) },
    ]
  }()

  /// Few enough channels, and enough outputs, for patches that are read where they lie.
  private static let fewChannels: [OperationCase] = {
    let files = ["FewChannelConvolution"]
    let sizes = [(3, 1, 1, 1), (4, 2, 1, 3), (5, 2, 2, 2)]
    return sizes.flatMap { kernel, stride, padding, channels in
      let name = "\(kernel)×\(kernel) stride \(stride) of \(channels) channels"
      let weight = OperationCase.Operand.uniform([kernel, kernel, channels, 16])
      return [
        OperationCase("convolution \(name)", files: files, [.uniform([2, 6, 5, channels]), weight, .uniform([16])]) {
          convolution2D($0[0], $0[1], bias: $0[2], stride: stride, padding: padding)
        },
        OperationCase(
          "transposed convolution \(name)", files: files, [.uniform([1, 3, 4, 16]), weight, .uniform([channels])]
        ) { transposedConvolution2D($0[0], $0[1], bias: $0[2], stride: stride, padding: padding) },
      ]
    } + [
      OperationCase(
        "convolution of 3 channels with a rectifier", files: files,
        [.uniform([2, 5, 6, 3]), .uniform([3, 3, 3, 16], in: -0.3...0.3), .uniform([16], in: 6...7)]
      ) {
        let signs = Tensor((0..<16).map { $0 % 2 == 0 ? 1 : -1 })
        return convolutionRectified($0[0], $0[1], bias: $0[2] * signs, slope: 0.2, padding: 1)
      }
    ]
  }()

  static let groupedConvolutions: [OperationCase] = {
    let files = ["Convolution", "ConvolutionGeometry", "ConvolutionPasses", "GroupedConvolution"]
    // channels, outputs, kernel, stride, padding, dilation, groups
    let shapes = [
      (2, 3, 3, 1, 1, 2, 1), (2, 2, 2, 2, 2, 3, 1), (4, 6, 3, 1, 1, 1, 2), (3, 6, 2, 2, 1, 2, 3),
      (3, 3, 3, 1, 1, 1, 3), (5, 5, 3, 2, 2, 2, 5),
    ]
    return shapes.flatMap { channels, outputs, kernel, stride, padding, dilation, groups in
      let name =
        "\(kernel)×\(kernel) stride \(stride) padding \(padding) dilation \(dilation), \(channels) to \(outputs) "
        + "channels in \(groups) groups"
      let weight = OperationCase.Operand.uniform([kernel, kernel, channels / groups, outputs])
      return [
        OperationCase(
          "convolution \(name)", files: files,
          [.uniform([2, 6, 5, channels]), weight, .uniform([outputs])]
        ) {
          convolution2D(
            $0[0], $0[1], bias: $0[2], stride: stride, padding: padding, dilation: dilation, groups: groups)
        },
        OperationCase(
          "transposed convolution \(name)", files: files,
          [.uniform([1, 3, 4, outputs]), weight, .uniform([channels])]
        ) {
          transposedConvolution2D(
            $0[0], $0[1], bias: $0[2], stride: stride, padding: padding, dilation: dilation, groups: groups)
        },
      ]
    }
  }()

  static let pooling: [OperationCase] = [
    OperationCase(unary: "max pool 2", files: ["Pooling"], .distinct([2, 4, 6, 3])) { maxPool2D($0, size: 2) },
    OperationCase(unary: "max pool 3 stride 2 padding 1", files: ["Pooling"], .distinct([1, 5, 6, 2])) {
      maxPool2D($0, size: 3, stride: 2, padding: 1)
    },
    OperationCase(unary: "average pool 2", files: ["Pooling"], .uniform([2, 4, 4, 2])) { averagePool2D($0, size: 2) },
    OperationCase(unary: "average pool 3 stride 2 padding 1", files: ["Pooling"], .uniform([1, 5, 4, 2])) {
      averagePool2D($0, size: 3, stride: 2, padding: 1)
    },
    OperationCase(unary: "global average pool", files: ["Pooling"], .uniform([2, 3, 4, 2])) { globalAveragePool2D($0) },
  ]

  static let normalizations: [OperationCase] = [
    OperationCase(
      "batch norm of images", files: ["BatchNorm"],
      [.uniform([3, 2, 3, 2]), .uniform([2], in: 0.5...1.5), .uniform([2])], tolerance: 5e-3
    ) { batchNormalized($0[0], scale: $0[1], shift: $0[2], epsilon: 1e-5, slope: 1).output },
    OperationCase(
      "batch norm of features", files: ["BatchNorm"],
      [.uniform([6, 3]), .uniform([3], in: 0.5...1.5), .uniform([3])], tolerance: 5e-3
    ) { batchNormalized($0[0], scale: $0[1], shift: $0[2], epsilon: 1e-3, slope: 1).output },
    OperationCase(
      // The shift keeps every activation away from the kink.
      "batch norm and leaky ReLU, positive", files: ["BatchNorm"],
      [.uniform([5, 3]), .uniform([3], in: 0.5...1), .uniform([3], in: 3...4)], tolerance: 5e-3
    ) { batchNormalized($0[0], scale: $0[1], shift: $0[2], epsilon: 1e-5, slope: 0.2).output },
    OperationCase(
      "batch norm and leaky ReLU, negative", files: ["BatchNorm"],
      [.uniform([5, 3]), .uniform([3], in: 0.5...1), .uniform([3], in: -4 ... -3)], tolerance: 5e-3
    ) { batchNormalized($0[0], scale: $0[1], shift: $0[2], epsilon: 1e-5, slope: 0.2).output },
    // Those who read a batch norm that is not stored. Eight channels are enough for Winograd's method.
    OperationCase(
      "convolution of a batch norm", files: ["NormalizedReaders"],
      [.uniform([2, 5, 6, 8]), .uniform([8], in: 0.5...1), .uniform([8], in: 3...4), .uniform([3, 3, 8, 9])],
      tolerance: 5e-3
    ) {
      convolution2D(NormalizedBatch($0[0], scale: $0[1], shift: $0[2], epsilon: 1e-5, slope: 0.2), $0[3], padding: 1)
    },
    OperationCase(
      "transposed convolution of a batch norm", files: ["NormalizedReaders"],
      [.uniform([2, 4, 4, 8]), .uniform([8], in: 0.5...1), .uniform([8], in: -4 ... -3), .uniform([4, 4, 8, 8])],
      tolerance: 5e-3
    ) {
      transposedConvolution2D(
        NormalizedBatch($0[0], scale: $0[1], shift: $0[2], epsilon: 1e-5, slope: 0.2), $0[3], stride: 2, padding: 1)
    },
    OperationCase(
      "max pool of a batch norm", files: ["NormalizedReaders", "Pooling"],
      [.distinct([2, 4, 6, 3]), .uniform([3], in: 0.5...1), .uniform([3], in: 3...4)], tolerance: 5e-3
    ) { maxPool2D(NormalizedBatch($0[0], scale: $0[1], shift: $0[2], epsilon: 1e-5, slope: 0), size: 2) },
    OperationCase(
      "sum of a batch norm and a shortcut", files: ["NormalizedReaders"],
      [.uniform([5, 3]), .uniform([3], in: 0.5...1), .uniform([3]), .uniform([5, 3], in: 5...6)], tolerance: 5e-3
    ) { rectifiedSum(NormalizedBatch($0[0], scale: $0[1], shift: $0[2], epsilon: 1e-5, slope: 1), $0[3]) },
    OperationCase(unary: "affine and leaky ReLU", files: ["BatchNorm"], .uniform([4, 2], awayFrom: [-0.5, 0.25])) {
      affineActivated($0, factor: Tensor([2, -2]), offset: Tensor([1, 0.5]), slope: 0.2)
    },
    OperationCase("affine", files: ["Affine"], [.uniform([4, 3]), .uniform([3, 2]), .uniform([2])]) {
      affine($0[0], $0[1], bias: $0[2])
    },
  ]
}
