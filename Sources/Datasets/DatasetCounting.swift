import Tokenizers

/// How far a counting pass is.
public struct CountingProgress: Sendable, Equatable {
  /// Documents read.
  public var documents = 0
  /// Bytes of text read.
  public var textBytes = 0
  /// Windows counted.
  public var windows = 0
}

extension Dataset {
  /// One pass over the corpus that cuts windows and counts their rows.
  /// - Parameters:
  ///   - fingerprint: what the index is kept under: `plan.fingerprint(corpus:tokenizer:)`.
  ///   - progress: called after each window; what it throws ends the pass.
  /// - Throws: `DatasetError.noRows` or `.tooFewDocuments` for training, and for validation if it has documents; the
  ///   corpus' own errors.
  public func countingPass(
    fingerprint: String, progress: (CountingProgress) throws -> Void = { _ in }
  ) throws -> DatasetIndex {
    var index = DatasetIndex(fingerprint: fingerprint)
    index.tokenCounts = [Int](repeating: 0, count: tokenizer.vocabularySize)
    var cutters = [Part.training: WindowCutter(plan), .validation: WindowCutter(plan)]
    var done = CountingProgress()
    var stream = try corpus.documents(from: nil)
    while let document = try stream.next() {
      done.documents += 1
      done.textBytes += document.text.utf8.count
      guard let window = cutters[document.part]?.add(document) else { continue }
      count(window, document.part, &index)
      done.windows += 1
      try progress(done)
    }
    for part in Part.allCases {
      for window in cutters[part]?.finish() ?? [] {
        count(window, part, &index)
        done.windows += 1
        try progress(done)
      }
      try checkRows(index[part], part)
    }
    return index
  }

  private func count(_ window: WindowText, _ part: Part, _ index: inout DatasetIndex) {
    let tokens = windowTokenizer.tokens(of: window.texts)
    let number = index[part].windows.count
    let first = index[part].firstSamples.last ?? 0
    let rows = rows(of: tokens, part: part, window: number, firstSample: first)
    index[part].append(
      CorpusWindow(
        start: window.start, documents: window.texts.count, textBytes: window.bytes, rows: rows.lengths.count,
        tokens: rows.statistics.rowTokens))
    index[part].statistics += rows.statistics
    if part == .training {
      for id in tokens.ids { index.tokenCounts[Int(id)] += 1 }
    }
  }

  private func checkRows(_ counted: DatasetIndex.PartIndex, _ part: Part) throws(DatasetError) {
    guard counted.rowCount == 0 else { return }
    let documents = counted.statistics.documents
    if part == .validation && documents == 0 { return }
    if plan.shape == .pairs && documents > 0 {
      let usable = documents - counted.statistics.emptyDocuments - counted.statistics.skippedDocuments
      throw .tooFewDocuments(part: part, usable: min(1, max(0, usable)))
    }
    throw .noRows(part: part)
  }
}
