extension TextEncoder {
  /// Appends the tokens of a text whose words keep their bytes, with a space in front where the options ask for one.
  func appendByteLevel(
    _ stretch: TextStretch, _ pattern: WordPattern?, _ options: PreTokenizer.ByteLevel,
    _ scratch: EncodingScratch, _ sink: inout TokenSink
  ) {
    guard options.addsPrefixSpace, let first = stretch.bytes.first, first != 0x20 else {
      return appendWords(of: stretch, pattern, &scratch.words, &sink)
    }
    ([0x20] + stretch.bytes).withUnsafeBufferPointer {
      let prefixed = TextStretch(bytes: $0, base: stretch.base, sources: stretch.sources, isPrefixed: true)
      appendWords(of: prefixed, pattern, &scratch.words, &sink)
    }
  }

  @inline(never) private func appendWords(
    of stretch: TextStretch, _ pattern: WordPattern?, _ words: inout WordPieces, _ sink: inout TokenSink
  ) {
    guard !stretch.bytes.isEmpty else { return }
    var place = ScalarCounter()
    guard let pattern else {
      return appendWord(stretch.bytes.indices, of: stretch, &place, &words, &sink)
    }
    var scanner = WordScanner(stretch.bytes, pattern: pattern)
    while let range = scanner.next() { appendWord(range, of: stretch, &place, &words, &sink) }
  }
}
