import Models
import Tensor
import TestSupport
import Testing

@Suite("Whitening")
struct WhiteningTests {
  private let content: SafeTensors

  init() throws { content = try SafeTensors.read(fixturePath("RICA/rica.safetensors")) }

  private func entry(_ name: String) throws -> Tensor { try #require(content[name], "the fixture has no \(name)") }

  @Test("Both methods are numpy's")
  func parity() throws {
    let patches = try entry("patches")
    let pca = try Whitening(of: patches, method: .pca, regularization: 0.05)
    let zca = try Whitening(of: patches, method: .zca, regularization: 0.05)
    #expect(relativeError(pca.mean, try entry("mean")) < 1e-5)
    #expect(relativeError(pca.variances, try entry("variances")) < 1e-5)
    #expect(relativeError(pca.matrix, try entry("pca")) < 1e-4)
    #expect(relativeError(zca.matrix, try entry("zca")) < 1e-4)
    #expect(relativeError(pca(patches), try entry("pca.samples")) < 1e-4)
  }

  @Test(
    "Whitened samples have the identity as covariance, but for the regularisation", arguments: Whitening.Method.allCases
  )
  func covariance(method: Whitening.Method) throws {
    let patches = try entry("patches")
    let whitening = try Whitening(of: patches, method: method, regularization: 1e-8)
    let white = whitening(patches)
    let covariance = matmul(white, white, transposeA: true) / Float(patches.shape[0])
    // The smallest variance is 4e6 times smaller than the largest, beyond what floats tell apart: its direction is
    // left out.
    let kept = method == .pca ? 11 : 0
    let scalars = covariance.scalars
    for row in 0..<kept {
      for column in 0..<kept {
        #expect(abs(scalars[row * 12 + column] - (row == column ? 1 : 0)) < 0.02)
      }
    }
    #expect(white.mean(alongAxes: [0]).absoluteValue().max().scalar < 1e-2)
    if method == .zca {
      // Symmetric, and so without a turn.
      #expect(relativeError(whitening.matrix, whitening.matrix.transposed()) < 1e-4)
    }
  }

  @Test("A sample that is not finite is an error")
  func notFinite() {
    #expect(throws: SymmetricEigen.Failure.notFinite) {
      try Whitening(of: Tensor([1, .nan, 2, 3], shape: [2, 2]), method: .pca, regularization: 0.1)
    }
  }
}
