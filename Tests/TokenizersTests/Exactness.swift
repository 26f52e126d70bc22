import Foundation
import JSON
import Testing

@testable import Tokenizers

/// The files of `Fixtures/exactness`.
enum Exactness {
  static let folder = Fixtures.folder + "/../exactness"

  /// The tokenizers, each a folder.
  static func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.contains(".") }.sorted()
  }

  static func tokenizer(_ name: String) throws -> Tokenizer {
    try Tokenizer(tokenizerJSON: Fixtures.bytes("../exactness/\(name)/tokenizer.json"), file: "\(name)/tokenizer.json")
  }

  static func json(_ name: String) throws -> [JSONValue] { try Fixtures.lines("../exactness/" + name) }

  /// The tricky lines; one that is a list of `[text, count]` is repeated and joined.
  static func lines() throws -> [String] {
    try json("tricky.jsonl").map { line in
      try line.string
        ?? #require(line.array).map { String(repeating: $0[0]?.string ?? "", count: $0[1]?.int ?? 0) }.joined()
    }
  }
}

extension Exactness {
  /// Where a tokenizer differs from a row of `cases.jsonl`.
  static func problems(_ tokenizer: Tokenizer, _ line: JSONValue) throws -> [String] {
    guard let ids = line["decode"]?.array else { return try encodingProblems(tokenizer, line) }
    return decodingProblems(tokenizer, ids.compactMap { $0.int.map(Int32.init) }, line)
  }

  private static func encodingProblems(_ tokenizer: Tokenizer, _ line: JSONValue) throws -> [String] {
    let fixture = try EncodingFixture(line)
    let found = tokenizer.encode(
      fixture.text, pair: fixture.pair, addingSpecialTokens: fixture.addsSpecialTokens,
      maximumLength: fixture.maximumLength)
    var expected = fixture.expected
    if line["tokens"] == nil { expected.tokens = expected.ids.map { tokenizer.token($0) ?? "" } }
    if line["type_ids"] == nil { expected.typeIds = expected.ids.map { _ in 0 } }
    if line["special_tokens_mask"] == nil { expected.specialMask = expected.ids.map { _ in false } }
    let differences = [
      found.ids == expected.ids ? nil : "ids \(found.ids) instead of \(expected.ids)",
      found.tokens.map { Array($0.utf8) } == expected.tokens.map { Array($0.utf8) }
        ? nil : "tokens \(found.tokens) instead of \(expected.tokens)",
      found.offsets == expected.offsets ? nil : "offsets \(found.offsets) instead of \(expected.offsets)",
      found.wordIds == expected.wordIds ? nil : "word ids \(found.wordIds) instead of \(expected.wordIds)",
      found.typeIds == expected.typeIds ? nil : "type ids \(found.typeIds) instead of \(expected.typeIds)",
      found.specialMask == expected.specialMask ? nil : "special mask \(found.specialMask)",
    ]
    let asked = (fixture.text + (fixture.pair.map { " + " + $0 } ?? "")).debugDescription
    return differences.compactMap(\.self).prefix(1).map { "\(asked): \($0)" }
      + decodingProblems(tokenizer, expected.ids, line)
  }

  private static func decodingProblems(_ tokenizer: Tokenizer, _ ids: [Int32], _ line: JSONValue) -> [String] {
    let plain = line["decoded"]?.string ?? ""
    return [(true, plain), (false, line["decoded_with_special_tokens"]?.string ?? plain)].compactMap {
      skips, expected in
      let found = tokenizer.decode(ids, skippingSpecialTokens: skips)
      guard !found.utf8.elementsEqual(expected.utf8) else { return nil }
      return "decoding \(ids): \(found.debugDescription) instead of \(expected.debugDescription)"
    }
  }
}

/// The digest of `recipes/exactness.py`: FNV-1a of 64 bits with whole numbers instead of bytes.
struct ExactnessDigest {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  init() {}

  init(_ tokenizer: Tokenizer, _ text: String) {
    let encoding = tokenizer.encode(text)
    self.init(
      encoding, tokenizer.decode(encoding.ids), tokenizer.decode(encoding.ids, skippingSpecialTokens: false))
  }

  init(_ encoding: Encoding, _ decoded: String, _ decodedWithSpecialTokens: String) {
    add(UInt64(encoding.count))
    for (token, id) in encoding.ids.enumerated() {
      add(UInt64(bitPattern: Int64(id)))
      add(UInt64(bitPattern: Int64(encoding.offsets[token].lowerBound)))
      add(UInt64(bitPattern: Int64(encoding.offsets[token].upperBound)))
      add(encoding.wordIds[token].map { UInt64(bitPattern: Int64($0)) } ?? .max)
    }
    for text in [decoded, decodedWithSpecialTokens] {
      add(UInt64(text.utf8.count))
      for byte in text.utf8 { add(UInt64(byte)) }
    }
  }

  /// Of ids alone, as for vocabulary files.
  init(_ ids: [Int32]) {
    add(UInt64(ids.count))
    for id in ids { add(UInt64(bitPattern: Int64(id))) }
  }

  mutating func add(_ number: UInt64) { value = (value ^ number) &* 0x100_0000_01B3 }

  /// The exclusive or of the eight bytes.
  var byte: UInt8 { (0..<8).reduce(0) { $0 ^ UInt8(truncatingIfNeeded: value >> ($1 * 8)) } }
}

/// One `digests.txt`: of all lines together, and a byte for each.
struct ExactnessDigests {
  let all: UInt64
  let lines: [UInt8]

  init(_ file: String) throws {
    let rows = try String(decoding: Fixtures.bytes(file), as: UTF8.self).split(
      separator: "\n")
    all = try #require(rows.first.flatMap { UInt64($0, radix: 16) })
    lines = try rows.dropFirst().flatMap { row in
      let digits = Array(row)
      return try stride(from: 0, to: digits.count - 1, by: 2).map {
        try #require(UInt8(String(digits[$0...$0 + 1]), radix: 16))
      }
    }
  }

  /// Compares a digest of each line with these, but for some lines.
  func check(
    _ name: String, except isException: (String) -> Bool = { _ in false }, _ digest: (String) -> ExactnessDigest
  ) throws {
    let texts = try Exactness.lines()
    try #require(lines.count == texts.count)
    var whole = ExactnessDigest()
    var exceptionCount = 0
    var problems: [String] = []
    for (number, text) in texts.enumerated() {
      let found = digest(text)
      whole.add(found.value)
      if isException(text) {
        exceptionCount += 1
      } else if found.byte != lines[number] {
        problems.append("line \(number + 1): \(text.prefix(60).debugDescription)")
      }
    }
    #expect(problems.isEmpty, "\(name): \(problems.count) lines differ\n\(problems.prefix(8).joined(separator: "\n"))")
    if exceptionCount == 0 { #expect(whole.value == all, "\(name): the digest of all lines") }
  }
}
