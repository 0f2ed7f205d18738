internal import CKernels

/// The sizes of a 2-D convolution of images `[N, H, W, C]` with a kernel `[kh, kw, C, K]`.
///
/// A transposed convolution is the adjoint of one: its geometry is that of the convolution it inverts.
package struct ConvolutionGeometry: Hashable, Sendable {
  package var batch: Int
  package var height: Int
  package var width: Int
  package var channels: Int
  package var outputChannels: Int
  package var kernelHeight: Int
  package var kernelWidth: Int
  package var stride: Int
  package var padding: Int
  /// Pixels between neighbouring taps of the kernel.
  package var dilation: Int
  /// Blocks of channels that are convolved apart, each giving its block of output channels.
  package var groups: Int
  package var outputHeight: Int
  package var outputWidth: Int

  /// The geometry of convolving `input` with `weight` `[kh, kw, C / groups, K]`.
  package init(input: Shape, weight: Shape, stride: Int, padding: Int, dilation: Int = 1, groups: Int = 1) {
    precondition(input.count == 4, "a convolution takes images [N, H, W, C], not a tensor of shape \(input)")
    precondition(weight.count == 4, "a convolution's weight is [kh, kw, C, K], not of shape \(weight)")
    Self.checkSpacing(stride: stride, padding: padding, dilation: dilation)
    Self.checkGroups(groups, channels: input[3], outputChannels: weight[3])
    precondition(
      input[3] == weight[2] * groups,
      """
      images of shape \(input) have \(input[3]) channels; the weight \(weight) expects \(weight[2] * groups)\
      \(groups == 1 ? "" : ", \(weight[2]) in each of \(groups) groups")
      """)
    let (spanY, spanX) = (dilation * (weight[0] - 1) + 1, dilation * (weight[1] - 1) + 1)
    precondition(
      input[1] + 2 * padding >= spanY && input[2] + 2 * padding >= spanX,
      """
      a kernel of shape \(weight)\(dilation == 1 ? "" : " with dilation \(dilation)") is larger than images of shape \
      \(input) padded by \(padding)
      """)
    self.init(
      batch: input[0], height: input[1], width: input[2], channels: input[3], outputChannels: weight[3],
      kernelHeight: weight[0], kernelWidth: weight[1], stride: stride, padding: padding, dilation: dilation,
      groups: groups, outputHeight: (input[1] + 2 * padding - spanY) / stride + 1,
      outputWidth: (input[2] + 2 * padding - spanX) / stride + 1)
  }

  /// The geometry whose adjoint maps `input` `[N, h, w, K]` to larger images, `weight` being `[kh, kw, C / groups, K]`.
  package init(
    transposedInput input: Shape, weight: Shape, stride: Int, padding: Int, outputPadding: Int, dilation: Int = 1,
    groups: Int = 1
  ) {
    precondition(input.count == 4, "a transposed convolution takes images [N, H, W, C], not a tensor of shape \(input)")
    precondition(weight.count == 4, "a transposed convolution's weight is [kh, kw, Cout, Cin], not of shape \(weight)")
    precondition(
      input[3] == weight[3],
      "images of shape \(input) have \(input[3]) channels; the weight \(weight) expects \(weight[3])")
    Self.checkSpacing(stride: stride, padding: padding, dilation: dilation)
    Self.checkGroups(groups, channels: input[3], outputChannels: weight[2] * Swift.max(1, groups))
    precondition(
      (0..<stride).contains(outputPadding), "output padding \(outputPadding) must be in 0..<\(stride), the stride")
    let height = (input[1] - 1) * stride - 2 * padding + dilation * (weight[0] - 1) + 1 + outputPadding
    let width = (input[2] - 1) * stride - 2 * padding + dilation * (weight[1] - 1) + 1 + outputPadding
    precondition(
      height > 0 && width > 0,
      "a transposed convolution of \(input) by \(weight) with padding \(padding) leaves no pixels")
    self.init(
      batch: input[0], height: height, width: width, channels: weight[2] * groups, outputChannels: weight[3],
      kernelHeight: weight[0], kernelWidth: weight[1], stride: stride, padding: padding, dilation: dilation,
      groups: groups, outputHeight: input[1], outputWidth: input[2])
  }

  private static func checkSpacing(stride: Int, padding: Int, dilation: Int) {
    precondition(stride >= 1 && padding >= 0, "stride \(stride) must be positive and padding \(padding) not negative")
    precondition(dilation >= 1, "dilation \(dilation) must be positive; 1 leaves no gaps")
  }

  /// Layers make the same checks before they allocate a weight.
  static func checkGroups(_ groups: Int, channels: Int, outputChannels: Int) {
    precondition(groups >= 1, "a convolution has at least one group, not \(groups)")
    precondition(channels % groups == 0, "\(channels) input channels do not divide into \(groups) groups")
    precondition(outputChannels % groups == 0, "\(outputChannels) output channels do not divide into \(groups) groups")
  }

  private init(
    batch: Int, height: Int, width: Int, channels: Int, outputChannels: Int, kernelHeight: Int, kernelWidth: Int,
    stride: Int, padding: Int, dilation: Int, groups: Int, outputHeight: Int, outputWidth: Int
  ) {
    self.batch = batch
    self.height = height
    self.width = width
    self.channels = channels
    self.outputChannels = outputChannels
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
    self.outputHeight = outputHeight
    self.outputWidth = outputWidth
  }

  /// `[N, H, W, C]`.
  package var inputShape: Shape { [batch, height, width, channels] }
  /// `[N, outputHeight, outputWidth, K]`.
  package var outputShape: Shape { [batch, outputHeight, outputWidth, outputChannels] }
  /// `[kh, kw, C / groups, K]`.
  package var weightShape: Shape { [kernelHeight, kernelWidth, channels / groups, outputChannels] }
  /// Output positions: rows of the patch matrix.
  package var positions: Int { batch * outputHeight * outputWidth }
  /// Output positions of one image.
  package var positionsPerImage: Int { outputHeight * outputWidth }
  /// Scalars of a patch: columns of the patch matrix.
  package var patchSize: Int { kernelHeight * kernelWidth * channels }

  var patches: ladle_patches {
    ladle_patches(
      height: height, width: width, channels: channels, pixel_stride: channels, kernel_height: kernelHeight,
      kernel_width: kernelWidth, stride_y: stride, stride_x: stride, padding_y: padding, padding_x: padding,
      dilation_y: dilation, dilation_x: dilation, out_height: outputHeight, out_width: outputWidth)
  }
}
