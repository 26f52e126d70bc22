/// What the symbols of a word are before any merge.
enum WordSymbols: Sendable {
  /// The id of each byte, negative where the vocabulary lacks it.
  case bytes([Int32])
  case scalars(ScalarSymbols)
}

/// Symbols of scalars, as SentencePiece and the first byte-pair encoders have them.
struct ScalarSymbols: Sendable {
  private let vocabulary: Vocabulary
  private let options: BytePairModel.Options
  private let prefix: [UInt8]
  private let suffix: [UInt8]
  private let bytePieces: [Int32]?

  init(_ vocabulary: Vocabulary, options: BytePairModel.Options) {
    self.vocabulary = vocabulary
    self.options = options
    prefix = Array(options.continuingPrefix.utf8)
    suffix = Array(options.endOfWordSuffix.utf8)
    bytePieces = options.fallsBackToBytes ? ByteAlphabet.fallbackIDs(in: vocabulary) : nil
  }

  /// Appends a word's symbols; ends are counted over the symbols alone, as the reference library does.
  func append(_ word: UnsafeBufferPointer<UInt8>, to symbols: inout [BytePairModel.Symbol]) {
    var end = 0
    var unknownLength = 0
    func flush() {
      guard unknownLength > 0, let unknown = options.unknown else { return }
      end += unknownLength
      symbols.append(BytePairModel.Symbol(id: unknown, end: end))
      unknownLength = 0
    }
    var place = 0
    while place < word.count {
      let length = UTF8Text.length(of: word[place])
      let scalar = UnsafeBufferPointer(rebasing: word[place..<place + length])
      if let id = id(of: scalar, isFirst: place == 0, isLast: place + length == word.count) {
        flush()
        end += length
        symbols.append(BytePairModel.Symbol(id: id, end: end))
      } else if let bytes = bytes(of: scalar, isFirst: place == 0, isLast: place + length == word.count) {
        for id in bytes {
          end += 1
          symbols.append(BytePairModel.Symbol(id: id, end: end))
        }
      } else if options.unknown != nil {
        if !options.fusesUnknown { flush() }
        unknownLength += length
      }
      place += length
    }
    flush()
  }

  private func id(of scalar: UnsafeBufferPointer<UInt8>, isFirst: Bool, isLast: Bool) -> Int32? {
    if prefix.isEmpty, suffix.isEmpty { return vocabulary.modelID(of: scalar) }
    return spelling(scalar, isFirst: isFirst, isLast: isLast).withUnsafeBufferPointer { vocabulary.modelID(of: $0) }
  }

  private func spelling(_ scalar: UnsafeBufferPointer<UInt8>, isFirst: Bool, isLast: Bool) -> [UInt8] {
    (isFirst ? [] : prefix) + Array(scalar) + (isLast ? suffix : [])
  }

  private func bytes(of scalar: UnsafeBufferPointer<UInt8>, isFirst: Bool, isLast: Bool) -> [Int32]? {
    guard let bytePieces else { return nil }
    let ids = spelling(scalar, isFirst: isFirst, isLast: isLast).map { bytePieces[Int($0)] }
    return ids.contains { $0 < 0 } ? nil : ids
  }
}
