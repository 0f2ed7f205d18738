public import Tensor

/// What is wrong with a module's parameters, or `nil`: names must be the same at every visit and unique, and every
/// parameter must receive a gradient that is not zero everywhere from `loss`.
public func moduleLawViolation<M: Module>(of module: M, loss: (inout M) -> Tensor) -> String? {
  let names = module.parameters(includingState: true).map(\.name)
  if names != module.parameters(includingState: true).map(\.name) { return "two visits give different names" }
  if Set(names).count != names.count { return "names are not unique: \(names)" }
  if names.isEmpty { return "the module shows no parameters" }
  var copy = module
  let (_, gradient) = copy.valueAndGradient(of: loss)
  if !gradient.unused.isEmpty { return "the loss does not depend on \(gradient.unused)" }
  for (name, tensor) in zip(gradient.names, gradient.tensors) where tensor.scalars.allSatisfy({ $0 == 0 }) {
    return "the gradient of \(name) is zero everywhere"
  }
  return nil
}
