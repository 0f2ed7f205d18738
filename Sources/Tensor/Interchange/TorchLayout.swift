/// How PyTorch calls the tensors of a module, and how it lays them out: the state dictionary of the same layers in
/// `torch.nn`.
///
/// | layer | here | `torch.nn` |
/// | --- | --- | --- |
/// | dense | `weight [in, out]` | `weight [out, in]` |
/// | convolution | `weight [k, k, in, out]` | `weight [out, in, k, k]` |
/// | transposed convolution | `weight [k, k, out, in]` | `weight [in, out, k, k]` |
/// | batch norm | `scale`, `shift`, `runningMean`, `runningVariance` | `weight`, `bias`, `running_mean`, `running_var`, `num_batches_tracked` |
/// | weight norm | `weight`, `magnitude` | `parametrizations.weight.original1`, `…original0` |
/// | spectral norm | `weight`, `direction` | `parametrizations.weight.original`, `….0._u`, `….0._v` |
///
/// Where an image is flattened in front of a dense layer, or unfolded behind one, the features change places too
/// (``TorchFeatureOrder``). A module adds its parts in the order in which data pass through them; ``flow`` follows what
/// comes out.
public struct TorchLayout: Sendable, Hashable {
  /// A tensor that both sides have.
  public struct Entry: Codable, Sendable, Hashable {
    /// Our name of it.
    public var name: String
    /// PyTorch's.
    public var torchName: String
    /// PyTorch's axis i is our axis `axes[i]`; none keeps the axes.
    public var axes: [Int]?
    /// By our axis, the features that have another order in PyTorch.
    public var orders: [Axis]?
    /// Whether PyTorch has a vector where we have a matrix of one column.
    public var isVector: Bool?
  }

  /// An axis of features.
  public struct Axis: Codable, Sendable, Hashable {
    /// Of our tensor.
    public var axis: Int
    /// The order of its features in PyTorch.
    public var order: TorchFeatureOrder
  }

  /// The left singular vector that PyTorch keeps beside the right one: (W/‖·‖)ᵀ·u, which we compute when it is needed.
  struct SingularVector: Codable, Sendable, Hashable {
    var torchName: String
    /// W and u, by PyTorch's names.
    var weight: String
    var direction: String
    /// The axis of W in PyTorch that counts outputs.
    var outputAxis: Int
  }

  /// What goes from one layer to the next.
  public enum Flow: Codable, Sendable, Hashable {
    /// Rows whose features have the same order on both sides, or anything whose order does not matter.
    case plain
    /// Images of so many channels.
    case image(channels: Int)
    /// Flat rows that PyTorch orders differently.
    case features(TorchFeatureOrder)
  }

  /// The tensors of both sides.
  public internal(set) var entries: [Entry] = []
  /// PyTorch's counts of batches, which mean nothing unless statistics have no momentum.
  var counters: [String] = []
  var singularVectors: [SingularVector] = []
  /// What the next part takes. A module that has several heads sets it back for each.
  public var flow: Flow
  /// Layers whose layout is not known, by name.
  var unknown: [String] = []
  /// The order that PyTorch gives the outputs of the next dense layer, because they are unfolded to an image.
  var outputOrder: TorchFeatureOrder?
  private var prefix = ""

  /// A layout without tensors.
  ///
  /// - Parameter input: what the module takes; ``Flow/image(channels:)`` matters if it flattens its input.
  public init(input: Flow = .plain) { flow = input }

  /// The layout of a whole module.
  public init(of module: some TorchExchangeable, input: Flow = .plain) {
    self.init(input: input)
    module.describe(to: &self)
  }

  /// Adds a part whose tensors are called `name.…` on both sides.
  public mutating func add(_ name: String, _ part: some TorchExchangeable) {
    let outer = prefix
    prefix += name + "."
    part.describe(to: &self)
    prefix = outer
  }

  /// Adds a tensor of the module that is being described.
  ///
  /// - Parameters:
  ///   - name: ours.
  ///   - torchName: PyTorch's; none is the same.
  ///   - axes: PyTorch's axis i is our axis `axes[i]`; none keeps them.
  ///   - orders: features that change places, by our axis.
  public mutating func addTensor(
    _ name: String, as torchName: String? = nil, axes: [Int]? = nil, orders: [Int: TorchFeatureOrder] = [:]
  ) {
    let axesOfOrders = orders.sorted { $0.key < $1.key }.map { Axis(axis: $0.key, order: $0.value) }
    entries.append(
      Entry(
        name: prefix + name, torchName: prefix + (torchName ?? name), axes: axes,
        orders: axesOfOrders.isEmpty ? nil : axesOfOrders))
  }

  /// Adds a column that is a vector in PyTorch.
  mutating func addVector(_ name: String, as torchName: String, order: TorchFeatureOrder?) {
    addTensor(name, as: torchName, orders: order.map { [0: $0] } ?? [:])
    entries[entries.count - 1].isVector = true
  }

  mutating func addCounter(_ torchName: String) { counters.append(prefix + torchName) }

  mutating func addSingularVector(_ torchName: String, weight: String, direction: String, outputAxis: Int) {
    singularVectors.append(
      SingularVector(
        torchName: prefix + torchName, weight: prefix + weight, direction: prefix + direction, outputAxis: outputAxis))
  }

  /// A layer of a container: what cannot be described and has tensors is remembered as unknown.
  mutating func addLayer(_ name: String, _ layer: any Layer) {
    if let known = layer as? any TorchExchangeable {
      add(name, known)
    } else if !layer.parameters(includingState: true).isEmpty {
      unknown.append("\(prefix)\(name) (\(type(of: layer)))")
    }
  }
}

/// A module whose tensors PyTorch can take over, and the other way round.
///
/// A module made of layers adds each of them under the name that ``Module/visitParameters(with:)`` gives it:
///
/// ```swift
/// extension Regressor: TorchExchangeable {
///   func describe(to layout: inout TorchLayout) {
///     layout.add("features", features)        // a Sequential
///     layout.add("head", head)                // a Dense
///   }
/// }
/// ```
public protocol TorchExchangeable: Module {
  /// Adds the module's tensors to `layout`, in the order in which data pass through them.
  func describe(to layout: inout TorchLayout)

  /// What the module is, for the metadata of files: `architecture`, a name, and `configuration`, its sizes as JSON.
  /// Nothing unless it is a model that has a name.
  var modelDescription: [String: String] { get }
}

extension TorchExchangeable {
  /// Nothing.
  public var modelDescription: [String: String] { [:] }
}
