// A program outside the repository that links Ladle by version. It ends with "consumer: ok", or with an error.

import ActiveLoop
import Models
import Tensor

struct Failed: Error { let claim: String }

func expect(_ holds: Bool, _ claim: String) throws {
  guard holds else { throw Failed(claim: claim) }
  print("  ok  \(claim)")
}

// MARK: - Tensor: a module of one's own, differentiated

/// uᵀ·W·v: its gradient with respect to W is u·vᵀ.
struct BilinearForm: Module {
  var weight: Tensor

  mutating func visitParameters(with visitor: inout some ParameterVisitor) {
    visitor.visit("weight", &weight)
  }

  func callAsFunction(_ u: Tensor, _ v: Tensor) -> Tensor {
    matmul(matmul(u, weight, transposeA: true), v)
  }
}

print("Tensor")
let u = Tensor([1, 2], shape: [2, 1])
let v = Tensor([3, 5, 7], shape: [3, 1])
var form = BilinearForm(weight: .ones([2, 3]))
let (value, gradient) = form.valueAndGradient { form in form(u, v) }
try expect(value == 45, "a value: \(value)")
try expect(gradient.tensors[0].scalars == [3, 5, 7, 6, 10, 14], "its gradient: \(gradient.tensors[0])")

var random = RandomSource(seed: 1)
var again = RandomSource(seed: 1)
let noise = Tensor(normal: [4, 4], using: &random)
try expect(
  noise.scalars == Tensor(normal: [4, 4], using: &again).scalars, "the same seed, the same numbers")

// MARK: - Models: two classes on a line

print("Models")
let points = Tensor([-2, -1, 1, 2], shape: [4, 1])
var machine = SupportVectorMachine()
try machine.fit(points, labels: [0, 0, 1, 1], classCount: 2, using: &random)
try expect(machine.predictions(for: points) == [0, 0, 1, 1], "a support vector machine tells them apart")

// MARK: - ActiveLoop: a strategy of one's own

/// Asks about the samples in the order of the pool, whatever the learner thinks of them.
struct InOrder<Subject: Learner>: QueryStrategy {
  func query(
    _ count: Int, from pool: UnlabelledPool, learner: Subject, using random: inout RandomSource
  ) -> [Int] {
    Array(pool.indices.prefix(count))
  }
}

/// Predicts the most frequent class.
struct Majority: Learner {
  var answer = 0

  mutating func fit(_ samples: LabelledSamples, using random: inout RandomSource) {
    let counts = samples.classCounts
    answer = counts.firstIndex(of: counts.max() ?? 0) ?? 0
  }

  func predictions(for inputs: Tensor) -> [Int] {
    [Int](repeating: answer, count: inputs.shape[0])
  }
}

print("ActiveLoop")
var pool = UnlabelledPool(inputs: noise)
pool.remove([1])
let chosen = InOrder<Majority>().query(2, from: pool, learner: Majority(), using: &random)
try expect(chosen == [0, 2], "a strategy of this package chose \(chosen)")

print("consumer: ok")
