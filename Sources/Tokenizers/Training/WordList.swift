/// Distinct words with their counts, in the order of their bytes, which no order of the text changes.
struct WordList: Sendable {
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  private(set) var counts: [Int] = []

  mutating func append(_ word: UnsafeBufferPointer<UInt8>, count: Int) {
    bytes.append(contentsOf: word)
    ends.append(bytes.count)
    counts.append(count)
  }

  mutating func reserveCapacity(words: Int, bytes count: Int) {
    bytes.reserveCapacity(count)
    ends.reserveCapacity(words)
    counts.reserveCapacity(words)
  }

  /// Every word in turn, where its bytes lie.
  @inline(__always) func visit(_ body: (UnsafeBufferPointer<UInt8>, Int) -> Void) {
    bytes.withUnsafeBufferPointer { bytes in
      var start = 0
      for (place, end) in ends.enumerated() {
        body(UnsafeBufferPointer(rebasing: bytes[start..<end]), counts[place])
        start = end
      }
    }
  }
}

extension WordList: RandomAccessCollection {
  var startIndex: Int { 0 }
  var endIndex: Int { ends.count }

  subscript(place: Int) -> (word: ArraySlice<UInt8>, count: Int) {
    (bytes[(place == 0 ? 0 : ends[place - 1])..<ends[place]], counts[place])
  }
}
