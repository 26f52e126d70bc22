import Dispatch
import Synchronization
import Tokenizers

/// The tokens of one window, documents end to end in corpus order.
struct WindowTokens: Sendable {
  /// Token ids without special ones: [n].
  var ids: [Int32] = []
  /// True where a word begins: [n]; empty for causal rows.
  var startsWord: [Bool] = []
  /// Where each sentence starts in `ids`, and n at the end; a document is one sentence unless pairs are made.
  var sentenceOffsets: [Int] = [0]
  /// Where each document starts in `sentenceOffsets`, and the sentence count at the end.
  var documentOffsets: [Int] = [0]
  /// Text bytes of each document.
  var documentBytes: [Int] = []
  /// True where `TokenBytes` add up to the document's bytes.
  var hasExactBytes: [Bool] = []

  /// The number of documents.
  var documentCount: Int { documentBytes.count }

  /// The sentences of a document.
  func sentences(of document: Int) -> Range<Int> { documentOffsets[document]..<documentOffsets[document + 1] }

  /// The tokens of a sentence.
  func tokens(ofSentence sentence: Int) -> Range<Int> {
    sentenceOffsets[sentence]..<sentenceOffsets[sentence + 1]
  }

  /// The tokens of a document.
  func tokens(of document: Int) -> Range<Int> {
    sentenceOffsets[documentOffsets[document]]..<sentenceOffsets[documentOffsets[document + 1]]
  }

  /// Adds the documents of `other` behind these.
  mutating func append(_ other: WindowTokens) {
    let (firstToken, firstSentence) = (ids.count, sentenceOffsets.count - 1)
    ids += other.ids
    startsWord += other.startsWord
    sentenceOffsets += other.sentenceOffsets.dropFirst().map { $0 + firstToken }
    documentOffsets += other.documentOffsets.dropFirst().map { $0 + firstSentence }
    documentBytes += other.documentBytes
    hasExactBytes += other.hasExactBytes
  }
}

/// Turns the documents of a window into tokens, several at once.
struct WindowTokenizer: Sendable {
  let tokenizer: Tokenizer
  let plan: RowPlan
  let threads: Int
  let tokenBytes: TokenBytes

  init(tokenizer: Tokenizer, plan: RowPlan, threads: Int) {
    self.tokenizer = tokenizer
    self.plan = plan
    self.threads = max(1, threads)
    tokenBytes = TokenBytes(tokenizer)
  }

  /// Text bytes of a piece of work; its size changes nothing but speed.
  private static let pieceBytes = 128 << 10

  /// The tokens of documents, whatever the number of threads.
  func tokens(of texts: [String]) -> WindowTokens {
    let pieces = Self.pieces(of: texts)
    let results = Mutex([WindowTokens?](repeating: nil, count: pieces.count))
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: min(threads, pieces.count)) { _ in
      while true {
        let piece = next.add(1, ordering: .relaxed).oldValue
        guard piece < pieces.count else { return }
        let tokens = serialTokens(of: texts[pieces[piece]])
        results.withLock { $0[piece] = tokens }
      }
    }
    var window = WindowTokens()
    for tokens in results.withLock({ $0 }) {
      if let tokens { window.append(tokens) }
    }
    return window
  }

  private static func pieces(of texts: [String]) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var start = 0
    var bytes = 0
    for (index, text) in texts.enumerated() {
      bytes += text.utf8.count
      guard bytes >= pieceBytes || index == texts.count - 1 else { continue }
      pieces.append(start..<index + 1)
      start = index + 1
      bytes = 0
    }
    return pieces
  }

  private func serialTokens(of texts: ArraySlice<String>) -> WindowTokens {
    var window = WindowTokens()
    for text in texts {
      let text = plan.documentSuffix.isEmpty ? text : text + plan.documentSuffix
      let start = window.ids.count
      switch plan.shape {
      case .pairs:
        for sentence in SentenceSplitter.sentences(in: text) { appendSentence(String(sentence), to: &window) }
      case .singles:
        appendSentence(text, to: &window)
      case .causal:
        tokenizer.appendIds(of: text, to: &window.ids)
        if window.ids.count > start { window.sentenceOffsets.append(window.ids.count) }
      }
      window.documentOffsets.append(window.sentenceOffsets.count - 1)
      window.documentBytes.append(text.utf8.count)
      window.hasExactBytes.append(
        plan.shape == .causal && tokenBytes.total(of: window.ids[start...]) == text.utf8.count)
    }
    return window
  }

  /// Adds a sentence, unless it has no token.
  private func appendSentence(_ text: String, to window: inout WindowTokens) {
    let (ids, startsWord) = tokenizer.idsAndWordStarts(text)
    guard !ids.isEmpty else { return }
    window.ids += ids
    window.startsWord += startsWord
    window.sentenceOffsets.append(window.ids.count)
  }
}
