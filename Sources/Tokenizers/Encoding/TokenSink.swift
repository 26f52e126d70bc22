/// Where tokens go while a text is encoded, with as much detail as was asked for.
struct TokenSink: ~Copyable {
  enum Detail { case ids, wordStarts, full }

  /// What a token covers, and the number of its word.
  struct Place: BitwiseCopyable {
    var start: Int
    var end: Int
    var word: Int
  }

  let detail: Detail
  private(set) var ids = TokenBuffer<Int32>()
  private(set) var startsWord = TokenBuffer<Bool>()
  private(set) var places = TokenBuffer<Place>()
  /// Words so far, added tokens included.
  var wordCount = 0
  /// Tokens whose text is not that of the vocabulary: added tokens as they were found.
  var spellings: [(place: Int, text: String)] = []

  /// Cuts words at random where there is one.
  var sampler: SubwordSampler?
  let isSampling: Bool

  init(_ detail: Detail, sampler: SubwordSampler? = nil) {
    self.detail = detail
    self.sampler = sampler
    isSampling = sampler != nil
  }

  /// Adds a token; `isFirst` where it begins a word.
  @inline(__always) mutating func append(_ id: Int32, isFirst: Bool) {
    ids.append(id)
    if detail == .wordStarts { startsWord.append(isFirst) }
  }

  /// Adds a token of the current word with its place in the text.
  @inline(__always) mutating func append(_ id: Int32, offsets: Range<Int>) {
    ids.append(id)
    places.append(Place(start: offsets.lowerBound, end: offsets.upperBound, word: wordCount))
  }

  /// What was added so far, to return to.
  var mark: (tokens: Int, words: Int) { (ids.count, wordCount) }

  mutating func rollBack(to mark: (tokens: Int, words: Int)) {
    let count = ids.count - mark.tokens
    ids.removeLast(count)
    if detail == .wordStarts { startsWord.removeLast(count) }
    if detail == .full { places.removeLast(count) }
    wordCount = mark.words
  }
}
