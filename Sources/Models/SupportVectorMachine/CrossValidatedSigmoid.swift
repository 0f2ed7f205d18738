internal import Tensor

extension BinaryTrainer {
  /// A Platt sigmoid from decision values of samples that the deciding machine was not trained on: five folds, each
  /// with its share of both sides (Lin, Lin and Weng 2007, section 2).
  func sigmoid(for task: BinaryTask, using random: inout RandomSource) -> PlattSigmoid {
    let fold = folds(of: task, using: &random)
    var values = [Double](repeating: 0, count: task.samples.count)
    let source = random
    let parts = parallelMap(5) { part -> [(position: Int, value: Double)] in
      let held = task.samples.indices.filter { fold[$0] == part }
      var training = task.filtered { fold[$0] != part }
      training.start = nil
      guard training.hasBothSides else {
        // One side is missing, as in a set of few samples: all that can be said is the other one.
        let only = Double(training.signs.first ?? 0)
        return held.map { ($0, only) }
      }
      var own = source.stream("fold", part)
      let machine = machine(for: training, using: &own)
      let decision = DecisionFunction([machine], x: x, function: function)
      let scores = decision.values(for: x.selectingRows(held.map { task.samples[$0] })).scalars
      return zip(held, scores).map { ($0, Double($1)) }
    }
    for (position, value) in parts.joined() { values[position] = value }
    return PlattSigmoid(decisionValues: values, isPositive: task.signs.map { $0 > 0 })
  }

  private func folds(of task: BinaryTask, using random: inout RandomSource) -> [Int] {
    var fold = [Int](repeating: 0, count: task.samples.count)
    var dealt = 0
    for sign in [Float(1), -1] {
      let members = task.signs.indices.filter { task.signs[$0] == sign }
      for position in random.sample(members.count, from: members) {
        fold[position] = dealt % 5
        dealt += 1
      }
    }
    return fold
  }
}
