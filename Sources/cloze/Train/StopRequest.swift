import Dispatch
import Glibc
import Synchronization

/// Signals that ask a run to stop: the first saves and stops, the second ends at once.
///
/// SIGHUP, a lost terminal, stops nothing: the run goes on into `run.log`.
final class StopRequest {
  /// How often somebody has asked; counted on the signals' queue, read on the run's thread.
  private final class Count: Sendable {
    let value = Atomic(0)
  }

  private let count = Count()
  private let sources: [any DispatchSourceSignal]

  init() {
    let queue = DispatchQueue(label: "cloze.signals")
    signal(SIGHUP, SIG_IGN)
    sources = [SIGINT, SIGTERM].map { [count] number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        // The second request ends the process as the signal would have; what is saved stays saved.
        if count.value.add(1, ordering: .relaxed).oldValue > 0 { _exit(128 + number) }
      }
      source.activate()
      return source
    }
  }

  /// Whether somebody has asked.
  var isRequested: Bool { count.value.load(ordering: .relaxed) > 0 }
}
