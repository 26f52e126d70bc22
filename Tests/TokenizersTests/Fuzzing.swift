import Foundation
import JSON

@testable import Tokenizers

/// What mutants are made of: the small tokenizer files of the fixtures.
struct FuzzMaterial {
  let tokenizers: [JSONValue]
  /// SentencePiece models, then tiktoken's ranks, by the names they are read under.
  let rawFiles: [(name: String, bytes: [UInt8])]

  init(fixtures: String) throws {
    func bytes(_ name: String) throws -> [UInt8] {
      try [UInt8](Data(contentsOf: URL(fileURLWithPath: fixtures + "/" + name)))
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: fixtures + "/exactness")
    tokenizers = try names.filter { !$0.contains(".") }.sorted().map { name in
      try JSONValue.parse(bytes("exactness/\(name)/tokenizer.json"))
    }
    rawFiles =
      try ["bpe", "unigram", "unigram-bytes"].map { name in
        ("sentencepiece.model", try bytes("rawfiles/sentencepiece-\(name)/tokenizer.model"))
      } + [("cl100k_base.tiktoken", bytes("rawfiles/tiktoken/cl100k_base.tiktoken"))]
  }
}

/// Draws tokenizer files that are wrong, odd or put together of parts that never met, and texts for them.
struct TokenizerFuzzer {
  var random: SplitMix
  let material: FuzzMaterial

  init(seed: UInt64, material: FuzzMaterial) {
    random = SplitMix(state: seed &* 0x2545_F491_4F6C_DD1D)
    self.material = material
  }

  mutating func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }

  mutating func happens(_ percent: Int) -> Bool { number(0..<100) < percent }

  /// One of a collection that is not empty.
  mutating func one<C: RandomAccessCollection>(of items: C) -> C.Element {
    items[items.index(items.startIndex, offsetBy: number(0..<items.count))]
  }

  // MARK: Files

  /// The files of one folder.
  mutating func files() -> [(name: String, bytes: [UInt8])] {
    switch number(0..<10) {
    case 0: return [("tokenizer.json", mangled(combination().bytes()))]
    case 1:
      let file = one(of: material.rawFiles)
      return [(file.name, mangled(file.bytes))]
    case 2: return vocabularyFiles()
    case 3, 4:
      var value = happens(50) ? one(of: material.tokenizers) : combination()
      for _ in 0..<number(1..<4) { value = mutated(value) }
      return [("tokenizer.json", value.bytes())]
    case 5: return [("tokenizer.json", invented().bytes())]
    default: return [("tokenizer.json", combination().bytes())]
    }
  }

  /// The parts of different files in one.
  mutating func combination() -> JSONValue {
    var object = one(of: material.tokenizers).object ?? JSONObject()
    for key in ["normalizer", "pre_tokenizer", "decoder", "post_processor"] where happens(60) {
      object[key] = part(key)
    }
    if happens(15), let map = object["normalizer"], map["type"]?.string == "Precompiled" {
      object["normalizer"] = withMangledMap(map)
    }
    return .object(object)
  }

  /// A part of some file, sometimes several in a sequence.
  private mutating func part(_ key: String) -> JSONValue {
    let names = [
      "normalizer": "normalizers", "pre_tokenizer": "pretokenizers", "decoder": "decoders",
      "post_processor": "processors",
    ]
    guard happens(30), let name = names[key] else { return one(of: material.tokenizers)[key] ?? .null }
    var parts: [JSONValue] = []
    for _ in 0..<number(0..<4) {
      if let part = one(of: material.tokenizers)[key], !part.isNull { parts.append(part) }
    }
    return .object(["type": "Sequence", name: .array(parts)] as JSONObject)
  }

  private mutating func withMangledMap(_ normalizer: JSONValue) -> JSONValue {
    guard var object = normalizer.object, let text = object["precompiled_charsmap"]?.string,
      let bytes = Base64.bytes(of: Array(text.utf8))
    else { return normalizer }
    object["precompiled_charsmap"] = .string(Base64.text(of: mangled(bytes)))
    return .object(object)
  }

  /// A small model of random pieces.
  private mutating func invented() -> JSONValue {
    var object = combination().object ?? JSONObject()
    var pieces: [String] = ["<unk>"]
    for _ in 0..<number(0..<60) {
      let piece = happens(60) ? text(atMost: 4) : one(of: pieces) + one(of: pieces)
      if !piece.isEmpty, piece.utf8.count < 200 { pieces.append(piece) }
    }
    if happens(30) { for byte in UInt8.min...UInt8.max { pieces.append(ByteAlphabet.fallbackToken(of: byte)) } }
    var seen: Set<[UInt8]> = []
    pieces = pieces.filter { seen.insert(Array($0.utf8)).inserted }
    let leavesGaps = happens(30)
    var id = -1
    let ids = pieces.map { _ in
      id += leavesGaps && happens(20) ? number(1..<9) : 1
      return id
    }
    let vocabulary = JSONValue.object(JSONObject(zip(pieces, ids).map { ($0, JSONValue($1)) }))
    var model: JSONObject = ["vocab": vocabulary, "unk_token": "<unk>", "byte_fallback": .bool(happens(50))]
    switch number(0..<4) {
    case 0: model["type"] = "WordPiece"
    case 1: model["type"] = "WordLevel"
    case 2:
      model["type"] = "Unigram"
      model["unk_id"] = happens(80) ? 0 : .null
      model["vocab"] = .array(pieces.map { [.string($0), score()] })
    default:
      model["type"] = "BPE"
      var merges: [JSONValue] = []
      for piece in pieces {
        let scalars = piece.unicodeScalars
        guard scalars.count > 1 else { continue }
        let cut = scalars.index(scalars.startIndex, offsetBy: number(1..<scalars.count))
        let (left, right) = (String(scalars[..<cut]), String(scalars[cut...]))
        if seen.contains(Array(left.utf8)), seen.contains(Array(right.utf8)) {
          merges.append([.string(left), .string(right)])
        }
      }
      model["merges"] = .array(merges)
      model["ignore_merges"] = .bool(happens(30))
      model["fuse_unk"] = .bool(happens(50))
    }
    object["model"] = .object(model)
    object["post_processor"] = .null
    object["added_tokens"] = .array(
      (0..<number(0..<4)).map { added(pieces.count + $0, happens(20) ? one(of: pieces) : nil) })
    return .object(object)
  }

  private mutating func score() -> JSONValue {
    happens(80)
      ? .number(-Double.random(in: 0..<20, using: &random))
      : one(of: [0, 1e308, -1e308, 1e-300, -0.0, 300.5, .number(-.greatestFiniteMagnitude)])
  }

  /// One with new content, or one the model has.
  private mutating func added(_ id: Int, _ piece: String?) -> JSONValue {
    [
      "id": JSONValue(id), "content": .string(piece ?? "\(text(atMost: 3))\(id)"), "single_word": .bool(happens(30)),
      "lstrip": .bool(happens(30)), "rstrip": .bool(happens(30)), "normalized": .bool(happens(50)),
      "special": .bool(happens(50)),
    ]
  }

  /// `vocab.txt`, or `vocab.json` with `merges.txt`, as they are or mangled, with or without settings beside.
  private mutating func vocabularyFiles() -> [(name: String, bytes: [UInt8])] {
    let bytes = one(of: material.tokenizers).bytes()
    guard let files = try? Tokenizer(tokenizerJSON: bytes).files() else { return [("vocab.txt", mangled(bytes))] }
    let keepsSettings = happens(50)
    return files.filter { $0.name != "tokenizer.json" && (keepsSettings || !$0.name.hasSuffix("map.json")) }.map {
      ($0.name, happens(40) ? mangled($0.bytes) : $0.bytes)
    }
  }

  // MARK: Mutations

  /// Bytes changed, cut out, doubled or put in.
  mutating func mangled(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<number(1..<5) where !bytes.isEmpty {
      let place = number(0..<bytes.count)
      let end = min(bytes.count, place + number(1..<(happens(80) ? 9 : 2000)))
      switch number(0..<7) {
      case 0: bytes[place] ^= UInt8(1 << number(0..<8))
      case 1: bytes[place] = one(of: [0, 0x20, 0x22, 0x5C, 0x7B, 0x7D, 0x7F, 0x80, 0xC0, 0xED, 0xF4, 0xFF, 0x0A, 0x0D])
      case 2: bytes.removeSubrange(place..<end)
      case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 4: bytes.insert(contentsOf: Array(one(of: Self.insertions).utf8), at: place)
      case 5: bytes.replaceSubrange(place..<end, with: bytes.shuffled(using: &random).prefix(end - place))
      default: bytes.removeLast(happens(50) ? min(bytes.count, 8) : bytes.count - place)
      }
    }
    return bytes
  }

  private static let insertions = [
    "\"\\ud800\"", "\\udfff", "\\u0000", "1e999", "-1", "9223372036854775808", "null", "{\"a\":1,\"a\":2}", ",", "\n\n",
    String(repeating: "[", count: 300), String(repeating: "{\"type\":\"Sequence\",\"normalizers\":[", count: 40),
    "\u{2581}", "\u{301}", "IQ== 3\n", " ", "\u{FEFF}", "#version: 0.2\n",
  ]

  /// A value with one place in it changed.
  mutating func mutated(_ value: JSONValue) -> JSONValue {
    if happens(12) { return oddValue() }
    switch value {
    case .object(var object) where !object.isEmpty:
      let key = one(of: object.keys)
      switch number(0..<20) {
      case 0: object[key] = nil
      case 1: object[text(atMost: 4)] = object[key]
      case 2: object[key] = object[one(of: object.keys)]
      case 3: object[key] = one(of: material.tokenizers)[key] ?? .null
      default: object[key] = object[key].map { mutated($0) }
      }
      return .object(object)
    case .array(var items) where !items.isEmpty:
      let place = number(0..<items.count)
      switch number(0..<20) {
      case 0: items.remove(at: place)
      case 1: items.append(items[place])
      case 2: items.swapAt(place, number(0..<items.count))
      case 3: items = []
      default: items[place] = mutated(items[place])
      }
      return .array(items)
    case .string(let string) where happens(50):
      return .string(happens(50) ? string + text(atMost: 2) : String(string.dropLast(number(0..<3))))
    case .integer(let integer) where happens(50): return .integer(integer &+ Int64(number(-2..<3)))
    case .bool(let flag): return .bool(!flag)
    default: return oddValue()
    }
  }

  private mutating func oddValue() -> JSONValue {
    switch number(0..<6) {
    case 0: return one(of: [.null, true, false, .array([]), .object(JSONObject()), .array([.null])])
    case 1:
      return one(of: [
        0, -1, 1, 255, 256, 65_536, 2_147_483_647, 2_147_483_648, -2_147_483_649, .integer(.max), .integer(.min),
      ])
    case 2: return one(of: [0.5, -0.0, 1e308, -1e308, 1e-300, 1e19, -9.3e18])
    case 3: return .string(pattern())
    case 4:
      let inner = one(of: material.tokenizers)[one(of: ["normalizer", "pre_tokenizer", "decoder", "model"])]
      let list = one(of: ["normalizers", "pretokenizers", "decoders", "processors"])
      return (0..<number(0..<70)).reduce(inner ?? .null) { value, _ in
        .object(["type": "Sequence", list: [value]] as JSONObject)
      }
    default: return .string(happens(90) ? text(atMost: 6) : String(repeating: text(atMost: 2), count: 3000))
    }
  }

  // MARK: Texts

  /// Scalars that something is done about somewhere.
  private static let telling = Array(
    """
    aAbBeEnstiI.,'!?-_#@$0193 \t\r\n\u{0}\u{1}\u{7F}\u{85}\u{A0}\u{AD}\u{120}\u{130}\u{131}\u{DF}\u{301}\u{323}\
    \u{345}\u{3A3}\u{3C2}\u{5D0}\u{64B}\u{660}\u{939}\u{94D}\u{E33}\u{1100}\u{1161}\u{11A8}\u{1E9E}\u{200B}\u{200D}\u{2028}\u{2126}\
    \u{2581}\u{2581}\u{3000}\u{3099}\u{4E00}\u{AC00}\u{F900}\u{FB01}\u{FDFA}\u{FE0F}\u{FEFF}\u{FFFD}\u{FFFF}\u{10400}\
    \u{1D15E}\u{1D7CE}\u{1F1E6}\u{1F468}\u{1F3FD}\u{20000}\u{2F81A}\u{E0101}\u{F0000}\u{10FFFF}
    """.unicodeScalars)

  mutating func scalar() -> Unicode.Scalar {
    switch number(0..<10) {
    case 0..<6: return one(of: Self.telling)
    case 6: return Unicode.Scalar(UInt8(number(0..<128)))
    case 7: return Unicode.Scalar(UInt32(number(0..<0x3000))) ?? " "
    case 8: return Unicode.Scalar(UInt32(number(0..<0x10000))) ?? "\u{300}"
    default: return Unicode.Scalar(UInt32(number(0x10000..<0x110000))) ?? "\u{10000}"
    }
  }

  mutating func text(atMost count: Int) -> String {
    var scalars = String.UnicodeScalarView()
    for _ in 0..<number(0..<count + 1) { scalars.append(scalar()) }
    return String(scalars)
  }

  /// Words, contents of tokens whole and cut off, and runs of one thing.
  mutating func text(with tokens: [String]) -> String {
    var text = ""
    for _ in 0..<number(0..<12) {
      switch number(0..<8) {
      case 0, 1: text += one(of: ["the", "It's", "I'LL", "na\u{EF}ve", "x1y22", "3.14", "1234567", "do not", "can't"])
      case 2, 3: text += self.text(atMost: 8)
      case 4, 5: if !tokens.isEmpty { text += one(of: tokens) }
      case 6: if !tokens.isEmpty { text += one(of: tokens).dropLast() }
      default: text += String(repeating: self.text(atMost: 2), count: number(0..<80))
      }
      if happens(50) { text += " " }
    }
    return text
  }

  /// How many tokens are asked for.
  mutating func limit() -> Int { happens(90) ? number(0..<20) : one(of: [.min, -1, 100, .max]) }

  // MARK: Patterns

  /// An expression, or nearly one.
  mutating func pattern() -> String {
    var source = ""
    for _ in 0..<number(1..<7) {
      source += one(of: Self.atoms)
      if happens(40) { source += one(of: Self.repeats) }
    }
    switch number(0..<8) {
    case 0: return "(?:\(source))*" + one(of: Self.atoms)
    case 1: return "(?:\(source)|\(one(of: Self.atoms)))+$"
    case 2: return "(\(source))" + one(of: ["*", "+", "{1,5}", "*+", "*?"])
    case 3: return String(source.unicodeScalars.shuffled(using: &random).map(Character.init))
    case 4: return "(?i:\(source))"
    default: return source
    }
  }

  private static let repeats = ["*", "+", "?", "*?", "+?", "??", "*+", "++", "{2}", "{1,3}", "{0,2}?", "{,2}"]

  private static let atoms = [
    "a", "b", "ab", ".", "\\s", "\\S", "\\w", "\\d", "\\p{L}", "\\p{N}+", "\\P{M}", "[ab]", "[^a]", "[a-z]", "(?:a|ab)",
    "(?=a)", "(?!b)", "(?<=a)", "(?<!ab)", "(?>a*)", "|", "^", "$", "\\b", "\\A", "\\z", "\\x{41}", "\u{301}", "é",
    "[\\s\\S]", "(?:a*)*", "(?:a?b?)+", "(", ")", "[", "]", "\\", "{", "[[:alpha:]]", "[a&&b]", "\\R", "\\1", "\\u0041",
  ]
}
