/// Lists of words that hold a pair, all in one array: written once, read once.
struct PairPlaces: Sendable {
  private var words: [Int32] = []
  private var ends: [Int] = [0]
  /// Pairs met since the last lists were made, each with a word; a word once for each run of it.
  private var met: [(pair: Int32, word: Int32)] = []
  /// By pair: the word it was last met in, and how many words since the last lists.
  private var lastWords: [Int32] = []
  private var tallies: [Int32] = []

  @inline(__always) func words(ofList list: Int) -> Range<Int> { ends[list]..<ends[list + 1] }

  @inline(__always) subscript(place: Int) -> Int { Int(words[place]) }

  /// Notes that a word holds a pair.
  @inline(__always) mutating func note(pair: Int, word: Int) {
    while pair >= lastWords.count {
      lastWords.append(-1)
      tallies.append(0)
    }
    let word = Int32(truncatingIfNeeded: word)
    if tallies[pair] > 0, lastWords[pair] == word { return }
    lastWords[pair] = word
    tallies[pair] += 1
    met.append((Int32(truncatingIfNeeded: pair), word))
  }

  /// Makes a list for each pair that was noted since the last time; the words come in the order of the notes.
  mutating func makeLists(_ body: (_ pair: Int, _ list: Int) -> Void) {
    var end = words.count
    var pairs: [Int32] = []
    words.append(contentsOf: repeatElement(0, count: met.count))
    for (pair, _) in met where tallies[Int(pair)] > 0 {
      // From here on the tally is where the pair's next word goes, below zero to tell it from a number of words.
      pairs.append(pair)
      ends.append(end + Int(tallies[Int(pair)]))
      tallies[Int(pair)] = -1 - Int32(truncatingIfNeeded: pairs.count - 1)
      end = ends[ends.count - 1]
    }
    let firstList = ends.count - 1 - pairs.count
    var places = (0..<pairs.count).map { ends[firstList + $0] }
    for (pair, word) in met {
      let list = Int(-1 - tallies[Int(pair)])
      words[places[list]] = word
      places[list] += 1
    }
    // The first lists are of all pairs; so much is never met again.
    met.removeAll(keepingCapacity: met.count < 1 << 16)
    for (list, pair) in pairs.enumerated() {
      tallies[Int(pair)] = 0
      body(Int(pair), firstList + list)
    }
  }
}
