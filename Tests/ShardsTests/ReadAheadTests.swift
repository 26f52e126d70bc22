import Dispatch
import Glibc
import Shards
import Synchronization
import Testing

@Suite struct ReadAheadTests {
  struct Fault: Error, Equatable {}

  @Test(arguments: [1, 2, 7])
  func elementsComeInOrderThenTheEnd(depth: Int) throws {
    var made = 0
    let ahead = ReadAhead<Int>(depth: depth) {
      made += 1
      return made <= 1000 ? made : nil
    }
    for expected in 1...1000 { #expect(try ahead.next() == expected) }
    for _ in 0..<3 { #expect(try ahead.next() == nil) }
  }

  @Test func errorsComeAfterTheElementsBeforeThem() throws {
    var made = 0
    let ahead = ReadAhead<Int>(depth: 3) {
      made += 1
      if made > 5 { throw Fault() }
      return made
    }
    for expected in 1...5 { #expect(try ahead.next() == expected) }
    for _ in 0..<3 { #expect(throws: Fault.self) { try ahead.next() } }
  }

  @Test func noMoreThanDepthElementsWait() throws {
    let count = Counter()
    let ahead = ReadAhead<Int>(depth: 3) { count.value.add(1, ordering: .relaxed).newValue }
    #expect(try ahead.next() == 1)
    for _ in 0..<50 where count.value.load(ordering: .relaxed) < 4 { usleep(2_000) }
    usleep(20_000)
    #expect(count.value.load(ordering: .relaxed) == 4)
  }

  @Test func theLastReferenceEndsProduction() throws {
    let count = Counter()
    do {
      let ahead = ReadAhead<Int>(depth: 2) { count.value.add(1, ordering: .relaxed).newValue }
      #expect(try ahead.next() == 1)
    }
    usleep(20_000)
    let before = count.value.load(ordering: .relaxed)
    usleep(20_000)
    #expect(count.value.load(ordering: .relaxed) == before && before <= 4)
  }

  final class Counter: Sendable { let value = Atomic<Int>(0) }
}
