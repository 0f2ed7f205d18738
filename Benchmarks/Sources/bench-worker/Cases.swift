import Models

/// Every case by name; the peers' workers know the same ones, with the same parameters.
func cases() -> [String: () throws -> any Case] {
  [
    "dcgan32-b64": { DCGANStep(batch: 64) },
    "dcgan32-b128": { DCGANStep(batch: 128) },
    "synthesis": { Synthesis() },
    "svm-rbf": {
      var parameters = SupportVectorMachine.Parameters()
      parameters.kernel = .radialBasis(gamma: .value(0.0144))
      parameters.cost = 1
      parameters.tolerance = 1e-3
      return try SupportVectorFit(parameters)
    },
    "svm-linear-hinge": { try SupportVectorFit(linear(.hinge)) },
    "svm-linear-squared": { try SupportVectorFit(linear(.squaredHinge)) },
  ]
}

private func linear(_ loss: SupportVectorMachine.Loss) -> SupportVectorMachine.Parameters {
  var parameters = SupportVectorMachine.Parameters()
  parameters.loss = loss
  parameters.cost = 0.01
  parameters.tolerance = 1e-4
  return parameters
}
