import Dispatch
import Synchronization

/// Elements made ahead of their use on a queue of their own, in order, at most `depth` at a time.
///
/// No thread ever waits to produce: when the ring is full the work ends, and the next taken element starts it again.
/// The last reference's end stops production after the element under way.
public final class ReadAhead<Element: Sendable>: Sendable {
  private let shared: Shared

  /// Starts making elements with `produce` until it gives `nil` or throws.
  /// - Parameter depth: how many finished elements may wait; at least 1.
  public init(depth: Int = 4, label: String = "read-ahead", produce: sending @escaping () throws -> Element?) {
    shared = Shared(depth: max(1, depth), queue: DispatchQueue(label: label), produce: produce)
    shared.start()
  }

  deinit { shared.ring.withLock { $0.isCancelled = true } }

  /// The next element, waited for if need be; `nil` after the last.
  /// - Throws: what `produce` threw, after the elements before it, and again on every later call.
  public func next() throws -> Element? {
    if let ending = shared.ring.withLock({ $0.elements.isEmpty ? $0.ending : nil }) { return try ending.get() }
    shared.filled.wait()
    let (element, ending) = shared.ring.withLock { ring -> (Element?, Result<Element?, any Error>?) in
      ring.elements.isEmpty ? (nil, ring.ending) : (ring.elements.removeFirst(), nil)
    }
    if let ending {
      shared.filled.signal()
      return try ending.get()
    }
    shared.start()
    return element
  }

  private struct Ring {
    var elements: [Element] = []
    /// `nil` while elements may come; then no element or the error.
    var ending: Result<Element?, any Error>?
    var isRunning = false
    var isCancelled = false
  }

  private final class Shared: Sendable {
    let depth: Int
    let queue: DispatchQueue
    let ring = Mutex(Ring())
    /// Signaled once for each element and once for the end.
    let filled = DispatchSemaphore(value: 0)
    private let producer: Mutex<() throws -> Element?>

    init(depth: Int, queue: DispatchQueue, produce: sending @escaping () throws -> Element?) {
      self.depth = depth
      self.queue = queue
      producer = Mutex(produce)
    }

    /// Sees to it that the queue works if there is room.
    func start() {
      let isDue = ring.withLock { ring in
        guard !ring.isRunning, ring.ending == nil, ring.elements.count < depth else { return false }
        ring.isRunning = true
        return true
      }
      if isDue { queue.async { self.run() } }
    }

    private func run() {
      while mayGoOn() {
        let result = producer.withLock { produce in Result { try produce() } }
        ring.withLock { ring in
          if case .success(let element?) = result { ring.elements.append(element) } else { ring.ending = result }
        }
        filled.signal()
      }
    }

    private func mayGoOn() -> Bool {
      ring.withLock { ring in
        ring.isRunning = !ring.isCancelled && ring.ending == nil && ring.elements.count < depth
        return ring.isRunning
      }
    }
  }
}
