extension TextEncoder {
  /// Appends the tokens of one word of a stretch; `counter` counts its scalars up to there.
  @inline(__always) func appendWord(
    _ range: Range<Int>, of stretch: TextStretch, _ counter: inout ScalarCounter, _ words: inout WordPieces,
    _ sink: inout TokenSink
  ) {
    let word = UnsafeBufferPointer(rebasing: stretch.bytes[range])
    let key = WordKey(word, readable: stretch.bytes.count - range.lowerBound)
    guard !sink.isSampling, let key, let line = words.line(of: key) else {
      return appendOther(range, key, of: stretch, &counter, &words, &sink)
    }
    if sink.detail != .full {
      for piece in 0..<line.count { sink.append(line.id(piece), isFirst: piece == 0) }
      return
    }
    var start = range.lowerBound
    var offsets = 0..<0
    for piece in 0..<line.count {
      append(
        line.id(piece), to: range.lowerBound + line.end(piece), of: range, stretch, &start, &offsets, &counter, &sink)
    }
    sink.wordCount += 1
  }

  /// Appends the tokens of a word that is not remembered in a line.
  @inline(never) private func appendOther(
    _ range: Range<Int>, _ key: WordKey?, of stretch: TextStretch, _ counter: inout ScalarCounter,
    _ words: inout WordPieces, _ sink: inout TokenSink
  ) {
    let word = UnsafeBufferPointer(rebasing: stretch.bytes[range])
    let places = words.places(of: word, key, by: model, &sink.sampler)
    if sink.detail != .full {
      return words.visit(places) { id, _, isFirst in sink.append(id, isFirst: isFirst) }
    }
    var start = range.lowerBound
    var offsets = 0..<0
    words.visit(places) { id, end, _ in
      append(id, to: range.lowerBound + end, of: range, stretch, &start, &offsets, &counter, &sink)
    }
    sink.wordCount += 1
  }

  /// Appends a piece of a word from `start` on. One that ends where the one before did stands for another of the same
  /// bytes.
  @inline(__always) private func append(
    _ id: Int32, to end: Int, of range: Range<Int>, _ stretch: TextStretch, _ start: inout Int,
    _ offsets: inout Range<Int>, _ counter: inout ScalarCounter, _ sink: inout TokenSink
  ) {
    let end = min(end, range.upperBound)
    if end > start { offsets = counter.scalars(of: start..<end, in: stretch) }
    if id == spelledUnknown {
      sink.spellings.append((sink.ids.count, String(decoding: stretch.bytes[start..<end], as: UTF8.self)))
    }
    sink.append(id, offsets: offsets)
    start = end
  }
}
