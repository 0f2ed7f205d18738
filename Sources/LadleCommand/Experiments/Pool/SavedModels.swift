import ActiveLoop
import Models
import Tensor

/// The networks of the last fit of a strategy and seed, `models/STRATEGY-seed-S.safetensors`: in Ladle's layout, with
/// what `ladle export torch` needs to write them for PyTorch. Learners of several networks have a file for each.
enum SavedModels {
  /// What a file's name ends with, and the network in it.
  typealias Network = (suffix: String, module: any TorchExchangeable)

  static func path(_ scheme: String, _ seed: Int, _ suffix: String) -> String {
    "models/\(scheme)-seed-\(seed)\(suffix).safetensors"
  }

  /// The networks of a fitted learner; none if it has none.
  static func networks(of learner: any Learner) -> [Network] {
    switch learner {
    case let single as NeuralLearner<AnyClassifier>: return single.network.map { [("", $0)] } ?? []
    case let ensemble as NeuralEnsemble<AnyClassifier>:
      return ensemble.members.enumerated().compactMap { place, member in
        member.network.map { ("-member-\(place)", $0) }
      }
    case let adversarial as ARALLearner:
      guard let networks = adversarial.networks else { return [] }
      return [
        ("-classifier", networks.classifier), ("-generator", networks.autoencoder.generator),
        ("-encoder", networks.autoencoder.encoder), ("-sampler", networks.sampler),
      ]
    default: return []
    }
  }

  /// Writes the networks of `learner`; the files are the same whenever they are written.
  static func write(_ learner: any Learner, scheme: String, seed: Int, to directory: RunDirectory) throws {
    for (suffix, module) in networks(of: learner) {
      let file = SafeTensors(module.parameters(includingState: true), metadata: module.torchMetadata())
      try directory.write(file.serialize(), to: path(scheme, seed, suffix))
    }
  }

  /// Whether the files of a learner like `learner` are there already.
  static func exist(scheme: String, seed: Int, for settings: PoolSettings, in directory: RunDirectory) throws -> Bool {
    let suffix =
      switch settings.learner {
      case .aral: "-sampler"
      default: settings.network.members > 1 ? "-member-\(settings.network.members - 1)" : ""
      }
    return try directory.read(path(scheme, seed, suffix)) != nil
  }
}
