import CSystem

// Reads acquire, writes release; all of them work across processes.

func load(_ word: UnsafeMutablePointer<UInt32>) -> UInt32 { cs_load_32(word) }
func store(_ word: UnsafeMutablePointer<UInt32>, _ value: UInt32) { cs_store_32(word, value) }
func fetchAdd(_ word: UnsafeMutablePointer<UInt32>, _ value: UInt32) -> UInt32 { cs_add_32(word, value) }
func load(_ word: UnsafeMutablePointer<UInt64>) -> UInt64 { cs_load_64(word) }
func store(_ word: UnsafeMutablePointer<UInt64>, _ value: UInt64) { cs_store_64(word, value) }
func fetchAdd(_ word: UnsafeMutablePointer<UInt64>, _ value: UInt64) -> UInt64 { cs_add_64(word, value) }

/// Wakes everybody who sleeps on `word`.
func wake(_ word: UnsafeMutablePointer<UInt32>) { _ = cs_futex_wake(word, Int32.max) }

/// Sleeps while `word` is `expected`, at most so long; it may return early.
func sleep(_ word: UnsafeMutablePointer<UInt32>, while expected: UInt32, seconds: Double) {
  _ = cs_futex_wait(word, expected, Int64(min(max(seconds, 0), 1e6) * 1e9))
}

/// Seconds of a clock that nobody sets.
public func monotonicSeconds() -> Double { Double(cs_monotonic_nanoseconds()) / 1e9 }
