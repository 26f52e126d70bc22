import Synchronization

/// What one call of the encoder works with.
///
/// Unchecked, because its parts own memory by pointers: one thread at a time has it, from when it leaves the pool to
/// when it returns, and no pointer of it outlives that.
final class EncodingScratch: @unchecked Sendable {
  var word = WordBuffer()
  var words = WordPieces()
}

/// The pieces of words: those met before are remembered, the others cut by the model.
struct WordPieces: ~Copyable {
  private let cache = WordCache()
  private var longWords = LongWordCache()
  private var scratch = ModelScratch()

  /// What is remembered of a short word with few pieces.
  @inline(__always) borrowing func line(of key: WordKey) -> WordLine? { cache.line(of: key) }

  /// Visits the pieces of a word, whose ends are counted in its bytes. `readable` bytes from its start on may be read.
  @inline(__always) mutating func visit(
    _ word: UnsafeBufferPointer<UInt8>, readable: Int, by model: TextModel,
    _ body: (_ id: Int32, _ end: Int, _ isFirst: Bool) -> Void
  ) {
    let key = WordKey(word, readable: readable)
    if let key, let line = cache.line(of: key) {
      for piece in 0..<line.count { body(line.id(piece), line.end(piece), piece == 0) }
    } else {
      var sampler: SubwordSampler?
      visit(places(of: word, key, by: model, &sampler), body)
    }
  }

  /// Visits the pieces of a word that no line holds.
  @inline(__always) borrowing func visit(
    _ places: Range<Int>, _ body: (_ id: Int32, _ end: Int, _ isFirst: Bool) -> Void
  ) {
    for place in places {
      body(longWords.pieces.ids[place], Int(longWords.pieces.ends[place]), place == places.lowerBound)
    }
  }

  /// The places of the pieces of a word that no line holds, valid until the next call.
  @inline(never) mutating func places(
    of word: UnsafeBufferPointer<UInt8>, _ key: WordKey?, by model: TextModel, _ sampler: inout SubwordSampler?
  ) -> Range<Int> {
    if var random = sampler {
      defer { sampler = random }
      return longWords.add(word) { pieces in
        model.appendSample(of: word, by: &random, to: &pieces, scratch: &scratch)
        return false
      }
    }
    if key.map({ cache.isElsewhere($0) }) ?? true, let known = longWords.places(of: word) { return known }
    return longWords.add(word) { pieces in
      let start = pieces.ids.count
      model.appendPieces(of: word, to: &pieces, scratch: &scratch)
      guard let key else { return true }
      return !cache.add(key, pieces, from: start)
    }
  }
}

/// What models work with beyond a word and its pieces.
struct ModelScratch: Sendable {
  var symbols: [BytePairModel.Symbol] = []
  var unigram = UnigramScratch()
}

/// Scratch handed from call to call, so that a tokenizer is a value any number of threads may share.
final class ScratchPool: Sendable {
  private let idle = Mutex<[EncodingScratch]>([])

  func with<Result>(_ body: (EncodingScratch) -> Result) -> Result {
    let scratch = idle.withLock { $0.popLast() } ?? EncodingScratch()
    defer { idle.withLock { $0.append(scratch) } }
    return body(scratch)
  }
}
