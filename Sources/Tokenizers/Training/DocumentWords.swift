/// The words of a document as a normalizer and a pre-tokenizer make them.
struct DocumentWords: Sendable {
  private let normalizer: Normalizer?
  private let splitter: PreTokenizer
  private let map: BertCharacterMap

  init(normalizer: Normalizer?, splitter: PreTokenizer) {
    self.normalizer = normalizer
    self.splitter = splitter
    map = BertCharacterMap(normalizer?.bert ?? .identity)
  }

  /// Every word in turn.
  func visit<Failure: Error>(
    _ text: String, _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    var text = text
    // `withUTF8` passes on no error of a known type.
    let result = text.withUTF8 { bytes in
      do throws(Failure) {
        try visit(bytes, body)
        return Result<Void, Failure>.success(())
      } catch { return .failure(error) }
    }
    try result.get()
  }

  private func visit<Failure: Error>(
    _ text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    if splitter == .bert, normalizer == nil || normalizer?.bert != nil { return try visitBertWords(text, body) }
    guard let normalizer, !normalizer.leavesUnchanged(text) else { return try visitPlainWords(text, body) }
    try normalizer.bytes(of: text).withUnsafeBufferPointer { (bytes) throws(Failure) in
      try visitPlainWords(bytes, body)
    }
  }

  private func visitPlainWords<Failure: Error>(
    _ text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    switch splitter {
    case .byteLevel:
      var split = WordScanner(text)
      while let range = split.next() { try body(UnsafeBufferPointer(rebasing: text[range])) }
    case .metaspace(let options):
      let words = MetaspaceWords(text, mark: options.mark, prepends: options.prepending != .never)
      try words.bytes.withUnsafeBufferPointer { (bytes) throws(Failure) in
        var start = 0
        while start < bytes.count {
          let end = words.end(of: bytes, from: start)
          try body(UnsafeBufferPointer(rebasing: bytes[start..<end]))
          start = end
        }
      }
    default:
      for piece in splitter.pieces(of: NormalizedText(text), base: 0) {
        try UTF8Text.bytes(of: piece.scalars).withUnsafeBufferPointer { (word) throws(Failure) in try body(word) }
      }
    }
  }

  /// Text bytes that are cut before their words are handed over, unless a line is longer.
  private static let stretchBytes = 1 << 12

  /// No word and no reordering of marks crosses a line, so lines may be taken apart.
  private func visitBertWords<Failure: Error>(
    _ text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    var words = CutWords()
    var start = 0
    while start < text.count {
      var end = min(text.count, start + Self.stretchBytes)
      while end < text.count, text[end - 1] != 0x0A { end += 1 }
      let stretch = UnsafeBufferPointer(rebasing: text[start..<end])
      if !words.cut(stretch, map) {
        let scalars = NormalizedText(stretch, normalizer: normalizer).scalars
        _ = UTF8Text.bytes(of: scalars).withUnsafeBufferPointer { words.cut($0, .identity) }
      }
      try words.visit(body)
      start = end
    }
  }
}

/// The words of a stretch of text, end to end.
private struct CutWords {
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  private var word = WordBuffer()

  /// Cuts a stretch; false where its marks have to be reordered first.
  mutating func cut(_ text: UnsafeBufferPointer<UInt8>, _ map: BertCharacterMap) -> Bool {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    var reader = BertWordReader(text, map: map)
    while reader.next(into: &word) {
      bytes += word.bytes
      ends.append(bytes.count)
    }
    return !reader.needsStages
  }

  func visit<Failure: Error>(_ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Void) throws(Failure) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(Failure) in
      var start = 0
      for end in ends {
        try body(UnsafeBufferPointer(rebasing: bytes[start..<end]))
        start = end
      }
    }
  }
}
