/// x·W + b for x `[N, inputs]`, W `[inputs, outputs]` and b `[outputs]`, the bias added while the product is in the
/// cache.
///
/// Gradient: dx = dy·Wᵀ, dW = xᵀ·dy, db = the sum of dy over rows.
package func affine(_ x: Tensor, _ weight: Tensor, bias: Tensor?) -> Tensor {
  var y = matmul(x.detached, weight.detached)
  if let bias { y.addBias(bias) }
  let (ux, uw) = (x.detached, weight.detached)
  return y.recorded(from: x, weight, bias ?? .none) { dy, wanted in
    [
      wanted[0] ? matmul(dy, uw, transposeB: true) : nil,
      wanted[1] ? matmul(ux, dy, transposeA: true) : nil,
      wanted[2] ? channelSums(dy) : nil,
    ]
  }
}
