import Datasets
import Testing

@Suite struct SentenceSplitterTests {
  /// Sentences are separated by ‖.
  @Test(arguments: [
    "He left.‖She stayed!‖Did they meet?",
    "Mr. Smith met Dr. Jones at St. Mary's.‖They spoke.",
    "J. R. R. Tolkien wrote it.‖It sold well.",
    "\"Come in!\" said he.‖\"Why?\" she asked.‖\"Because.\"‖They sat.",
    "(It rained.)‖Then it stopped.",
    "Wait… what happened next?‖Nothing.",
    "It cost 3.50 at most.‖7 people came.",
    "He paused... then went on.‖Good.",
    "See e.g. the first chapter.‖It is short.",
    "“Is it so?”‖“It is.”",
    "今日は晴れ。‖明日は雨！‖本当？‖はい。",
    "Er kam.‖Österreich gewann.‖Ça va?‖Élan!",
    "he left .‖she stayed .‖they met ?‖no one knew",
    "Really?!‖Yes!!!‖Fine.",
    "CHAPTER I‖It was a dark night.",
    "यह एक वाक्य है।‖यह दूसरा है।",
  ])
  func sentencesEndWhereTheyShould(text: String) {
    let expected = text.split(separator: "‖").map(String.init)
    #expect(Self.split(Self.joined(expected)) == expected)
  }

  /// Puts back what stood between: nothing behind ideographic marks, a line end behind a heading, else a space.
  private static func joined(_ sentences: [String]) -> String {
    sentences.reduce("") { text, sentence in
      guard let last = text.last else { return sentence }
      if "。！？".contains(last) { return text + sentence }
      return text + (text == "CHAPTER I" ? "\n" : " ") + sentence
    }
  }

  private static func split(_ text: String) -> [String] { SentenceSplitter.sentences(in: text).map(String.init) }

  @Test func emptyLinesAlwaysEndASentence() {
    #expect(Self.split("one two\n\nthree four\r\n\r\nfive") == ["one two", "three four", "five"])
  }

  @Test func aWrappedLineGoesOnInLowerCase() {
    #expect(
      Self.split("It was a long\nand winding road.\nIt ended.") == ["It was a long\nand winding road.", "It ended."])
    #expect(Self.split("first line\nSecond line") == ["first line", "Second line"])
  }

  @Test func whiteSpaceAloneIsNoSentence() {
    #expect(Self.split("").isEmpty && Self.split(" \n\t ").isEmpty)
    #expect(Self.split(" . ") == ["."])
  }

  @Test func nothingButWhiteSpaceIsLost() {
    for text in SmallCorpus.texts(50) + ["a.b.c. D! é? Ü. 😀. 数。x", "...", "?? !! A. B. c. D"] {
      let kept = Self.split(text).joined().filter { !$0.isWhitespace }
      #expect(kept == text.filter { !$0.isWhitespace })
    }
  }
}
