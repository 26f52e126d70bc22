/// Where tokens go while a text is encoded, with as much detail as was asked for.
struct TokenSink {
  enum Detail { case ids, wordStarts, full }

  let detail: Detail
  var ids: [Int32]
  var startsWord: [Bool] = []
  var offsets: [Range<Int>] = []
  var wordIDs: [Int] = []
  /// Words so far, added tokens included.
  var wordCount = 0
  /// Tokens whose text is not that of the vocabulary: added tokens as they were found.
  var spellings: [(place: Int, text: String)] = []

  init(_ detail: Detail, ids: [Int32] = []) {
    self.detail = detail
    self.ids = ids
  }

  /// Adds a token; `isFirst` where it begins a word.
  @inline(__always) mutating func append(_ id: Int32, isFirst: Bool) {
    ids.append(id)
    if detail == .wordStarts { startsWord.append(isFirst) }
  }

  /// Adds a token of the current word with its place in the text.
  @inline(__always) mutating func append(_ id: Int32, offsets: Range<Int>) {
    ids.append(id)
    self.offsets.append(offsets)
    wordIDs.append(wordCount)
  }

  /// What was added so far, to return to.
  var mark: (tokens: Int, words: Int) { (ids.count, wordCount) }

  mutating func rollBack(to mark: (tokens: Int, words: Int)) {
    let count = ids.count - mark.tokens
    ids.removeLast(count)
    if detail == .wordStarts { startsWord.removeLast(count) }
    if detail == .full {
      offsets.removeLast(count)
      wordIDs.removeLast(count)
    }
    wordCount = mark.words
  }
}

/// A stretch of text to encode and where its scalars lie in the whole.
struct TextStretch {
  let bytes: UnsafeBufferPointer<UInt8>
  /// The place of the first scalar in the text.
  var base = 0
  /// Where each scalar of `bytes` lies, counted from `base`; nil where they are the text's own.
  var sources: [Int]?

  /// The place in the text of a scalar of `bytes`.
  @inline(__always) func place(of scalar: Int) -> Int {
    guard let sources else { return base + scalar }
    return base + (scalar < sources.count ? sources[scalar] : sources.last ?? 0)
  }
}
