extension TextEncoder {
  /// Appends the tokens of a text cut before each space, the spaces spelled as the visible mark.
  func appendMetaspace(
    _ stretch: TextStretch, _ metaspace: PreTokenizer.Metaspace, _ scratch: EncodingScratch, _ sink: inout TokenSink
  ) {
    guard !stretch.bytes.isEmpty else { return }
    let prepends =
      switch metaspace.prepending {
      case .always: true
      case .first: stretch.place(of: 0) == 0
      case .never: false
      }
    let words = MetaspaceWords(stretch.bytes, mark: metaspace.mark, prepends: prepends)
    words.bytes.withUnsafeBufferPointer { bytes in
      let whole = TextStretch(
        bytes: bytes, base: stretch.base, sources: stretch.sources, isPrefixed: words.isPrefixed)
      var counter = ScalarCounter()
      var start = 0
      while start < bytes.count {
        let end = metaspace.splitsWords ? words.end(of: bytes, from: start) : bytes.count
        appendWord(start..<end, of: whole, &counter, &scratch.words, &sink)
        start = end
      }
    }
  }
}
