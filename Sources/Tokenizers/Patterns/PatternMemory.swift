/// Where states of a pattern's program failed in a text, and where they led inside a group.
struct PatternMemory {
  private let placeCount: Int
  private var failures: [UInt64]
  /// Ends by state and place.
  private var ends: [Int: Int] = [:]
  /// The last range of places of each state that leads to one end.
  private var ranges: [(places: ClosedRange<Int>, end: Int)?]

  init(stateCount: Int, placeCount: Int) {
    self.placeCount = placeCount
    failures = Array(repeating: 0, count: (stateCount * placeCount + 63) / 64)
    ranges = Array(repeating: nil, count: stateCount)
  }

  func hasFailed(_ state: Int, at place: Int) -> Bool {
    let bit = state * placeCount + place
    return failures[bit >> 6] >> UInt64(bit & 63) & 1 != 0
  }

  mutating func fail(_ state: Int, _ places: ClosedRange<Int>) {
    for bit in state * placeCount + places.lowerBound...state * placeCount + places.upperBound {
      failures[bit >> 6] |= 1 << UInt64(bit & 63)
    }
  }

  /// Where the group around a state ends if the state is reached at a place; nil where that is unknown.
  func success(of state: Int, at place: Int) -> Int? {
    if let range = ranges[state], range.places.contains(place) { return range.end }
    return ends[state * placeCount + place]
  }

  mutating func succeed(_ state: Int, _ places: ClosedRange<Int>, end: Int) {
    if places.count > 1 {
      ranges[state] = (places, end)
    } else {
      ends[state * placeCount + places.lowerBound] = end
    }
  }
}
