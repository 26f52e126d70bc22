import Pipelines
import Testing

/// A text, and a part of what must be said about it at its place.
struct Refusal: Sendable, CustomTestStringConvertible {
  let text: String
  let place: String
  let message: String
  init(_ text: String, _ place: String, _ message: String) {
    (self.text, self.place, self.message) = (text, place, message)
  }
  var testDescription: String { "\(text.debugDescription.prefix(40))" }
}

@Suite struct YAMLParserTests {
  private func values(_ text: String) throws -> YAMLNode {
    let parser = YAMLParser(text: text)
    #expect(parser.problems.isEmpty, "\(parser.problems)")
    return try #require(parser.root)
  }

  @Test func keysAndValuesCarryTheirPlaces() throws {
    let root = try values("name: a  # comment\ncorpus:\n  shards: 'x y'\n")
    let entries = try #require(root.entries)
    #expect(entries.map(\.key) == ["name", "corpus"])
    #expect(entries[0].place == Place(line: 1, column: 1))
    #expect(entries[0].value == YAMLNode(.text("a", isPlain: true), place: Place(line: 1, column: 7)))
    let shards = try #require(entries[1].value.entries?.first)
    #expect(shards.place == Place(line: 3, column: 3))
    #expect(shards.value.content == .text("x y", isPlain: false))
  }

  @Test func everyFormOfThePlainLanguageIsRead() throws {
    let root = try values(
      """
      ---
      list:
      - a
      - {name: b, of: [1, 2,
         3]}
      -   name: c
          url: http://host/x#y
      flow: {"a":1, 'b': "x: y", c: [*.x][0]}
      """.replacing("[*.x][0]", with: "d*.x"))
    #expect(root["list"]?.elements?.count == 3)
    #expect(root["list"]?.elements?[1]["of"]?.elements?.count == 3)
    #expect(root["list"]?.elements?[2]["url"]?.text == "http://host/x#y")
    #expect(root["flow"]?["a"]?.text == "1")
    #expect(root["flow"]?["b"]?.text == "x: y")
    #expect(root["flow"]?["c"]?.text == "d*.x")
  }

  @Test(arguments: [
    Refusal("a: &x 1\nb: 2", "1:4", "anchor"),
    Refusal("a: 1\nb: *x", "2:4", "alias"),
    Refusal("shards: *.jsonl.gz", "1:9", "quotes"),
    Refusal("a: !!str 1", "1:4", "tag"),
    Refusal("a:\n  <<: {b: 1}", "2:3", "merge key"),
    Refusal("a: [b, &x c]", "1:8", "anchor"),
    Refusal("a: {b: *x}", "1:8", "alias"),
    Refusal("- - &x a", "1:5", "anchor"),
    Refusal("a: [#,\"\n&x [*x]]  #\"", "2:1", "anchor"),
    Refusal("? a\n: b", "1:1", "explicit key"),
    Refusal("%YAML 1.2\n---\na: 1", "1:1", "directive"),
    Refusal("a: |\n  text", "1:4", "block text"),
    Refusal("a: one\n  'two\nb: &x 1", "2:3", "several lines"),
    Refusal("a: [one\n  'two, &x 1]", "2:3", "several lines"),
    Refusal("a:\n\tb: 1", "2:1", "tab"),
    Refusal("a: 1\na: 2", "2:1", "stands twice in this map; the first is on line 1"),
    Refusal("l: [{a: 1, b: 2, 'a': 3}]", "1:18", "stands twice"),
    Refusal("a: b: c", "1:5", "not YAML"),
    Refusal("a: [1, 2", "2:1", "not YAML"),
    Refusal("a: 1\n---\nb: 2", "2:1", "another document"),
    Refusal("[a]: 1", "1:1", "a list or a map for a key"),
    Refusal("a: \"\\x\"", "1:7", "not YAML"),
  ])
  func whatAPipelineFileHasNoUseForIsRefusedAtItsPlace(_ refusal: Refusal) throws {
    let problems = YAMLParser(text: refusal.text).problems
    #expect(
      problems.contains { $0.place.description == refusal.place && $0.message.contains(refusal.message) }, "\(problems)"
    )
  }

  @Test func anAnchorInsideTextIsText() throws {
    let root = try values("a: 'x &y'\nb: x &y *z !w\nc: \"*\"\nd: [x&, y]")
    #expect(root["b"]?.text == "x &y *z !w")
  }

  @Test func aByteOrderMarkIsLeftOut() {
    let parser = YAMLParser(text: "\u{FEFF}a: 1\nb: 2")
    #expect(parser.problems.isEmpty && parser.root?.entries?.map(\.key) == ["a", "b"], "\(parser.problems)")
  }

  @Test func aCommentMayStartBehindAComma() {
    let parser = YAMLParser(text: "a: [1,# one\n  2]")
    #expect(parser.problems.isEmpty && parser.root?["a"]?.elements?.count == 2, "\(parser.problems)")
  }

  @Test func duplicatesDoNotHideWhatComesBehind() throws {
    let parser = YAMLParser(text: "a: 1\na: 2\nc: {d: 1, d: 2, d: 3}\ne: 5")
    #expect(parser.problems.map(\.place.description) == ["2:1", "3:11", "3:17"])
    #expect(parser.root?["a"]?.text == "1")
    #expect(parser.root?["e"]?.text == "5")
  }

  @Test func depthSizeAndCountAreBounded() {
    let deep = YAMLParser(text: "a: " + String(repeating: "[", count: 5_000))
    #expect(deep.problems.contains { $0.message.contains("64 levels") }, "\(deep.problems.prefix(2))")
    let dashes = YAMLParser(text: String(repeating: "- ", count: 5_000) + "a")
    #expect(dashes.problems.contains { $0.message.contains("64 levels") })
    let wide = YAMLParser(text: "a: [" + String(repeating: "1,", count: 11_000) + "1]")
    #expect(wide.problems.contains { $0.message.contains("10000 values") })
    let long = YAMLParser(text: "a: '" + String(repeating: "x", count: 1 << 20) + "'")
    #expect(long.problems.contains { $0.message.contains("at most 1048576") })
    #expect(
      YAMLParser(text: "a: " + String(repeating: "[", count: 60) + String(repeating: "]", count: 60)).problems.isEmpty)
  }

  @Test func bytesThatAreNoTextAreNamedByTheirLine() {
    let parser = YAMLParser(Array("a: 1\nb: ".utf8) + [0xFF, 0x0A])
    #expect(parser.problems == [Problem(Place(line: 2, column: 1), "", "is not valid UTF-8")])
    #expect(!YAMLParser(text: "a: \u{0}b").problems.isEmpty)
  }

  @Test func anyBytesAreReadOrRefusedWithoutATrap() {
    let pieces = [
      "a", ":", " ", "\n", "- ", "[", "]", "{", "}", ",", "'", "\"", "\\", "#", "&", "*", "|", "\t", "?", "  ", "é",
      "\u{85}", "---", "b: ",
    ]
    var state: UInt64 = 1
    for _ in 0..<20_000 {
      var text = ""
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      for _ in 0..<Int(state >> 60) + 2 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += pieces[Int(state >> 33) % pieces.count]
      }
      let parser = YAMLParser(text: text)
      let isEmpty = text.split(separator: "\n").allSatisfy {
        $0.drop { $0 == " " || $0 == "\t" }.first.map { $0 == "#" } ?? true
      }
      let isMarks = text.contains("---") || text.contains("\u{85}")
      #expect(parser.root != nil || !parser.problems.isEmpty || isEmpty || isMarks, "\(text.debugDescription)")
    }
  }
}
