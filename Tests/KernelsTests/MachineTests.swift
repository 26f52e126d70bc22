import CKernels
import Kernels
import Synchronization
import Testing

extension KernelsTests {
  @Suite struct Machine {
    @Test func everyLevelHasFunctionsOfItsOwn() throws {
      let levels = CPULevel.available.filter { $0 <= .avx512 }
      let tables = try levels.map { level in
        try #require(ck_table_at(ck_level(UInt32(level.rawValue))), "\(level.name)").pointee
      }
      let addresses = tables.map {
        [
          unsafeBitCast($0.softmax, to: UInt.self), unsafeBitCast($0.layer_norm_forward, to: UInt.self),
          unsafeBitCast($0.adamw, to: UInt.self), unsafeBitCast($0.dropout, to: UInt.self),
        ]
      }
      #expect(Set(addresses.flatMap(\.self)).count == addresses.count * 4, "\(addresses)")
      #expect(tables.map(\.flops_per_round) == levels.map { 24 * (4 << $0.rawValue) })
    }

    @Test func levelsAboveAVX512HaveItsRowsAndAUnitForProductsOfTheirOwn() throws {
      let avx512 = ck_table_at(ck_level_avx512)?.pointee
      for level in CPULevel.available {
        let table = try #require(ck_table_at(ck_level(UInt32(level.rawValue))), "\(level.name)").pointee
        #expect((table.matrix == nil) == (level <= .avx512), "\(level.name)")
        guard level > .avx512 else { continue }
        #expect(unsafeBitCast(table.adamw, to: Int.self) == unsafeBitCast(avx512?.adamw, to: Int.self))
      }
    }

    @Test func aForcedLevelIsInUseForRowsAndForProducts() {
      defer { reset() }
      BLAS.start()
      for level in CPULevel.available {
        #expect(CPULevel.force(level) && CPULevel.active == level)
        let core = BLAS.currentCore
        let isFitting =
          switch level.vectors {
          case .avx512, .avx512BF16, .amx: ["SkylakeX", "Cooperlake", "SapphireRapids"].contains(core)
          case .avx2: ["Haswell", "Zen", "Excavator"].contains(core)
          case .baseline: true
          }
        #expect(isFitting || !ck_blas_can_choose_again(), "\(core) at \(level.name)")
      }
    }

    @Test func aLevelThatTheMachineLacksIsRefused() {
      defer { reset() }
      for level in CPULevel.allCases where level > CPULevel.detected {
        #expect(!CPULevel.force(level) && CPULevel.active == CPULevel.detected)
      }
    }

    @Test func startingBLASAgainReportsTheSame() {
      let first = BLAS.start()
      #expect(BLAS.start() == first)
      #expect(first.core == BLAS.currentCore && first.library.contains("OpenBLAS"), "\(first)")
    }

    @Test func measuredPeakIsPlausible() {
      let peak = CPUPeak.measure(seconds: 0.02)
      #expect(peak > 1 && peak < 10_000, "\(peak) GFLOP/s")
    }

    @Test func everyNumberIsVisitedOnceForAnyThreadCount() {
      defer { reset() }
      for threads in [1, 2, 3, 8, 2, 1] {
        Parallel.start(threads: threads)
        #expect(Parallel.threadCount == threads)
        for count in [0, 1, 2, 7, 1000] {
          let visits = Visits(count)
          Parallel.forEach(count) { visits.add($0) }
          #expect(visits.all == [Int](repeating: 1, count: count), "\(count) on \(threads) threads")
        }
      }
    }

    @Test func nestedAndConcurrentCallsRunOnTheirCaller() async {
      defer { reset() }
      Parallel.start(threads: 3)
      let visits = Visits(64)
      Parallel.forEach(8) { outer in Parallel.forEach(8) { visits.add(outer * 8 + $0) } }
      #expect(visits.all == [Int](repeating: 1, count: 64))
      let others = Visits(4000)
      await withTaskGroup { group in
        for caller in 0..<4 {
          group.addTask { for i in 0..<100 { Parallel.forEach(10) { others.add(caller * 1000 + i * 10 + $0) } } }
        }
      }
      #expect(others.all == [Int](repeating: 1, count: 4000))
    }

    @Test func manyShortCallsInARowComeToAnEnd() {
      defer { reset() }
      Parallel.start(threads: 2)
      let visits = Visits(2)
      for _ in 0..<20_000 { Parallel.forEach(2) { visits.add($0) } }
      #expect(visits.all == [20_000, 20_000])
    }
  }
}

/// How often each number was visited.
final class Visits: Sendable {
  private let counts: Mutex<[Int]>

  init(_ count: Int) { counts = Mutex([Int](repeating: 0, count: count)) }

  func add(_ number: Int) { counts.withLock { $0[number] += 1 } }

  var all: [Int] { counts.withLock { $0 } }
}
