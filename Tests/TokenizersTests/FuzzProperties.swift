import Foundation
import JSON

@testable import Tokenizers

/// A property that does not hold.
struct FuzzFailure: Error, CustomStringConvertible {
  let description: String

  static func require(_ holds: Bool, _ problem: @autoclosure () -> String) throws(FuzzFailure) {
    if !holds { throw FuzzFailure(description: problem()) }
  }
}

/// What must hold of every tokenizer that was read, whatever its files.
struct FuzzProperties {
  let tokenizer: Tokenizer
  /// Written by the tokenizer and read again.
  let again: Tokenizer
  /// The same with its parts in sequences, which goes through the stages one by one.
  let staged: Tokenizer?

  /// Reads files; nil where they are refused by a `TokenizerError`, as they may be.
  static func read(_ files: [(name: String, bytes: [UInt8])], in folder: String) throws -> Tokenizer? {
    try? FileManager.default.removeItem(atPath: folder)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for file in files { try Data(file.bytes).write(to: URL(fileURLWithPath: folder + "/" + file.name)) }
    do throws(TokenizerError) {
      return try Tokenizer(folder: folder)
    } catch {
      try FuzzFailure.require(!error.description.isEmpty, "an error without a word")
      return nil
    }
  }

  init(_ tokenizer: Tokenizer, in folder: String) throws {
    self.tokenizer = tokenizer
    guard let again = try Self.read(tokenizer.files(), in: folder) else {
      throw FuzzFailure(description: "what was written is refused")
    }
    try FuzzFailure.require(again.tokenizerJSON == tokenizer.tokenizerJSON, "it is written otherwise the second time")
    self.again = again
    var object = try JSONValue.parse(Array(tokenizer.tokenizerJSON.utf8)).object ?? JSONObject()
    for (key, list) in [("normalizer", "normalizers"), ("pre_tokenizer", "pretokenizers")] {
      if let part = object[key], !part.isNull { object[key] = ["type": "Sequence", list: [part]] }
    }
    staged = try? Tokenizer(tokenizerJSON: JSONValue.object(object).bytes())
  }

  func check(_ text: String, pair: String, limit: Int) throws {
    let whole = tokenizer.encode(text)
    try check(whole, text)
    let ids = tokenizer.ids(text)
    let isKnown = ids.allSatisfy { (0..<tokenizer.vocabularySize).contains(Int($0)) && tokenizer.token($0) != nil }
    try FuzzFailure.require(isKnown, "an id of no token")
    try FuzzFailure.require(ids == tokenizer.ids(text), "other ids the second time")
    let (again, starts) = tokenizer.idsAndWordStarts(text)
    try FuzzFailure.require(again == ids && starts.count == ids.count, "other ids with the starts of words")
    if tokenizer.added.tokens.isEmpty, tokenizer.kind != .unigram {
      let alone = tokenizer.encode(text, addingSpecialTokens: false)
      try FuzzFailure.require(alone.ids == ids, "other ids with offsets")
    }
    try FuzzFailure.require(self.again.ids(text) == ids, "other ids once written and read")
    try FuzzFailure.require(self.again.encode(text) == whole, "another encoding once written and read")
    if let staged {
      try FuzzFailure.require(staged.encode(text) == whole, "another encoding by stages")
      try FuzzFailure.require(staged.ids(text) == ids, "other ids by stages")
    }
    let cut = tokenizer.encode(text, pair: pair, maximumLength: limit)
    try FuzzFailure.require(cut.count <= max(0, limit), "\(cut.count) tokens above the limit \(limit)")
    try check(tokenizer.encode(text, pair: pair), text, pair)
    try checkDecoding(whole.ids)
    try checkDecoding(ids)
    try checkDecoding(ids.reversed() + [-1, .max, .min, Int32(clamping: tokenizer.vocabularySize)])
  }

  private func check(_ encoding: Encoding, _ text: String, _ pair: String = "") throws {
    let counts = [
      encoding.tokens.count, encoding.offsets.count, encoding.wordIds.count, encoding.typeIds.count,
      encoding.specialMask.count, encoding.sequenceIds.count,
    ]
    try FuzzFailure.require(counts.allSatisfy { $0 == encoding.ids.count }, "fields of different lengths")
    let lengths = [text.unicodeScalars.count, pair.unicodeScalars.count]
    for (place, id) in encoding.ids.enumerated() {
      // A template puts its ids there, whether or not they have a token.
      let isKnown = tokenizer.token(id) != nil || encoding.specialMask[place]
      try FuzzFailure.require(isKnown, "the id \(id) of no token")
      let limit = encoding.sequenceIds[place].map { lengths[$0] } ?? 0
      let offsets = encoding.offsets[place]
      try FuzzFailure.require(
        offsets.lowerBound >= 0 && offsets.upperBound <= limit, "offsets \(offsets) in a text of \(limit) scalars")
    }
  }

  private func checkDecoding(_ ids: [Int32]) throws {
    for skips in [true, false] {
      let text = tokenizer.decode(ids, skippingSpecialTokens: skips)
      let other = again.decode(ids, skippingSpecialTokens: skips)
      try FuzzFailure.require(text.utf8.elementsEqual(other.utf8), "another text once written and read")
    }
    let some = Array(ids.prefix(120))
    var decoder = StreamingDecoder(tokenizer)
    let streamed = some.map { decoder.append($0) }.joined() + decoder.finish()
    let whole = tokenizer.decode(some)
    // Bytes behind a character can make it none, which was given out by then.
    if tokenizer.decoder.steps.contains(.byteFallback), whole.unicodeScalars.contains("\u{FFFD}") { return }
    try FuzzFailure.require(
      streamed.utf8.elementsEqual(whole.utf8),
      "another text as it comes: \(streamed.debugDescription) instead of \(whole.debugDescription)")
  }
}

extension TokenizerFuzzer {
  /// Draws files, reads them and, where they are taken, checks them on texts. True where they were.
  static func check(seed: UInt64, material: FuzzMaterial, folder: String) throws -> Bool {
    var fuzzer = TokenizerFuzzer(seed: seed, material: material)
    guard let tokenizer = try FuzzProperties.read(fuzzer.files(), in: folder) else { return false }
    let properties = try FuzzProperties(tokenizer, in: folder)
    let contents = tokenizer.added.tokens.map(\.content) + tokenizer.vocabulary.tokens.compactMap(\.self).suffix(20)
    for _ in 0..<5 {
      let (text, pair) = (fuzzer.text(with: contents), fuzzer.text(with: contents))
      do {
        try properties.check(text, pair: pair, limit: fuzzer.limit())
      } catch let failure as FuzzFailure {
        throw FuzzFailure(description: "\(failure) for \(text.debugDescription), \(pair.debugDescription)")
      }
    }
    return true
  }

  /// Trains on random documents and checks that the tokenizer, if there is one, gives the text back.
  static func checkTraining(seed: UInt64, material: FuzzMaterial, folder: String) throws -> Bool {
    var fuzzer = TokenizerFuzzer(seed: seed, material: material)
    let kind = fuzzer.one(of: TokenizerKind.allCases)
    let folds = fuzzer.happens(30)
    var trainer = TokenizerTrainer(
      kind: kind, vocabularySize: fuzzer.happens(5) ? .min : fuzzer.one(of: [-1, 0, 5, 40, 257, 258, 300, 600, 1000]),
      lowercase: folds,
      stripAccents: fuzzer.happens(70) ? nil : fuzzer.happens(50),
      specialTokens: fuzzer.one(of: [nil, .encoder, .causal]),
      minimumCount: fuzzer.happens(5) ? .max : fuzzer.one(of: [nil, .min, 1, 3]),
      alphabetLimit: fuzzer.one(of: [nil, -1, 0, 1, 50, .max]), minimumDocuments: fuzzer.number(-1..<3),
      wordPieceScore: fuzzer.one(of: WordPieceScore.allCases), threads: fuzzer.number(-1..<3),
      maximumBytes: fuzzer.one(of: [.max, 1 << 30, 1 << 30, 1 << 16, .min]))
    let documents = (0..<fuzzer.number(0..<40)).map { _ in fuzzer.text(with: ["lorem", "ipsum ", "dolor"]) }
    let tokenizer: Tokenizer
    do throws(TokenizerError) {
      try trainer.add(documents)
      tokenizer = try trainer.train()
    } catch {
      return false
    }
    let properties = try FuzzProperties(tokenizer, in: folder)
    for text in documents.prefix(4) + [fuzzer.text(with: documents)] {
      try properties.check(text, pair: fuzzer.text(atMost: 9), limit: fuzzer.limit())
      let isFolded = tokenizer.encoder.normalizer != nil
      let ids = tokenizer.ids(text)
      switch kind {
      case .byteBPE where !isFolded, .characters where !isFolded && !ids.contains(tokenizer.specials.unknown ?? -1):
        let decoded = tokenizer.decode(ids, skippingSpecialTokens: false)
        try FuzzFailure.require(
          decoded.utf8.elementsEqual(text.utf8), "\(kind): \(text.debugDescription) is \(decoded.debugDescription)")
      case .unigram where !folds && trainer.stripAccents != true:
        try checkUnigram(tokenizer, "a" + text)
      default: break
      }
    }
    return true
  }

  /// Compatibility forms and marks in the place of spaces are all that a unigram tokenizer forgets.
  private static func checkUnigram(_ tokenizer: Tokenizer, _ text: String) throws {
    var normalized = NormalizedText(scalarsOf: text)
    normalized.normalize(.form(.nfkc))
    let expected = normalized.text.unicodeScalars.map { $0 == "\u{2581}" ? " " : $0 }
    let ids = tokenizer.ids(text)
    if ids.contains(tokenizer.specials.unknown ?? -1) { return }
    let decoded = tokenizer.decode(ids)
    try FuzzFailure.require(
      decoded.unicodeScalars.elementsEqual(expected), "\(text.debugDescription) is \(decoded.debugDescription)")
  }

  /// Matches a random expression all over a random text, within a bound on the steps. True where it is one.
  static func checkPattern(seed: UInt64, material: FuzzMaterial) throws -> Bool {
    var fuzzer = TokenizerFuzzer(seed: seed, material: material)
    let source = fuzzer.pattern()
    let pattern: Pattern
    do throws(PatternError) {
      pattern = try Pattern(source)
    } catch {
      return false
    }
    var texts = [fuzzer.text(with: ["ab", "aab", "aaaa"])]
    texts.append(String(repeating: "a", count: fuzzer.number(0..<400)) + fuzzer.text(atMost: 3))
    for var text in texts {
      try text.withUTF8 { bytes in
        var matcher = PatternMatcher(pattern, bytes)
        var end = 0
        while let match = matcher.next() {
          let isInside = match.lowerBound >= end && match.upperBound <= bytes.count
          try FuzzFailure.require(isInside, "\(source): \(match) after \(end)")
          end = match.upperBound
        }
      }
    }
    return true
  }
}
