extension TextEncoder {
  /// Appends the tokens of a text, with a space in front where the options ask for one.
  func appendBytePairs(
    _ stretch: TextStretch, _ model: BytePairModel, _ options: ByteLevelOptions, _ scratch: inout EncodingScratch,
    _ sink: inout TokenSink
  ) {
    guard options.addsPrefixSpace, let first = stretch.bytes.first, first != 0x20 else {
      return appendWords(of: stretch, model, options, &scratch.cache, &sink)
    }
    var count = 0
    for byte in stretch.bytes where UTF8Text.isStart(byte) { count += 1 }
    // The added space lies where the first scalar does.
    let sources = [stretch.sources?.first ?? 0] + (stretch.sources ?? Array(0..<count))
    ([0x20] + stretch.bytes).withUnsafeBufferPointer {
      let prefixed = TextStretch(bytes: $0, base: stretch.base, sources: sources)
      appendWords(of: prefixed, model, options, &scratch.cache, &sink)
    }
  }

  private func appendWords(
    of stretch: TextStretch, _ model: BytePairModel, _ options: ByteLevelOptions, _ cache: inout WordCache,
    _ sink: inout TokenSink
  ) {
    guard !stretch.bytes.isEmpty else { return }
    var split = BytePairSplit(stretch.bytes)
    var place = ScalarCounter()
    var whole: Range<Int>? = stretch.bytes.indices
    while let range = options.splitsWords ? split.next() : whole.take() {
      let word = UnsafeBufferPointer(rebasing: stretch.bytes[range])
      let pieces = cache.pieces(of: word) { model.appendPieces(of: word, to: &$0) }
      guard sink.detail == .full else {
        for i in pieces { sink.append(cache.pieces.ids[i], isFirst: i == pieces.lowerBound) }
        continue
      }
      var start = range.lowerBound
      for i in pieces {
        let end = range.lowerBound + Int(cache.pieces.ends[i])
        var offsets = place.scalars(of: start..<end, in: stretch)
        if options.trimsOffsets { offsets = Self.trimmed(offsets, stretch.bytes[start..<end], options, sink) }
        sink.append(cache.pieces.ids[i], offsets: offsets)
        start = end
      }
      sink.wordCount += 1
    }
  }

  private static func trimmed(
    _ offsets: Range<Int>, _ token: Slice<UnsafeBufferPointer<UInt8>>, _ options: ByteLevelOptions, _ sink: TokenSink
  ) -> Range<Int> {
    options.trimmed(
      offsets, leading: token.prefix { $0 == 0x20 }.count, trailing: token.reversed().prefix { $0 == 0x20 }.count,
      isFirst: sink.ids.isEmpty)
  }
}

extension ByteLevelOptions {
  /// The reference library's trimming: white space is counted in the token, and taken off the offsets at both ends.
  func trimmed(_ offsets: Range<Int>, leading: Int, trailing: Int, isFirst: Bool) -> Range<Int> {
    var (start, end) = (offsets.lowerBound, offsets.upperBound)
    let isAddedSpace = leading == 1 && trimsAsPrefixed && (isFirst || start == 0)
    if !isAddedSpace { start = min(start + leading, end) }
    if trailing > 0, end >= trailing { end = max(end - trailing, start) }
    return start..<end
  }

  /// The trimming of an added token, which may hold white space that it took from its sides.
  func trimmed(_ offsets: Range<Int>, added text: String, isFirst: Bool) -> Range<Int> {
    func isSpace(_ scalar: Unicode.Scalar) -> Bool {
      scalar.value == 0x120 || UnicodeTables.shared.properties(of: scalar.value).contains(.space)
    }
    let scalars = text.unicodeScalars
    return trimmed(
      offsets, leading: scalars.prefix(while: isSpace).count,
      trailing: scalars.reversed().prefix(while: isSpace).count, isFirst: isFirst)
  }
}

/// Places in scalars for growing places in bytes.
private struct ScalarCounter {
  private var position = 0
  /// Scalars that begin before `position`.
  private var count = 0

  /// Every scalar of which a byte lies in the range.
  @inline(__always) mutating func scalars(of range: Range<Int>, in stretch: TextStretch) -> Range<Int> {
    advance(to: range.lowerBound, stretch.bytes)
    let startsInside = !UTF8Text.isStart(stretch.bytes[range.lowerBound])
    let first = stretch.place(of: startsInside ? count - 1 : count)
    advance(to: range.upperBound, stretch.bytes)
    let last = stretch.place(of: count - 1)
    return first..<max(first, last) + 1
  }

  @inline(__always) private mutating func advance(to end: Int, _ bytes: UnsafeBufferPointer<UInt8>) {
    while position < end {
      if UTF8Text.isStart(bytes[position]) { count += 1 }
      position += 1
    }
  }
}
