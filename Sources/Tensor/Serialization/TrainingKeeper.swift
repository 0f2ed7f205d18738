/// Keeps the states of trainings while they run, so that a process that was stopped goes on from the last of them and
/// ends with the same bits (Documentation/Decisions/0010).
///
/// Names are paths: `round 3/fit/member 1` is a training inside `round 3/fit`. When to keep a state is the keeper's
/// decision, because it takes a clock, which no training looks at.
public protocol TrainingKeeper: AnyObject, Sendable {
  /// What was kept of the training `name` before this process, or nil.
  func state(of name: String) -> Checkpoint?

  /// Whether a training should hand over its state now. Asked after every step.
  func isDue() -> Bool

  /// Takes the state of a training that goes on.
  func keep(_ state: Checkpoint, of name: String)

  /// Takes what came of a piece of work that is done, which may have had trainings inside it. Theirs are no longer
  /// needed.
  func settle(_ result: Checkpoint, of name: String)
}

/// The place of one training with the ``TrainingKeeper`` of the present task, if it has one.
///
/// ```swift
/// let place = TrainingPlace("fit", identity: order)
/// if let saved = place.restored() { … }                     // position, weights, optimizer, streams
/// while step < total {
///   …                                                       // one step
///   if place.mustStop(keeping: { state }) { throw CancellationError() }
/// }
/// ```
///
/// Like cancellation, which it is asked together with, the keeper comes with the task and not as a parameter: it changes
/// no result, and what lies between an experiment and a training (wrappers, committees) has nothing to say about it.
public struct TrainingPlace: Sendable {
  @TaskLocal private static var keeper: (any TrainingKeeper)?
  @TaskLocal private static var path = ""

  private let keeper: (any TrainingKeeper)?
  private let name: String
  private let identity: String

  /// - Parameters:
  ///   - name: tells the training from the others at this place; without `/`.
  ///   - identity: what tells it from one of the same name that is no longer wanted, such as its stream of random
  ///     numbers and its number of steps.
  public init(_ name: String, identity: some Encodable) {
    keeper = Self.keeper
    self.name = Self.path + name
    self.identity = keeper == nil ? "" : Checkpoint.text(identity) ?? ""
  }

  /// What was kept of this training before this process, or nil.
  public func restored() -> Checkpoint? {
    guard let state = keeper?.state(of: name), state.metadata[Self.identityKey] == identity else { return nil }
    return state
  }

  /// To be asked after every step: whether the task was cancelled, so that the training must end now.
  ///
  /// `state` is called if the state is wanted, which it is before a training that must end: all that
  /// ``restored()`` is to give back.
  public func mustStop(keeping state: () -> Checkpoint) -> Bool {
    // Read once: a training that ends has been kept.
    let isCancelled = Task.isCancelled
    if let keeper, isCancelled || keeper.isDue() { keeper.keep(identified(state()), of: name) }
    return isCancelled
  }

  /// Leaves what came of the training, for a process that finds it done.
  public func settle(_ result: () -> Checkpoint) { keeper?.settle(identified(result()), of: name) }

  private static let identityKey = "identity"

  private func identified(_ state: Checkpoint) -> Checkpoint {
    var state = state
    state.metadata[Self.identityKey] = identity
    return state
  }
}

extension TrainingPlace {
  /// What `body` trains is kept by `keeper`.
  public static func kept<Result, Failure: Error>(
    by keeper: (any TrainingKeeper)?, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try $keeper.withValue(keeper) { caught(body) }.get()
  }

  /// What `body` trains has names that begin with `name` and a slash, inside the present ones.
  public static func within<Result, Failure: Error>(
    _ name: String, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try $path.withValue(path + name + "/") { caught(body) }.get()
  }

  /// `withValue` does not know typed errors.
  private static func caught<Value, Failure: Error>(
    _ body: () throws(Failure) -> Value
  ) -> Swift.Result<Value, Failure> {
    do { return .success(try body()) } catch { return .failure(error) }
  }
}
