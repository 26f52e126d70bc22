extension TextEncoder {
  /// Appends the tokens of BERT's words, all stages at once. False where the text must be normalized by stages first;
  /// the sink then holds tokens to throw away.
  func appendBertWords(
    _ stretch: TextStretch, _ map: BertCharacterMap, _ scratch: EncodingScratch, _ sink: inout TokenSink
  ) -> Bool {
    scratch.word.prepare(tracksSources: sink.detail == .full)
    var reader = BertWordReader(stretch.bytes, map: map)
    map.ascii.withUnsafeBufferPointer { ascii in
      if sink.detail == .full {
        appendPlacedWords(of: stretch, ascii, &reader, &scratch.word, &scratch.words, &sink)
      } else {
        appendWords(ascii, &reader, &scratch.word, &scratch.words, &sink)
      }
    }
    return !reader.needsStages
  }

  @inline(never) private func appendWords(
    _ ascii: UnsafeBufferPointer<UInt16>, _ reader: inout BertWordReader, _ word: inout WordBuffer,
    _ words: inout WordPieces, _ sink: inout TokenSink
  ) {
    while true {
      if let key = reader.keyAhead(ascii), let line = words.line(of: key) {
        for piece in 0..<line.count { sink.append(line.id(piece), isFirst: piece == 0) }
        reader.skip(key.length)
        continue
      }
      guard reader.next(into: &word) else { return }
      word.withBytes { bytes, readable in
        words.visit(bytes, readable: readable, by: model) { id, _, isFirst in sink.append(id, isFirst: isFirst) }
      }
    }
  }

  @inline(never) private func appendPlacedWords(
    of stretch: TextStretch, _ ascii: UnsafeBufferPointer<UInt16>, _ reader: inout BertWordReader,
    _ word: inout WordBuffer, _ words: inout WordPieces, _ sink: inout TokenSink
  ) {
    while true {
      if let key = reader.keyAhead(ascii), let line = words.line(of: key) {
        let place = reader.scalarCount
        var start = 0
        for piece in 0..<line.count {
          let end = line.end(piece)
          let first = stretch.place(of: place &+ start)
          sink.append(line.id(piece), offsets: first..<max(stretch.place(of: place &+ end &- 1), first) + 1)
          start = end
        }
        reader.skip(key.length)
      } else {
        guard reader.next(into: &word) else { return }
        word.withBytes { bytes, readable in
          var start = 0
          words.visit(bytes, readable: readable, by: model) { id, end, _ in
            let first = stretch.place(of: word.sources[start])
            let last = stretch.place(of: word.sources[end - 1])
            sink.append(id, offsets: first..<max(last, first) + 1)
            start = end
          }
        }
      }
      sink.wordCount += 1
    }
  }
}
