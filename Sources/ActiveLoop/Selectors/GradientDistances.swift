package import Tensor

/// Squared distances between gradients of a last layer that are never formed.
///
/// For a sample with features h and probabilities p whose label is taken to be ŷ = argmax p, the gradient of the
/// cross-entropy with respect to the last layer's weights is the outer product g = q ⊗ h with q = p − e_ŷ (Ash, Zhang,
/// Krishnamurthy, Langford and Agarwal, "Deep batch active learning by diverse, uncertain gradient lower bounds", ICLR
/// 2020, equation 1). As a·b of outer products is the product of their factors' products,
///
///     |gᵢ − gⱼ|² = |qᵢ|²|hᵢ|² + |qⱼ|²|hⱼ|² − 2 (qᵢ·qⱼ)(hᵢ·hⱼ),
///
/// which takes K + F multiplications, not K·F, and memory for N·(K + F) scalars. Equal rows are at distance 0 exactly;
/// others are off by about 1e-6 of their squared norms.
package struct GradientDistances: SquaredDistances {
  /// Row by row q, then h.
  private let factors: Tensor
  private let classes: Int
  /// |g|².
  package let squaredNorms: [Float]

  /// - Parameters:
  ///   - outputs: row by row the probabilities and the features, `[N, classes + F]`.
  ///   - classes: the number of probabilities.
  package init(_ outputs: Tensor, classes: Int) {
    precondition(
      outputs.rank == 2 && classes > 0 && outputs.shape[1] >= classes,
      "outputs of shape \(outputs.shape) do not begin with \(classes) probabilities")
    var factors = outputs.detached
    let (count, width) = (factors.shape[0], factors.shape[1])
    factors.withUnsafeMutableScalars { scalars in
      for row in 0..<count {
        var likeliest = row * width
        for place in row * width..<row * width + classes where scalars[place] > scalars[likeliest] {
          likeliest = place
        }
        scalars[likeliest] -= 1
      }
    }
    let (source, features) = (factors.pointer, width - classes)
    squaredNorms = (0..<count).map { row in
      let (q, h) = (source + row * width, source + row * width + classes)
      return dot(q, q, classes) * dot(h, h, features)
    }
    self.factors = factors
    self.classes = classes
  }

  package var count: Int { squaredNorms.count }

  package func isPoint(_ row: Int) -> Bool { squaredNorms[row].isFinite }

  /// - Complexity: O(N·(K + F)), in parallel: one pass over the factors.
  package func distances(toRow row: Int, into distances: inout [Float]) {
    precondition(distances.count == count, "there is room for \(distances.count) distances of \(count)")
    let (source, width, classes) = (factors.pointer, factors.shape[1], classes)
    let (centre, features) = (source + row * width, width - classes)
    distances.withUnsafeMutableBufferPointer { target in
      squaredNorms.withUnsafeBufferPointer { norms in
        let norm = norms[row]
        parallelChunks(norms.count, of: 512) { range in
          for other in range {
            let factor = source + other * width
            let product = dot(factor, centre, classes) * dot(factor + classes, centre + classes, features)
            target[other] = max(0, norms[other] + norm - 2 * product)
          }
        }
      }
    }
    withExtendedLifetime(factors) {}
  }
}

/// Σ aₖ·bₖ, by sixteen partial sums, then by four.
private func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
  let (left, right) = (UnsafeRawPointer(a), UnsafeRawPointer(b))
  var (sums, quarter) = (SIMD16<Float>.zero, SIMD4<Float>.zero)
  var k = 0
  while k + 16 <= count {
    sums +=
      left.loadUnaligned(fromByteOffset: 4 * k, as: SIMD16<Float>.self)
      * right.loadUnaligned(fromByteOffset: 4 * k, as: SIMD16<Float>.self)
    k += 16
  }
  while k + 4 <= count {
    quarter +=
      left.loadUnaligned(fromByteOffset: 4 * k, as: SIMD4<Float>.self)
      * right.loadUnaligned(fromByteOffset: 4 * k, as: SIMD4<Float>.self)
    k += 4
  }
  var sum = sums.sum() + quarter.sum()
  while k < count {
    sum += a[k] * b[k]
    k += 1
  }
  return sum
}
