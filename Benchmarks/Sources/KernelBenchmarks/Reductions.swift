import Collectives
import Dispatch
import Foundation

/// Milliseconds and GB/s of adding two members' gradients in shared memory, both barriers included; 12 bytes an element
/// count: two read, one written. Members are threads here; to the memory and the barriers they are what processes are.
func measureReductions() {
  print("\nreduction, 2 members" + "                      ms    GB/s")
  for (name, floats) in [("4 MB", 1 << 20), ("45 MB", 45 << 18), ("440 MB", 440 << 18)] {
    do {
      let seconds = try reductionSeconds(members: 2, floats: floats)
      print(label(name, width: 34) + column(seconds * 1e3, 2) + column(Double(12 * floats) / seconds / 1e9, 1))
    } catch {
      print(label(name, width: 34) + "\(error)")
    }
  }
}

/// The median of 15 reductions.
private func reductionSeconds(members: Int, floats: Int) throws -> Double {
  let count = MemoryCount(members: members)
  _ = TreeReduction(count, slotCount: members, floatCount: floats)
  nonisolated(unsafe) let shared = try SharedMemory(
    byteCount: SharedGroup.byteCount(members: members, taking: count.byteCount))
  nonisolated(unsafe) var times: [Double] = []
  DispatchQueue.concurrentPerform(iterations: members) { rank in
    let group = SharedGroup(shared, rank: rank, count: members)
    let reduction = TreeReduction(group, slotCount: members, floatCount: floats)
    for element in 0..<floats { reduction.ownBuffers[0][element] = Float(element % 1_000) * 1e-3 }
    reduction.place(node: 0, in: 0)
    for _ in 0..<16 {
      try? group.barrier()
      let start = monotonicSeconds()
      reduction.reduce()
      try? group.barrier()
      if rank == 0 { times.append(monotonicSeconds() - start) }
    }
  }
  return times.dropFirst().sorted()[7]
}
