/// The pieces that Unigram training begins with: all characters, and the strings that occur at least twice and can be
/// continued in at least two ways, those of the highest count times length first. (Kudo 2018, section 3.2.)
struct UnigramSeeds {
  /// A string as the ranks in the suffix array of the places it occurs at.
  private struct Candidate {
    var first: UInt32
    var end: UInt32
    var length: UInt8
    var score: Double
  }

  /// Where each piece occurs once in the text; the first pieces are the symbols.
  private(set) var places: [Int] = []
  private(set) var lengths: [Int] = []
  /// How often each piece occurs, times its length.
  private(set) var weights: [Double] = []
  /// All pieces in the text, grouped by the place where they begin.
  private(set) var edges: [UnigramEdge] = []
  /// How many pieces begin at each place.
  private(set) var edgeCounts: [UInt8] = []

  init(_ text: UnigramText, _ settings: UnigramTraining) {
    let longest = settings.maximumPieceLength
    let array = SuffixArray(
      text.symbols, symbolCount: text.scalars.count, depth: longest + 1, threads: settings.threads)
    var candidates = Self.candidates(text, array, longest: longest)
    candidates.sort { a, b in
      if a.score != b.score { return a.score > b.score }
      return a.first != b.first ? a.first < b.first : a.length < b.length
    }
    let room = max(0, min(settings.seedSize, UnigramEdge.maximumCount) - text.scalars.count)
    if candidates.count > room { candidates.removeLast(candidates.count - room) }
    addSymbols(text)
    for candidate in candidates {
      places.append(Int(array.places[Int(candidate.first)]))
      lengths.append(Int(candidate.length))
      weights.append(candidate.score)
    }
    connect(text, array, candidates)
  }

  /// Symbol 0 keeps number 0, which is no piece.
  private mutating func addSymbols(_ text: UnigramText) {
    places = [Int](repeating: 0, count: text.scalars.count)
    lengths = [Int](repeating: 1, count: text.scalars.count)
    weights = text.scalarCounts.map(Double.init)
    for (place, symbol) in text.symbols.enumerated() { places[Int(symbol)] = place }
  }

  /// The inner nodes of the suffix tree, and the ends of stretches that nothing else ends with, found on a stack of
  /// open intervals of the suffix array. (Abouelhoda et al. 2004, algorithm 4.4.)
  private static func candidates(_ text: UnigramText, _ array: SuffixArray, longest: Int) -> [Candidate] {
    let common = array.commonLengths(in: text.symbols, depth: longest + 1)
    let rests = rests(of: text, limit: longest + 1)
    let sums = sumsOfCounts(text, array)
    var found: [Candidate] = []
    var open: [(length: UInt8, first: Int)] = []
    func close(_ length: UInt8, _ first: Int, _ end: Int) {
      let count = sums[end] &- sums[first]
      guard length >= 2, Int(length) <= longest, count >= 2 else { return }
      found.append(
        Candidate(
          first: UInt32(truncatingIfNeeded: first), end: UInt32(truncatingIfNeeded: end), length: length,
          score: Double(count) * Double(length)))
    }
    for rank in array.places.indices {
      let next = rank + 1 < common.count ? common[rank + 1] : 0
      let rest = rests[Int(array.places[rank])]
      if rest > max(common[rank], next) { close(rest, rank, rank + 1) }
      var first = rank
      while let last = open.last, last.length > next {
        close(last.length, last.first, rank + 1)
        first = last.first
        open.removeLast()
      }
      if next > 0, open.last.map({ $0.length < next }) ?? true { open.append((next, first)) }
    }
    return found
  }

  /// For each place the number of symbols up to the end of its stretch, at most `limit`.
  private static func rests(of text: UnigramText, limit: Int) -> [UInt8] {
    var rests = [UInt8](repeating: 0, count: text.symbols.count)
    var rest = 0
    for place in text.symbols.indices.reversed() {
      rest = text.symbols[place] == 0 ? 0 : min(rest + 1, limit)
      rests[place] = UInt8(truncatingIfNeeded: rest)
    }
    return rests
  }

  /// The sum of the counts of the stretches at all ranks below each rank.
  private static func sumsOfCounts(_ text: UnigramText, _ array: SuffixArray) -> [Int] {
    var stretchOfPlace = [UInt32](repeating: 0, count: text.symbols.count)
    for stretch in text.counts.indices {
      for place in text.starts[stretch]..<text.starts[stretch + 1] {
        stretchOfPlace[place] = UInt32(truncatingIfNeeded: stretch)
      }
    }
    var sums = [0]
    sums.reserveCapacity(array.places.count + 1)
    var sum = 0
    for place in array.places {
      sum &+= text.counts[Int(stretchOfPlace[Int(place)])]
      sums.append(sum)
    }
    return sums
  }

  private mutating func connect(_ text: UnigramText, _ array: SuffixArray, _ candidates: [Candidate]) {
    edgeCounts = text.symbols.map { $0 == 0 ? 0 : 1 }
    for candidate in candidates {
      for rank in candidate.first..<candidate.end { edgeCounts[Int(array.places[Int(rank)])] &+= 1 }
    }
    var nextEdge: [UInt32] = []
    nextEdge.reserveCapacity(edgeCounts.count)
    var edgeCount = 0
    for count in edgeCounts {
      nextEdge.append(UInt32(truncatingIfNeeded: edgeCount))
      edgeCount += Int(count)
    }
    edges = Array(repeating: UnigramEdge(piece: 0, length: 1), count: edgeCount)
    func add(_ edge: UnigramEdge, at place: Int) {
      edges[Int(nextEdge[place])] = edge
      nextEdge[place] &+= 1
    }
    for (place, symbol) in text.symbols.enumerated() where symbol != 0 {
      add(UnigramEdge(piece: Int(symbol), length: 1), at: place)
    }
    for (index, candidate) in candidates.enumerated() {
      let edge = UnigramEdge(piece: text.scalars.count + index, length: Int(candidate.length))
      for rank in candidate.first..<candidate.end { add(edge, at: Int(array.places[Int(rank)])) }
    }
  }
}

/// A piece on its way through a word: its number and how many symbols it covers.
struct UnigramEdge: Sendable {
  static let maximumCount = 1 << 26
  static let maximumLength = 63

  private let packed: UInt32

  @inline(__always) init(piece: Int, length: Int) {
    packed = UInt32(truncatingIfNeeded: piece << 6 | length)
  }

  @inline(__always) var piece: Int { Int(packed >> 6) }
  @inline(__always) var length: Int { Int(packed & 63) }
}
