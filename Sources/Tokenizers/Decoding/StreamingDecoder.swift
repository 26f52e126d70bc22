/// Text from ids as they come, for generation: what it has returned never changes, and no scalar comes in halves.
///
/// All of it together is what `Tokenizer.decode` makes of the ids. Where the text of some tokens does not begin that of
/// more, as decoders put together at random can have it, it all comes at the end.
public struct StreamingDecoder: Sendable {
  private let tokenizer: Tokenizer
  private let skipsSpecialTokens: Bool
  private(set) var ids: [Int32] = []
  /// Bytes of the text that were returned.
  private var returned = 0
  /// Ids since the text last ended in a whole scalar.
  private var waitingCount = 0

  /// A decoder at the start of a text.
  public init(_ tokenizer: Tokenizer, skippingSpecialTokens: Bool = true) {
    self.tokenizer = tokenizer
    skipsSpecialTokens = skippingSpecialTokens
  }

  /// The text that this id completes, often none.
  public mutating func append(_ id: Int32) -> String {
    guard let token = tokenizer.token(id), !(skipsSpecialTokens && tokenizer.isSpecial(id)) else { return "" }
    ids.append(id)
    guard tokenizer.decodesSteadily else { return "" }
    let whole = decoded
    waitingCount = whole.unicodeScalars.last == Self.replacement ? waitingCount + 1 : 0
    let text = next(certain(whole))
    if ids.count >= Self.window, ByteAlphabet.byte(ofFallback: token) == nil { forget(whole) }
    return text
  }

  /// What is left at the end: U+FFFD for a scalar that was never completed.
  public mutating func finish() -> String {
    defer { (ids, returned, waitingCount) = ([], 0, 0) }
    return next(decoded)
  }

  /// So many ids are decoded again with each new one.
  private static let window = 32
  /// So many ids at most begin a scalar that has not ended: one less than its bytes.
  private static let longestWait = 3
  private static let replacement: Unicode.Scalar = "\u{FFFD}"

  private var decoded: String { tokenizer.decode(ids, skippingSpecialTokens: false) }

  /// The text without what may change: a scalar whose other bytes have not come ends it as U+FFFD, one for each byte or
  /// for all. What waited longer than that stays, but for the last.
  private func certain(_ text: String) -> String {
    var scalars = text.unicodeScalars[...]
    while scalars.last == Self.replacement {
      scalars.removeLast()
      if waitingCount > Self.longestWait { break }
    }
    return String(scalars)
  }

  /// Drops the ids before the last one where all of their text has been returned, or before the last that may wait.
  private mutating func forget(_ whole: String) {
    let known = (ids, returned)
    if whole.utf8.count == returned {
      ids = ids.suffix(1)
      returned = decoded.utf8.count
    } else if waitingCount > Self.longestWait {
      ids = ids.suffix(Self.longestWait + 1)
      returned = certain(decoded).utf8.count
    }
    // Of a text without a character it is not known what was taken off its start.
    if returned == 0, tokenizer.decoder.stripsJoinedText { (ids, returned) = known }
  }

  private mutating func next(_ certain: String) -> String {
    let text = Array(certain.utf8)
    guard text.count > returned else { return "" }
    defer { returned = text.count }
    return String(decoding: text[returned...], as: UTF8.self)
  }
}
