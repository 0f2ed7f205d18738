import Tensor
import TestSupport
import Testing

@Suite("Optimizer state")
struct OptimizerStateTests {
  private let gradients = (0..<6).map { step in
    Gradients(Tensor([1, -2, Float(step)]), Tensor([0.5, Float(step) - 3]))
  }

  private var model: TwoParameters { TwoParameters(weight: Tensor([1, 2, 3]), bias: Tensor([4, 5])) }

  @Test("Restored half way, training goes on with the same bits", arguments: optimizerNames)
  func roundTrip(name: String) throws {
    var optimizer = try #require(makeOptimizer(name))
    var model = model
    for gradient in gradients[..<3] { advance(&optimizer, &model, gradient) }
    let saved = optimizer.state
    #expect(Set(saved.map(\.name)).count == saved.count)
    var (resumed, resumedModel) = (try #require(makeOptimizer(name)), model)
    try restore(&resumed, saved, resumedModel)
    #expect(resumed.step == 3)
    for gradient in gradients[3...] {
      advance(&optimizer, &model, gradient)
      advance(&resumed, &resumedModel, gradient)
    }
    #expect(resumedModel.weight.scalars == model.weight.scalars)
    #expect(resumedModel.inner.value.scalars == model.inner.value.scalars)
  }

  @Test("The state of a fresh optimizer restores a fresh optimizer", arguments: optimizerNames)
  func fresh(name: String) throws {
    let saved = try #require(makeOptimizer(name)).state
    var used = try #require(makeOptimizer(name))
    var model = model
    advance(&used, &model, gradients[0])
    try restore(&used, saved, model)
    #expect(used.step == 0)
    #expect(used.state.map(\.name) == ["step"])
  }

  @Test("A step beyond 2²⁴ survives")
  func longRuns() throws {
    var optimizer = SGD<TwoParameters>(learningRate: 0.1)
    try optimizer.restore([("step", Tensor([5, 3]))], for: model)
    #expect(optimizer.step == 5 + 3 << 24)
    #expect(optimizer.state[0].tensor.scalars == [5, 3])
  }

  @Test("What does not fit is a typed error, and changes nothing")
  func mismatches() throws {
    var optimizer = Adam<TwoParameters>()
    var trained = model
    optimizer.update(&trained, along: TwoParameters.gradient(Tensor([1, 2, 3]), Tensor([1, 2])))
    let sound = optimizer.state
    let before = sound.map(\.tensor.scalars)
    #expect(
      sound.map(\.name).sorted() == [
        "firstMoment.bias.value", "firstMoment.weight", "secondMoment.bias.value", "secondMoment.weight", "step",
      ])

    #expect(throws: ParameterMismatch.missing(["step"])) { try optimizer.restore([], for: model) }
    #expect(throws: ParameterMismatch.missing(["secondMoment.bias.value"])) {
      try optimizer.restore(sound.filter { $0.name != "secondMoment.bias.value" }, for: model)
    }
    // A step without moments is not the state of a used Adam.
    #expect(throws: ParameterMismatch.self) { try optimizer.restore([("step", Tensor([1, 0]))], for: model) }
    #expect(throws: ParameterMismatch.unexpected(["velocity.weight"])) {
      try optimizer.restore(sound + [("velocity.weight", Tensor([1]))], for: model)
    }
    #expect(throws: ParameterMismatch.repeated(name: "step")) {
      try optimizer.restore(sound + [sound[0]], for: model)
    }
    let narrow = TwoParameters(weight: Tensor([1, 2]), bias: Tensor([4, 5]))
    #expect(throws: ParameterMismatch.misshapen(name: "firstMoment.weight", expected: [2], found: [3])) {
      try optimizer.restore(sound, for: narrow)
    }
    for step: [Float] in [[-1, 0], [0.5, 0], [.nan, 0], [.infinity, 0], [0, 0x1p24]] {
      #expect(throws: ParameterMismatch.self) {
        try optimizer.restore([("step", Tensor(step))] + sound.filter { $0.name != "step" }, for: model)
      }
    }
    #expect(optimizer.state.map(\.tensor.scalars) == before)
  }

  private func restore(
    _ optimizer: inout any Optimizer<TwoParameters>, _ state: [(name: String, tensor: Tensor)], _ model: TwoParameters
  ) throws {
    try optimizer.restore(state, for: model)
  }
}
