extension TokenizerTrainer {
  /// Bytes first, in the order of their spelling, then merges of the most frequent pairs.
  func trainBytePairs(_ words: [(word: [UInt8], count: Int)], _ draft: inout VocabularyDraft) throws(TokenizerError) {
    try requireRoom(for: draft.specialCount + 256)
    var ids = [Int32](repeating: 0, count: 256)
    for byte in ByteAlphabet.sortedBytes { ids[Int(byte)] = draft.add(ByteAlphabet.token(of: [byte])) }
    var trainer = MergeTrainer()
    for (word, count) in words { trainer.add(word.map { ids[Int($0)] }, count: count) }
    learn(&trainer, &draft) { left, right in left + right }
  }

  /// The most frequent characters, as they begin a word and, marked `##`, as they continue one; then merges of the
  /// most frequent pairs. (The Hugging Face library's way; characters not kept are left out of their words.)
  func trainWordPiece(_ words: [(word: [UInt8], count: Int)], _ draft: inout VocabularyDraft) throws(TokenizerError) {
    var counts: [UInt32: Int] = [:]
    let spelled = words.map { word, count in
      (scalars: String(decoding: word, as: UTF8.self).unicodeScalars.map(\.value), count: count)
    }
    for (scalars, count) in spelled { for scalar in scalars { counts[scalar, default: 0] += count } }
    let alphabet = Self.mostFrequent(counts, limit: alphabetLimit)
    for scalar in alphabet { draft.add(Self.token(of: scalar)) }
    let kept = Set(alphabet)
    let scalarWords = spelled.map { word in (word.scalars.filter(kept.contains), word.count, word.scalars.first) }
    var continuing: Set<UInt32> = []
    for (scalars, _, first) in scalarWords {
      let isWhole = first.map { kept.contains($0) } ?? false
      continuing.formUnion(isWhole ? scalars.dropFirst() : scalars[...])
    }
    for scalar in continuing.sorted() { draft.add("##" + Self.token(of: scalar)) }
    try requireRoom(for: draft.tokens.count)
    var trainer = MergeTrainer()
    var initialIDs: [UInt32: Int32] = [:]
    var continuingIDs: [UInt32: Int32] = [:]
    for scalar in alphabet { initialIDs[scalar] = draft.id(of: Self.token(of: scalar)) }
    for scalar in continuing { continuingIDs[scalar] = draft.id(of: "##" + Self.token(of: scalar)) }
    for (scalars, count, first) in scalarWords {
      var isFirst = first.map { kept.contains($0) } ?? false
      let symbols = scalars.compactMap { scalar in
        defer { isFirst = false }
        return isFirst ? initialIDs[scalar] : continuingIDs[scalar]
      }
      trainer.add(symbols, count: count)
    }
    learn(&trainer, &draft) { left, right in
      left + (right.utf8.starts(with: "##".utf8) ? String(right.unicodeScalars.dropFirst(2)) : right)
    }
  }

  /// The characters seen at least `minimumCount` times, the most frequent first where not all fit, in their order.
  func trainCharacters(_ words: [(word: [UInt8], count: Int)], _ draft: inout VocabularyDraft) throws(TokenizerError) {
    var counts: [UInt32: Int] = [:]
    for (word, count) in words where count >= minimumCount {
      if let scalar = String(decoding: word, as: UTF8.self).unicodeScalars.first { counts[scalar.value] = count }
    }
    try requireRoom(for: draft.specialCount + 1)
    for scalar in Self.mostFrequent(counts, limit: vocabularySize - draft.specialCount) {
      draft.add(Self.token(of: scalar))
    }
  }

  private func requireRoom(for least: Int) throws(TokenizerError) {
    if vocabularySize < least { throw .vocabularyTooSmall(requested: vocabularySize, least: least) }
  }

  private func learn(
    _ trainer: inout MergeTrainer, _ draft: inout VocabularyDraft, joining: (String, String) -> String
  ) {
    var growing = draft
    let merges = trainer.train(
      minimumCount: minimumCount,
      isFull: { growing.tokens.count >= vocabularySize },
      result: { growing.add(joining(growing.tokens[Int($0)], growing.tokens[Int($1)])) })
    draft = growing
    draft.merges = merges
  }

  private static func token(of scalar: UInt32) -> String {
    String(decoding: UTF8Text.bytes(of: [scalar]), as: UTF8.self)
  }

  /// The scalars of the highest counts, ties to the smaller scalar, ascending.
  private static func mostFrequent(_ counts: [UInt32: Int], limit: Int) -> [UInt32] {
    let ranked = counts.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
    return ranked.prefix(max(0, limit)).map(\.key).sorted()
  }
}
