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
    else { throw damaged(name, in: directory, "it lacks a part") }
    guard ledger.scheme == scheme, ledger.seed == seed else {
      throw damaged(name, in: directory, "it is of “\(ledger.scheme)”, seed \(ledger.seed)")
    }
    let carried: CarriedTensors = file.tensors.compactMap { entry in
      guard entry.name.hasPrefix(carriedPrefix) else { return nil }
      return (String(entry.name.dropFirst(carriedPrefix.count)), entry.tensor)
    }
    let recorded = directory.records.filter { $0.scheme == scheme && $0.seed == seed }
    guard let record = recorded.last(where: { $0.round == ledger.round }) else {
      throw damaged(name, in: directory, "rounds.jsonl has no round \(ledger.round)")
    }
    // Both say how many labels there are; where classes count samples, of which class too.
    let ofClass = record.classCounts.indices.map { label in ledger.labels.count { $0 == label } }
    let countsSamples = record.classCounts.reduce(0, +) == record.labelled
    guard record.labelled == ledger.labels.count, record.attempted == ledger.attempted,
      record.discarded == ledger.discarded, !countsSamples || record.classCounts == ofClass
    else { throw damaged(name, in: directory, "its labels are not those of round \(ledger.round) in rounds.jsonl") }
    do throws(ExperimentError) {
      return try RunState(
        ledger: ledger, synthesizedInputs: inputs, synthesizedLatents: latents, carried: carried)
    } catch {
      guard case .stateMismatch(let reason) = error else { throw error }
      throw damaged(name, in: directory, reason)
    }
  }

  /// Throws if a state of the run is damaged, before anything is computed.
  static func check(in directory: RunDirectory) throws {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path + "/state")) ?? []
    let cells = Set(directory.records.map { path($0.scheme, $0.seed) })
    for record in directory.records where record.round == 0 {
      _ = try load(record.scheme, record.seed, from: directory)
    }
    for name in names.sorted() where name.hasSuffix(".safetensors") && !cells.contains("state/" + name) {
      throw damaged("state/" + name, in: directory, "rounds.jsonl has no round of it")
    }
  }

  private static func damaged(_ name: String, in directory: RunDirectory, _ reason: String) -> CommandFailure {
    CommandFailure(
      .world,
      "\(directory.path)/\(name) cannot be continued from: \(reason); remove it, and the rounds of that scheme are done again."
    )
  }
}
