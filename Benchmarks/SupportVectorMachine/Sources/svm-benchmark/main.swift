import Foundation
import Models
import Tensor

/// A request: one JSON object per line. Files are raw little-endian: float32 inputs, int32 labels.
struct Request: Decodable {
  var inputs: String
  var labels: String
  var test: String
  var features: Int
  var classes: Int
  var kernel: String
  var solver: String
  var loss: String
  var cost: Float
  var tolerance: Float
  var maximumIterations: Int?
  var shrinking: Bool?
  var cacheBytes: Int?
}

struct Answer: Encodable {
  var seconds: Double
  var processorSeconds: Double
  var predictSeconds: Double
  var dualObjective: [Double]
  var iterations: [Int]
  var converged: Bool
  var supportVectors: [Int]
  var kernelRows: [Int]
  var predictions: [Int]
}

/// Files that were read before: a request should cost the fit alone.
struct Files {
  private var tensors: [String: Tensor] = [:]

  mutating func matrix(_ path: String, features: Int) throws -> Tensor {
    if let loaded = tensors[path] { return loaded }
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    let scalars = data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    let tensor = Tensor(scalars, shape: [scalars.count / features, features])
    tensors[path] = tensor
    return tensor
  }
}

func seconds(since start: ContinuousClock.Instant) -> Double {
  let elapsed = (ContinuousClock.now - start).components
  return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
}

func answer(_ request: Request, _ files: inout Files) throws -> Answer {
  let x = try files.matrix(request.inputs, features: request.features)
  let test = try files.matrix(request.test, features: request.features)
  let labels = try Data(contentsOf: URL(fileURLWithPath: request.labels)).withUnsafeBytes {
    $0.bindMemory(to: Int32.self).map(Int.init)
  }
  var parameters = SupportVectorMachine.Parameters()
  switch request.kernel {
  case "rbf": parameters.kernel = .radialBasis(gamma: .scale)
  case "poly": parameters.kernel = .polynomial(degree: 3, gamma: .scale, coefficient0: 0)
  default: parameters.kernel = .linear
  }
  parameters.solver = request.solver == "smo" ? .sequentialMinimalOptimization : .automatic
  parameters.loss = request.loss == "squared_hinge" ? .squaredHinge : .hinge
  parameters.cost = request.cost
  parameters.tolerance = request.tolerance
  parameters.maximumIterations = request.maximumIterations
  parameters.shrinking = request.shrinking ?? true
  parameters.multiclass = .oneVersusOne
  if let bytes = request.cacheBytes { parameters.cacheBytes = bytes }
  var machine = SupportVectorMachine(parameters)
  var random = RandomSource(seed: 0)
  let processorStart = clock()
  var start = ContinuousClock.now
  try machine.fit(x, labels: labels, classCount: request.classes, using: &random)
  let fitted = seconds(since: start)
  let processor = Double(clock() - processorStart) / Double(CLOCKS_PER_SEC)
  start = .now
  let predictions = machine.predictions(for: test)
  return Answer(
    seconds: fitted, processorSeconds: processor, predictSeconds: seconds(since: start),
    dualObjective: machine.reports.map(\.dualObjective),
    iterations: machine.reports.map(\.iterations), converged: machine.converged,
    supportVectors: machine.reports.map(\.supportVectorCount),
    kernelRows: machine.reports.map(\.kernelRows), predictions: predictions)
}

var files = Files()
while let line = readLine() {
  let request = try JSONDecoder().decode(Request.self, from: Data(line.utf8))
  print(String(decoding: try JSONEncoder().encode(answer(request, &files)), as: UTF8.self))
  fflush(nil)
}
