/// From text to tokens without specials: normalizer, splitter and model in one.
struct TextEncoder: Sendable {
  let normalizer: BertNormalizer?
  let model: TextModel
  private let map: BertCharacterMap
  private let pool = ScratchPool()

  init(normalizer: BertNormalizer?, model: TextModel) {
    self.normalizer = normalizer
    self.model = model
    map = BertCharacterMap(normalizer ?? .identity)
  }

  /// Appends the tokens of a stretch of raw text.
  func append(_ stretch: TextStretch, to sink: inout TokenSink) {
    pool.with { scratch in
      switch model {
      case .wordPiece(let model):
        let mark = sink.mark
        if !appendWordPieces(stretch, model, map, &scratch, &sink) {
          sink.rollBack(to: mark)
          normalized(stretch) { _ = appendWordPieces($0, model, .identity, &scratch, &sink) }
        }
      case .bytePairs(let model, let options):
        normalized(stretch) { appendBytePairs($0, model, options, &scratch, &sink) }
      case .characters(let model):
        normalized(stretch) { appendCharacters($0, model, &sink) }
      }
    }
  }

  /// Appends the tokens of a stretch that has been normalized already.
  func appendNormalized(_ stretch: TextStretch, to sink: inout TokenSink) {
    pool.with { scratch in
      switch model {
      case .wordPiece(let model): _ = appendWordPieces(stretch, model, .identity, &scratch, &sink)
      case .bytePairs(let model, let options): appendBytePairs(stretch, model, options, &scratch, &sink)
      case .characters(let model): appendCharacters(stretch, model, &sink)
      }
    }
  }

  private func normalized(_ stretch: TextStretch, _ body: (TextStretch) -> Void) {
    guard let normalizer, normalizer != .identity else { return body(stretch) }
    let text = NormalizedText(stretch.bytes, normalizer: normalizer)
    UTF8Text.bytes(of: text.scalars).withUnsafeBufferPointer {
      body(TextStretch(bytes: $0, base: stretch.base, sources: text.sources))
    }
  }

  /// False where the text must be normalized by stages first; the sink then holds tokens to throw away.
  private func appendWordPieces(
    _ stretch: TextStretch, _ model: WordPieceModel, _ map: BertCharacterMap, _ scratch: inout EncodingScratch,
    _ sink: inout TokenSink
  ) -> Bool {
    scratch.word.tracksSources = sink.detail == .full
    var reader = BertWordReader(stretch.bytes, map: map)
    while reader.next(into: &scratch.word) {
      let pieces = Self.pieces(of: scratch.word, &scratch.cache) { model.appendPieces(of: $0, to: &$1) }
      guard sink.detail == .full else {
        for i in pieces { sink.append(scratch.cache.pieces.ids[i], isFirst: i == pieces.lowerBound) }
        continue
      }
      var start = 0
      for i in pieces {
        let end = Int(scratch.cache.pieces.ends[i])
        let first = stretch.place(of: scratch.word.sources[start])
        let last = stretch.place(of: scratch.word.sources[end - 1])
        sink.append(scratch.cache.pieces.ids[i], offsets: first..<max(last, first) + 1)
        start = end
      }
      sink.wordCount += 1
    }
    return !reader.needsStages
  }

  @inline(__always) private static func pieces(
    of word: WordBuffer, _ cache: inout WordCache, compute: (UnsafeBufferPointer<UInt8>, inout PieceList) -> Void
  ) -> Range<Int> {
    word.bytes.withUnsafeBufferPointer { bytes in cache.pieces(of: bytes) { compute(bytes, &$0) } }
  }

  private func appendCharacters(_ stretch: TextStretch, _ model: CharacterModel, _ sink: inout TokenSink) {
    var position = 0
    var place = 0
    while position < stretch.bytes.count {
      let (scalar, length) = UTF8Text.scalar(in: stretch.bytes, at: position)
      let id = model.id(of: scalar)
      if sink.detail == .full {
        let source = stretch.place(of: place)
        sink.append(id, offsets: source..<source + 1)
        sink.wordCount += 1
      } else {
        sink.append(id, isFirst: true)
      }
      position += length
      place += 1
    }
  }
}
