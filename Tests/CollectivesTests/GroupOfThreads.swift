import Collectives
import Foundation
import Synchronization

/// A shared group whose members are threads of this process: what processes see, without processes.
struct GroupOfThreads {
  let shared: SharedMemory
  let count: Int

  init(_ count: Int, bytes: Int = 1 << 22) throws {
    self.count = count
    shared = try SharedMemory(byteCount: SharedGroup.byteCount(members: count, taking: bytes))
  }

  func member(_ rank: Int, deadline: Double = 20) -> SharedGroup {
    SharedGroup(shared, rank: rank, count: count, deadline: deadline)
  }

  /// Runs every member on a thread of its own and returns when all are done.
  func run(deadline: Double = 20, _ body: @escaping @Sendable (SharedGroup) throws -> Void) throws {
    let failure = Mutex<(any Error)?>(nil)
    let done = DispatchGroup()
    for rank in 0..<count {
      nonisolated(unsafe) let member = member(rank, deadline: deadline)
      done.enter()
      let thread = Thread {
        do { try body(member) } catch { failure.withLock { $0 = $0 ?? error } }
        done.leave()
      }
      thread.stackSize = 4 << 20
      thread.start()
    }
    done.wait()
    if let error = failure.withLock({ $0 }) { throw error }
  }
}
