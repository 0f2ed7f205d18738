import Tensor

/// What both sides of a comparison start from, as one safetensors file.
struct Exchange {
  private var content = SafeTensors()

  /// A tensor by its name: images `[N, H, W, C]`, labels, noise.
  mutating func add(_ tensor: Tensor, as name: String) { content.tensors.append((name, tensor)) }

  /// Labels by their name, as numbers.
  mutating func add(_ labels: [Int], as name: String) { add(Tensor(labels.map(Float.init)), as: name) }

  /// The parameters and the running statistics of a module, numbered in visiting order: `generator/0003/network.1.scale`.
  mutating func add(_ module: some Module, as name: String) {
    for (index, parameter) in module.parameters(includingState: true).enumerated() {
      let digits = String(index)
      let number = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      add(parameter.tensor, as: "\(name)/\(number)/\(parameter.name)")
    }
  }

  func write(to path: String) throws { try content.write(to: path) }
}
