import Tokenizers

/// A corpus, a tokenizer and a row plan: what rows are made of.
public struct Dataset: Sendable {
  /// Where documents come from.
  public let corpus: any TextCorpus
  /// What makes tokens of them.
  public let tokenizer: Tokenizer
  /// What makes rows of tokens.
  public let plan: RowPlan
  let windowTokenizer: WindowTokenizer

  /// A dataset. `threads` share the work of making tokens; their number changes no row.
  /// - Throws: the first of the plan's `issues(with:)`.
  public init(corpus: any TextCorpus, tokenizer: Tokenizer, plan: RowPlan, threads: Int = 1) throws(DatasetError) {
    if let issue = plan.issues(with: tokenizer).first { throw issue }
    self.corpus = corpus
    self.tokenizer = tokenizer
    self.plan = plan
    windowTokenizer = WindowTokenizer(tokenizer: tokenizer, plan: plan, threads: threads)
  }

  /// The rows of a window's text.
  func rows(of tokens: WindowTokens, part: Part, window: Int, firstSample: UInt64) -> any WindowRows {
    RowContext(
      plan: plan, part: part, window: window, firstSample: firstSample, specials: tokenizer.specials,
      tokenBytes: windowTokenizer.tokenBytes
    ).rows(of: tokens)
  }

  /// Reads a window again and makes its rows.
  /// - Throws: `DatasetError.changed` if something else is found than was counted, and the corpus' own errors.
  func rows(ofWindow number: Int, in part: Part, index: DatasetIndex) throws -> any WindowRows {
    let window = index[part].windows[number]
    var text = WindowText(start: window.start)
    var stream = try corpus.documents(from: window.start)
    while text.texts.count < window.documents, let document = try stream.next() {
      if document.part == part { text.append(document.text) }
    }
    func check(_ what: String, _ expected: Int, _ found: Int) throws(DatasetError) {
      if expected == found { return }
      throw .changed(part: part, window: number, what: what, expected: expected, found: found)
    }
    try check("documents", window.documents, text.texts.count)
    try check("bytes of text", window.textBytes, text.bytes)
    let tokens = windowTokenizer.tokens(of: text.texts)
    let rows = rows(of: tokens, part: part, window: number, firstSample: index[part].firstSamples[number])
    try check("rows", window.rows, rows.lengths.count)
    try check("tokens", window.tokens, rows.statistics.rowTokens)
    return rows
  }
}
