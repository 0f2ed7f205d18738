import ActiveLoop
import Foundation
import Tensor

/// What continuing a scheme and seed needs, as one file: `state/SCHEME-seed-N.safetensors`. One file, because two
/// could be of different rounds after a kill.
enum SavedState {
  static func path(_ scheme: String, _ seed: Int) -> String { "state/\(scheme)-seed-\(seed).safetensors" }

  private static let carriedPrefix = "learner."

  static func save(_ state: RunState, in directory: RunDirectory) throws {
    let ledger = try JSONValue(encoding: state.ledger).text(indented: false)
    let file = SafeTensors(
      [("inputs", state.synthesizedInputs), ("latents", state.synthesizedLatents)]
        + state.carried.map { (carriedPrefix + $0.name, $0.tensor) },
      metadata: ["ledger": ledger])
    try directory.write(file.serialize(), to: path(state.ledger.scheme, state.ledger.seed))
  }

  /// The state, or nil if no round is finished.
  static func load(_ scheme: String, _ seed: Int, from directory: RunDirectory) throws -> RunState? {
    let name = path(scheme, seed)
    guard let bytes = try directory.read(name) else { return nil }
    let file = try SafeTensors.parse(bytes, file: "\(directory.path)/\(name)")
    guard let text = file.metadata["ledger"], let inputs = file["inputs"], let latents = file["latents"],
      let ledger = try? JSONDecoder().decode(RunLedger.self, from: Data(text.utf8))
    else {
      throw CommandFailure(
        .world, "\(directory.path)/\(name) is damaged; remove it, and the rounds of that scheme are done again.")
    }
    let carried: CarriedTensors = file.tensors.compactMap { entry in
      guard entry.name.hasPrefix(carriedPrefix) else { return nil }
      return (String(entry.name.dropFirst(carriedPrefix.count)), entry.tensor)
    }
    return try RunState(ledger: ledger, synthesizedInputs: inputs, synthesizedLatents: latents, carried: carried)
  }
}
