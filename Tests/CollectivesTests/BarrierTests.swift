import Collectives
import Foundation
import Testing

@Suite struct BarrierTests {
  @Test(arguments: [1, 2, 3, 8]) func nobodyPassesBeforeAllHaveCome(count: Int) throws {
    let rounds = 300
    try GroupOfThreads(count).run { group in
      let seen = group.table(of: Int.self, count: count)
      for round in 1...rounds {
        seen[group.rank] = round
        try group.barrier()
        for other in 0..<count { #expect(seen[other] == round, "member \(other) in round \(round)") }
        try group.barrier()
      }
    }
  }

  @Test func memberThatDoesNotComeIsNamed() throws {
    let threads = try GroupOfThreads(3)
    #expect(throws: CollectiveError.late(ranks: [1], seconds: 0.2)) {
      try threads.run(deadline: 0.2) { group in if group.rank != 1 { try group.barrier() } }
    }
    #expect(threads.member(0).missing == [1])
  }

  @Test func barrierWorksAgainAfterMembersDied() throws {
    let threads = try GroupOfThreads(2)
    #expect(throws: CollectiveError.self) {
      try threads.run(deadline: 0.1) { group in if group.rank == 0 { try group.barrier() } }
    }
    threads.member(SharedGroup.observer).reset()
    try threads.run { group in for _ in 0..<10 { try group.barrier() } }
  }

  @Test func memoryThatIsTooSmallIsNotWrittenBeyond() async throws {
    await #expect(processExitsWith: .failure) {
      let shared = try SharedMemory(byteCount: SharedGroup.byteCount(members: 1, taking: 64))
      let group = SharedGroup(shared, rank: 0, count: 1)
      _ = group.memory(64)
      _ = group.memory(64)
    }
  }
}
