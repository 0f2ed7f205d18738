import Foundation
import Models
import Tensor

/// Reads a file of the fixtures that scripts/fixtures/generate_svm.py wrote.
func fixture<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/SupportVectorMachine")
  return try JSONDecoder().decode(type, from: Data(contentsOf: folder.appendingPathComponent(name)))
}

/// Samples, labels in 0..<classes, and costs.
struct Samples {
  var x: Tensor
  var labels: [Int]

  /// Two overlapping clouds, or as many as `classes`, around points on a circle.
  init(_ count: Int, features: Int = 2, classes: Int = 2, spread: Float = 1, seed: Int) {
    var random = RandomSource(seed: seed)
    let centres = (0..<classes).map { _ in (0..<features).map { _ in random.normal() } }
    labels = (0..<count).map { $0 % classes }
    var scalars: [Float] = []
    for label in labels { for d in 0..<features { scalars.append(centres[label][d] + spread * random.normal()) } }
    x = Tensor(scalars, shape: [count, features])
  }

  /// The first `count` samples.
  func prefix(_ count: Int) -> Samples {
    var copy = self
    let width = x.shape[1]
    copy.x = Tensor(Array(x.scalars.prefix(count * width)), shape: [count, width])
    copy.labels = Array(labels.prefix(count))
    return copy
  }
}

/// K(a, b) in double, straight from the definition.
func naiveKernel(_ kernel: SupportVectorMachine.Kernel, _ a: [Double], _ b: [Double]) -> Double {
  let dot = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  switch kernel {
  case .linear: return dot
  case .radialBasis(.value(let gamma)):
    return exp(-Double(gamma) * zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) })
  case .polynomial(let degree, .value(let gamma), let coefficient0):
    return pow(Double(gamma) * dot + Double(coefficient0), Double(degree))
  case .sigmoid(.value(let gamma), let coefficient0): return tanh(Double(gamma) * dot + Double(coefficient0))
  default: preconditionFailure("the reference needs a gamma in numbers")
  }
}

/// The kernel matrix in double.
func naiveGram(_ kernel: SupportVectorMachine.Kernel, _ x: Tensor) -> [[Double]] {
  let width = x.shape[1]
  let scalars = x.scalars.map(Double.init)
  let rows = (0..<x.shape[0]).map { Array(scalars[$0 * width..<($0 + 1) * width]) }
  return rows.map { a in rows.map { naiveKernel(kernel, a, $0) } }
}

/// The minimum of ½βᵀKβ − yᵀβ under Σβ = 0 and 0 ≤ yβ ≤ C, by accelerated projected gradients. Slow and simple.
func bruteForceMinimum(gram: [[Double]], signs: [Double], costs: [Double], steps: Int = 20_000) -> Double {
  let count = signs.count
  let curvature = (0..<count).map { i in gram[i].reduce(0) { $0 + abs($1) } }.max() ?? 1
  func projected(_ beta: [Double]) -> [Double] {
    func moved(_ shift: Double) -> [Double] {
      (0..<count).map {
        signs[$0] > 0 ? max(0, min(costs[$0], beta[$0] - shift)) : min(0, max(-costs[$0], beta[$0] - shift))
      }
    }
    var (low, high) = (-1e4, 1e4)
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if moved(middle).reduce(0, +) > 0 { low = middle } else { high = middle }
    }
    return moved((low + high) / 2)
  }
  func product(_ beta: [Double]) -> [Double] { gram.map { row in zip(row, beta).reduce(0) { $0 + $1.0 * $1.1 } } }
  func objective(_ beta: [Double]) -> Double {
    zip(beta, product(beta)).reduce(0) { $0 + 0.5 * $1.0 * $1.1 } - zip(signs, beta).reduce(0) { $0 + $1.0 * $1.1 }
  }
  var beta = [Double](repeating: 0, count: count)
  var ahead = beta
  var momentum = 1.0
  for _ in 0..<steps {
    let gradient = zip(product(ahead), signs).map { $0 - $1 }
    let next = projected(zip(ahead, gradient).map { $0 - $1 / curvature })
    let nextMomentum = (1 + (1 + 4 * momentum * momentum).squareRoot()) / 2
    ahead = zip(next, beta).map { $0 + (momentum - 1) / nextMomentum * ($0 - $1) }
    (beta, momentum) = (next, nextMomentum)
  }
  return objective(beta)
}

/// How much a signed dual solution violates the optimality conditions, and what breaks its constraints.
func kktViolation(gram: [[Double]], signs: [Double], costs: [Double], beta: [Double]) -> (gap: Double, broken: String?)
{
  let sum = beta.reduce(0, +)
  if abs(sum) > 1e-6 * costs.reduce(0, +) { return (.infinity, "the dual variables sum to \(sum)") }
  var (highest, lowest) = (-Double.infinity, Double.infinity)
  for i in beta.indices {
    let alpha = beta[i] * signs[i]
    if alpha < 0 || alpha > costs[i] { return (.infinity, "dual variable \(i) is \(alpha), not in 0...\(costs[i])") }
    let v = signs[i] - zip(gram[i], beta).reduce(0) { $0 + $1.0 * $1.1 }
    let (mayGrow, mayShrink) = signs[i] > 0 ? (alpha < costs[i], alpha > 0) : (alpha > 0, alpha < costs[i])
    if mayGrow { highest = max(highest, v) }
    if mayShrink { lowest = min(lowest, v) }
  }
  return (highest - lowest, nil)
}

extension SupportVectorMachine {
  /// A machine with these parameters fitted to `samples`.
  static func fitted(
    _ samples: Samples, classes: Int = 2, weights: [Float]? = nil, seed: Int = 1,
    _ change: (inout Parameters) -> Void
  ) throws -> SupportVectorMachine {
    var parameters = Parameters()
    change(&parameters)
    var machine = SupportVectorMachine(parameters)
    var random = RandomSource(seed: seed)
    try machine.fit(samples.x, labels: samples.labels, classCount: classes, sampleWeights: weights, using: &random)
    return machine
  }

  /// The signed dual variables of machine `index` for `count` samples.
  func beta(_ index: Int = 0, count: Int) -> [Double] { (0..<count).map { dualCoefficients[index][$0] ?? 0 } }
}
