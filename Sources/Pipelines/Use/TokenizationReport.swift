import JSON
import Tokenizers

/// How a tokenizer cuts texts: the bytes that a token stands for, by source and script, what is unknown, which tokens occur.
public struct TokenizationReport: Sendable {
  /// Counts over some text.
  public struct Part: Equatable, Sendable {
    /// Bytes of UTF-8, blanks included.
    public var bytes = 0
    /// Tokens.
    public var tokens = 0
    /// Words, as the tokenizer splits them.
    public var words = 0
    /// Tokens that stand for what the vocabulary cannot spell.
    public var unknown = 0

    /// Nothing counted yet.
    public init() {}

    /// Bytes that a token stands for.
    public var bytesPerToken: Double { tokens == 0 ? 0 : Double(bytes) / Double(tokens) }
    /// Tokens that a word is cut into.
    public var tokensPerWord: Double { words == 0 ? 0 : Double(tokens) / Double(words) }
    /// The share of tokens that are unknown.
    public var unknownShare: Double { tokens == 0 ? 0 : Double(unknown) / Double(tokens) }

    var json: JSONValue {
      [
        "bytes": JSONValue(bytes), "tokens": JSONValue(tokens), "words": JSONValue(words),
        "unknown": JSONValue(unknown),
        "bytes_per_token": .number(bytesPerToken), "tokens_per_word": .number(tokensPerWord),
      ]
    }
  }

  /// Over everything.
  public private(set) var total = Part()
  /// Over each source, in the order in which they came.
  public private(set) var sources: [(name: String, part: Part)] = []
  private var scripts: [Letters.Script?: Part] = [:]
  private var counts: [Int]
  private let tokenizer: Tokenizer

  /// A report on no text yet.
  public init(_ tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
    counts = [Int](repeating: 0, count: tokenizer.vocabularySize)
  }

  /// Counts a text of a source; texts of one source come one after the other.
  public mutating func add(_ text: String, source: String) {
    if sources.last?.name != source { sources.append((source, Part())) }
    let encoding = tokenizer.encode(text, addingSpecialTokens: false)
    let scalars = Array(text.unicodeScalars)
    var ends = [0]
    for scalar in scalars { ends.append(ends[ends.count - 1] + UTF8.width(scalar)) }
    var (covered, lastWord) = (0, -1)
    var all = Part()
    for (place, id) in encoding.ids.enumerated() {
      let range = encoding.offsets[place]
      counts[Int(id)] += 1
      var part = Part()
      part.tokens = 1
      part.unknown = id == tokenizer.specials.unknown ? 1 : 0
      part.words = encoding.wordIds[place] == lastWord ? 0 : 1
      lastWord = encoding.wordIds[place] ?? -1
      // Several tokens may share the bytes of one character; the blanks before a token are its own.
      let end = max(covered, ends[range.upperBound])
      part.bytes = end - covered
      covered = end
      let letter = scalars[range].first { $0.properties.isAlphabetic }
      scripts[letter.map { Letters.script(of: $0) }, default: Part()].add(part)
      all.add(part)
    }
    all.bytes = ends[scalars.count]
    total.add(all)
    sources[sources.count - 1].part.add(all)
  }

  /// Each script's part, the largest first; nil is text without letters: digits, punctuation.
  public var byScript: [(script: Letters.Script?, part: Part)] {
    scripts.map { ($0.key, $0.value) }.sorted {
      ($0.1.bytes, $1.0?.rawValue ?? "") > ($1.1.bytes, $0.0?.rawValue ?? "")
    }
  }

  /// How many of the ids that text can hold have occurred, and how many there are.
  public var use: (used: Int, of: Int) {
    let ids = tokenizer.ordinaryIds
    return (ids.count { counts[Int($0)] > 0 }, ids.count)
  }

  /// The longest tokens that have occurred, with how often they did.
  public func longest(_ count: Int) -> [(token: String, count: Int)] {
    let used = counts.indices.filter { counts[$0] > 0 && !tokenizer.isSpecial(Int32($0)) }
    let tokens = used.map { (token: tokenizer.token(Int32($0)) ?? "", count: counts[$0]) }
    return Array(
      tokens.sorted { ($0.token.unicodeScalars.count, $0.count) > ($1.token.unicodeScalars.count, $1.count) }.prefix(
        count))
  }

  /// The report for programs.
  public var json: JSONValue {
    let (used, all) = use
    let scripts = byScript.map { ($0.script?.rawValue ?? "no_letters", $0.part.json) }
    return [
      "total": total.json, "sources": .array(sources.map { ["name": .string($0.name), "counts": $0.part.json] }),
      "scripts": .object(JSONObject(scripts)), "used_ids": JSONValue(used), "usable_ids": JSONValue(all),
      "longest": .array(longest(20).map { ["token": .string($0.token), "count": JSONValue($0.count)] }),
    ]
  }
}

extension TokenizationReport.Part {
  fileprivate mutating func add(_ other: Self) {
    bytes += other.bytes
    tokens += other.tokens
    words += other.words
    unknown += other.unknown
  }
}
