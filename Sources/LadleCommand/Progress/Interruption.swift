import Dispatch
import Foundation

/// Ctrl-C and `kill`: the first asks the work to stop at the next safe point, the second ends the process at once.
final class Interruption: @unchecked Sendable {  // every stored property is read and written under `lock`
  static let shared = Interruption()

  private let lock = NSLock()
  private var requests = 0
  private var handlers: [@Sendable () -> Void] = []
  private var sources: [any DispatchSourceSignal] = []

  /// Whether a stop has been asked for.
  var isRequested: Bool {
    lock.lock()
    defer { lock.unlock() }
    return requests > 0
  }

  /// Listens to SIGINT and SIGTERM from now on; `onRequest` runs at the first, on a thread of its own.
  func install(onRequest: @escaping @Sendable () -> Void) {
    lock.lock()
    handlers.append(onRequest)
    let isFirst = sources.isEmpty
    if isFirst {
      for number in [SIGINT, SIGTERM] {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInitiated))
        source.setEventHandler { [weak self] in self?.request() }
        source.resume()
        sources.append(source)
      }
    }
    lock.unlock()
  }

  /// What a signal does.
  private func request() {
    lock.lock()
    requests += 1
    let (count, handlers) = (requests, self.handlers)
    lock.unlock()
    // Everything on disk is whole at every instant, so there is nothing to tidy.
    if count > 1 { _exit(CommandFailure.Kind.interrupted.rawValue) }
    for handler in handlers { handler() }
  }
}
