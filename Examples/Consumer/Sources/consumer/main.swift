// A program outside the repository that links Ladle by version. It prints what it computed and ends with
// "consumer: ok", or with a non-zero exit code.

import ActiveLoop
import Models
import Tensor

/// Prints a line, and ends the program if what it says does not hold.
func expect(_ holds: Bool, _ claim: String) {
  print(holds ? "  ok    " : "  FAILED", claim)
  if !holds { exitWithFailure() }
}

// MARK: - Tensor: least squares by gradient descent

/// A line through the origin of the plane: predictions are inputs · weight.
struct LinearModel: Module {
  var weight: Tensor

  mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    visitor.visit("weight", &weight)
  }
}

var random = RandomSource(seed: 1)
let inputs = Tensor(normal: [64, 2], using: &random)
let targets = matmul(inputs, Tensor([3, -2], shape: [2, 1]))
