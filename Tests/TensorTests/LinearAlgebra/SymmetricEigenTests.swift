import Tensor
import TestSupport
import Testing

@Suite("Eigenvalues of symmetric matrices")
struct SymmetricEigenTests {
  @Test("They are numpy's, and so are the vectors with our choice of sign")
  func parity() throws {
    let file = try SafeTensors.read(fixturePath("LBFGS/lbfgs.safetensors"))
    let eigen = try SymmetricEigen(of: try #require(file["matrix"]))
    // Single precision, eigenvalues of the order of 5.
    #expect(relativeError(eigen.values, try #require(file["values"])) < 1e-5)
    #expect(relativeError(eigen.vectors, try #require(file["vectors"])) < 1e-4)
  }

  @Test("Vᵀ·diag(values)·V is the matrix, V is orthogonal, and a second time gives the same bits")
  func reconstruction() throws {
    var random = RandomSource(seed: 5)
    for count in [1, 2, 17, 60] {
      let base = Tensor(normal: [count, count], using: &random)
      let matrix = base + base.transposed()
      let eigen = try SymmetricEigen(of: matrix)
      let scaled = eigen.vectors * eigen.values.reshaped(to: [count, 1])
      #expect(relativeError(matmul(eigen.vectors, scaled, transposeA: true), matrix) < 1e-5)
      let products = matmul(eigen.vectors, eigen.vectors, transposeB: true)
      #expect(relativeError(products, Tensor.oneHot(Array(0..<count), classes: count)) < 1e-5)
      #expect(zip(eigen.values.scalars, eigen.values.scalars.dropFirst()).allSatisfy { $0 <= $1 })
      let again = try SymmetricEigen(of: matrix)
      #expect(bitMismatch(eigen.vectors, again.vectors) == nil && bitMismatch(eigen.values, again.values) == nil)
    }
  }

  @Test("The triangle above the diagonal is not read, and the matrix stays as it is")
  func triangle() throws {
    let matrix = Tensor([2, 99, 1, 2], shape: [2, 2])
    let eigen = try SymmetricEigen(of: matrix)
    #expect(mismatch(eigen.values.scalars, [1, 3]) == nil)
    #expect(matrix.scalars == [2, 99, 1, 2])
    #expect(try SymmetricEigen(of: .zeros([0, 0])).values.count == 0)
  }

  @Test("A scalar that is not finite is an error", arguments: [Float.nan, .infinity])
  func notFinite(scalar: Float) {
    #expect(throws: SymmetricEigen.Failure.notFinite) {
      try SymmetricEigen(of: Tensor([1, 0, scalar, 1], shape: [2, 2]))
    }
  }
}
