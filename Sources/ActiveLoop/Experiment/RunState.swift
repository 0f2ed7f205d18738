public import Tensor

/// Where a sample of the training set came from.
public enum SampleOrigin: Hashable, Sendable {
  /// The pool, at this index.
  case pool(Int)
  /// Synthesized: this row of ``RunState/synthesizedInputs``.
  case synthesized(Int)
}

/// Why a run has no further rounds.
public enum StopReason: String, Codable, Sendable, Hashable {
  /// The labels are bought.
  case budgetSpent = "budget-spent"
  /// No sample of the pool is left to ask about.
  case poolExhausted = "pool-exhausted"
  /// The oracle could not, or would not, name one class within the round's limit of attempts.
  case everythingRejected = "everything-rejected"
  /// The synthesizer made no sample within the round's limit of attempts.
  case nothingSynthesized = "nothing-synthesized"
  /// The figure that was aimed at is reached.
  case targetReached = "target-reached"
  /// Successive learners agree on the stop set.
  case predictionsStabilized = "predictions-stabilized"
  /// The learner is sure of what is left in the pool.
  case uncertaintyLow = "uncertainty-low"
}

/// The part of a run's state that is not tensors.
public struct RunLedger: Codable, Sendable, Hashable {
  /// The scheme, such as `gaal`, or the strategy.
  public var scheme: String
  /// The seed.
  public var seed: Int
  /// The last finished round.
  public var round: Int
  /// Where each sample of the training set came from, in the order they were added: a fit sees them in this order.
  public var origins: [SampleOrigin]
  /// The label the oracle gave each of them.
  public var labels: [Int]
  /// Samples of the pool that the oracle could not recognise: they are not asked about again.
  public var retired: [Int]
  /// Samples shown to the oracle.
  public var attempted: Int
  /// Samples it could not recognise.
  public var discarded: Int
  /// Set when the run is over.
  public var stop: StopReason?
  /// What rules that stop a run before its budget is spent must remember.
  public var stopping: StoppingMemory?
  /// The last round after which the learner was fitted; nil where a fit depends on nothing but samples and round.
  public var fitRound: Int?
  /// What that fit chose or reached (``Learner/figures``), which a restored learner does not know.
  public var fitFigures: [String: Double]?

  /// Before the initial labels.
  init(scheme: String, seed: Int) {
    self.scheme = scheme
    self.seed = seed
    (round, origins, labels, retired, attempted, discarded) = (0, [], [], [], 0, 0)
  }
}

/// All that a run needs to continue after a finished round, to the bit: everything random is drawn from a stream named
/// by the seed and the round, and the learner is restored, or fitted afresh if it left nothing.
public struct RunState: Sendable {
  /// Indices, labels and counters.
  public private(set) var ledger: RunLedger
  /// The synthesized samples of the training set, `[n, …]`, or `[0]`.
  public private(set) var synthesizedInputs: Tensor
  /// Their latent codes, `[n, z]`, or `[0]`.
  public private(set) var synthesizedLatents: Tensor
  /// What is left of the learner's last fit; nothing if that fit is made again to continue.
  public private(set) var carried: CarriedTensors = []

  init(scheme: String, seed: Int) {
    ledger = RunLedger(scheme: scheme, seed: seed)
    (synthesizedInputs, synthesizedLatents) = (.zeros([0]), .zeros([0]))
  }

  /// A state that was saved. Throws if its parts do not fit together.
  public init(
    ledger: RunLedger, synthesizedInputs: Tensor = .zeros([0]), synthesizedLatents: Tensor = .zeros([0]),
    carried: CarriedTensors = []
  ) throws(ExperimentError) {
    let rows = ledger.origins.reduce(0) { if case .synthesized = $1 { $0 + 1 } else { $0 } }
    guard ledger.origins.count == ledger.labels.count else {
      throw .stateMismatch("it has \(ledger.labels.count) labels for \(ledger.origins.count) samples")
    }
    guard (synthesizedInputs.shape.first ?? 0) == rows, (synthesizedLatents.shape.first ?? 0) == rows else {
      throw .stateMismatch(
        "it names \(rows) synthesized samples, but the saved ones are of shape \(synthesizedInputs.shape)")
    }
    for case .synthesized(let row) in ledger.origins where !(0..<rows).contains(row) {
      throw .stateMismatch("it names synthesized sample \(row) of \(rows)")
    }
    let pool = ledger.poolIndices + ledger.retired
    guard Set(pool).count == pool.count else { throw .stateMismatch("it names a sample of the pool twice") }
    guard ledger.round >= 0, (0...ledger.round).contains(ledger.fitRound ?? 0) else {
      throw .stateMismatch("it is of round \(ledger.round), with a fit of round \(ledger.fitRound ?? 0)")
    }
    self.ledger = ledger
    self.synthesizedInputs = synthesizedInputs
    self.synthesizedLatents = synthesizedLatents
    self.carried = carried
  }

  /// The samples the learner is fitted to, in order. Throws if the state belongs to other data.
  func samples(of data: ExperimentData) throws(ExperimentError) -> LabelledSamples {
    let pool = ledger.poolIndices + ledger.retired
    guard pool.allSatisfy({ (0..<data.pool.shape[0]).contains($0) }) else {
      throw .stateMismatch("it names samples beyond the \(data.pool.shape[0]) of the pool: it is of another data set")
    }
    guard ledger.labels.allSatisfy({ data.classNames.indices.contains($0) }) else {
      throw .stateMismatch("a label is not in 0..<\(data.classCount): it is of another data set")
    }
    let itemShape = Array(data.pool.shape.dropFirst())
    guard synthesizedInputs.count == 0 || Array(synthesizedInputs.shape.dropFirst()) == itemShape else {
      throw .stateMismatch(
        "its samples are of shape \(synthesizedInputs.shape), those of the pool of \(data.pool.shape)")
    }
    let size = itemShape.scalarCount
    let inputs = Tensor(shape: [ledger.origins.count] + itemShape) { target in
      data.pool.withUnsafeScalars { pool in
        synthesizedInputs.withUnsafeScalars { synthesized in
          for (row, origin) in ledger.origins.enumerated() {
            let place = UnsafeMutableBufferPointer(rebasing: target[row * size..<(row + 1) * size])
            switch origin {
            case .pool(let index): _ = place.update(fromContentsOf: pool[index * size..<(index + 1) * size])
            case .synthesized(let index):
              _ = place.update(fromContentsOf: synthesized[index * size..<(index + 1) * size])
            }
          }
        }
      }
    }
    return LabelledSamples(inputs: inputs, labels: ledger.labels, classCount: data.classCount)
  }

  /// Adds one exchange with the oracle: samples of the pool.
  mutating func add(poolIndices: [Int], answers: [Answer]) {
    for (index, answer) in zip(poolIndices, answers) {
      count(answer)
      switch answer {
      case .label(let label):
        ledger.origins.append(.pool(index))
        ledger.labels.append(label)
      case .cannotTell: ledger.retired.append(index)
      case .skipped: break
      }
    }
  }

  /// Adds one exchange with the oracle: synthesized samples.
  mutating func add(_ queries: SynthesizedQueries, answers: [Answer]) {
    let named = answers.indices.filter { answers[$0].label != nil }
    answers.forEach { count($0) }
    guard !named.isEmpty else { return }
    let present = synthesizedInputs.shape[0]
    ledger.origins += named.indices.map { .synthesized(present + $0) }
    ledger.labels += named.compactMap { answers[$0].label }
    synthesizedInputs = appended(queries.inputs.gathered(rows: named), to: synthesizedInputs)
    synthesizedLatents = appended(queries.latents.gathered(rows: named), to: synthesizedLatents)
  }

  private mutating func count(_ answer: Answer) {
    ledger.attempted += 1
    if answer == .cannotTell { ledger.discarded += 1 }
  }

  mutating func remember(_ memory: StoppingMemory?) { ledger.stopping = memory }

  /// What a fit after the present round left.
  mutating func remember(_ learner: some Learner) {
    carried = learner.carried
    ledger.fitRound = ledger.round
    ledger.fitFigures = learner.figures
  }

  mutating func finish(round: Int, stop: StopReason?) {
    ledger.round = round
    ledger.stop = stop
  }
}

extension RunLedger {
  /// The labelled samples of the pool, in the order they were added.
  public var poolIndices: [Int] {
    origins.compactMap { if case .pool(let index) = $0 { index } else { nil } }
  }
}

/// `rows` below `tensor`, which may have none.
func appended(_ rows: Tensor, to tensor: Tensor) -> Tensor {
  tensor.count == 0 ? rows : concatenate([tensor, rows], alongAxis: 0)
}

/// `{"pool": 17}` or `{"synthesized": 3}`.
extension SampleOrigin: Codable {
  private enum Key: String, CodingKey { case pool, synthesized }

  /// Reads one of the two keys.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    if let index = try container.decodeIfPresent(Int.self, forKey: .pool) {
      self = .pool(index)
    } else {
      self = .synthesized(try container.decode(Int.self, forKey: .synthesized))
    }
  }

  /// Writes one of the two keys.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .pool(let index): try container.encode(index, forKey: .pool)
    case .synthesized(let row): try container.encode(row, forKey: .synthesized)
    }
  }
}
