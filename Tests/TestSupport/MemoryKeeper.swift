public import Tensor

/// Keeps trainings as bytes, cancels the task at a step that a test chooses, and hands the bytes to the training that
/// goes on.
public final class MemoryKeeper: TrainingKeeper, @unchecked Sendable {  // used by one task at a time
  private var kept: [String: [UInt8]] = [:]
  private var stopsAt: Int?
  /// Steps after which the keeper was asked.
  public private(set) var steps = 0
  /// Trainings that went on from something kept, in order.
  public private(set) var restored: [String] = []

  /// A keeper that stops nothing.
  public init() {}

  /// Cancels the task that trains when it was asked for the `step`th time, 1 or more.
  public func stop(at step: Int) { (steps, stopsAt) = (0, step) }

  /// Cancels nothing from now on.
  public func letGo() { (steps, stopsAt) = (0, nil) }

  /// The names of what is kept, sorted.
  public var names: [String] { kept.keys.sorted() }

  /// What was kept, through bytes.
  public func state(of name: String) -> Checkpoint? {
    guard let bytes = kept[name], let file = try? SafeTensors.parse(bytes, file: name) else { return nil }
    restored.append(name)
    var checkpoint = Checkpoint()
    checkpoint.content = file
    return checkpoint
  }

  /// Always, so that every step's state is made.
  public func isDue() -> Bool {
    steps += 1
    if steps == stopsAt { withUnsafeCurrentTask { $0?.cancel() } }
    return true
  }

  /// Keeps the bytes.
  public func keep(_ state: Checkpoint, of name: String) { kept[name] = state.content.serialize() }

  /// Keeps the bytes, and drops those of the trainings inside.
  public func settle(_ result: Checkpoint, of name: String) {
    for part in kept.keys where part.hasPrefix(name + "/") { kept[part] = nil }
    keep(result, of: name)
  }
}

/// Runs `work` to the end `stops` times, each stopped once at a step of its own and then gone on with, and returns what
/// each came to. `work` is a whole training that starts anew every time it is called.
///
/// Steps are spread over the training: of a training of n steps the first, the last but one and some between.
public func resumed<Value: Sendable>(
  stops: Int, _ work: @escaping @Sendable () throws -> Value
) async throws -> (whole: Value, resumed: [(step: Int, value: Value, restored: [String])]) {
  let counter = MemoryKeeper()
  let whole = try await Task { try TrainingPlace.kept(by: counter) { try work() } }.value
  let last = max(1, counter.steps - 1)
  var found: [(step: Int, value: Value, restored: [String])] = []
  for stop in 0..<stops {
    let step = stops == 1 ? last : 1 + stop * (last - 1) / (stops - 1)
    let keeper = MemoryKeeper()
    keeper.stop(at: step)
    let first = Task { try TrainingPlace.kept(by: keeper) { try work() } }
    if case .success = await first.result { throw NotStopped(step: step) }
    keeper.letGo()
    let second = Task { try TrainingPlace.kept(by: keeper) { try work() } }
    found.append((step, try await second.value, keeper.restored))
  }
  return (whole, found)
}

/// A training ended although it was cancelled at this step.
public struct NotStopped: Error {
  /// The step.
  public let step: Int
}
