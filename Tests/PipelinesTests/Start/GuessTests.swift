import DurableFiles
import Foundation
import Tensors
import Testing

@testable import Pipelines

@Suite("What init guesses from the first records of somebody's text")
struct GuessTests {
  @Test("The text is the column with a usual name, else the one with the most bytes")
  func column() {
    let rows: [[String?]] = [["7", "a long title that says much", "short"], ["8", "another long title", "tiny"]]
    #expect(CorpusGuess.textColumn(["id", "title", "body"], rows: rows) == "body")
    #expect(CorpusGuess.textColumn(["id", "title", "note"], rows: rows) == "title")
    #expect(CorpusGuess.textColumn(["id", "Text", "title"], rows: rows) == "Text")
  }

  @Test("A column that most records lack is not the text, whatever its name")
  func rareColumn() {
    let rows: [[String?]] = [[nil, "some words"], [nil, "more words"], ["x", "words"]]
    #expect(CorpusGuess.textColumn(["text", "words"], rows: rows) == "words")
    #expect(CorpusGuess.textColumn(["a"], rows: [[nil], [nil]]) == nil)
    var guess = CorpusGuess()
    guess.otherColumns = ["id", "author", "book"]
    #expect(guess.groupColumn == "book")
  }

  @Test(
    "A first row is a header if it is short words, each once, and no number",
    arguments: [
      (["id", "body"], true), (["1", "body"], false), (["a", "a"], false), (["", "b"], false),
      (["the whole first text of somebody", "yes"], false),
    ])
  func header(row: [String], expected: Bool) {
    #expect(CorpusGuess.isHeader(row) == expected, "\(row)")
  }

  @Test("Blank lines end documents where there are any; else lines do; many files are a document each")
  func documents() {
    let paragraphs = (0..<50).map { "a first line of paragraph \($0)\nand its second\n" }.joined(separator: "\n")
    #expect(CorpusGuess.documentBreak([paragraphs], fileCount: 2, meanFileBytes: 3_000).0 == .blankLine)
    let sentences = (0..<50).map { "Sentence \($0) ends here." }.joined(separator: "\n")
    #expect(CorpusGuess.documentBreak([sentences], fileCount: 1, meanFileBytes: 1_000).0 == .line)
    let verses = (0..<50).map { "verse \($0) goes on" }.joined(separator: "\n")
    #expect(CorpusGuess.documentBreak([verses], fileCount: 3, meanFileBytes: 1_000).0 == .line)
    #expect(CorpusGuess.documentBreak([verses], fileCount: 30, meanFileBytes: 1_000).0 == .file)
    #expect(CorpusGuess.documentBreak([paragraphs], fileCount: 30, meanFileBytes: 3_000).0 == .file)
  }

  @Test("Letters are counted by script: accents and ideographs too, digits and signs not")
  func letters() {
    var letters = Letters()
    letters.add("Aé1 ж漢!ß[`{@")
    #expect(letters.counts == [.latin: 3, .cyrillic: 1, .han: 1])
    #expect(letters.accentedCount == 2)
    #expect(letters.share(.han) == 0.2)
    #expect(!letters.isIdeographic)
    letters.add("漢字漢字")
    #expect(letters.isIdeographic)
  }

  @Test("The file that init writes for JSONL beside a table of sources reads back without a problem")
  func starter() throws {
    let folder = try Folder()
    try folder.write("sources.tsv", "name\tlicense\na\tb\n")
    let line = #"{"id": 3, "body": "The baker sends bread to the mill, \"soon\"."}"# + "\n"
    try folder.write("part.jsonl", String(repeating: line, count: 400))
    let wishes = StarterPipeline.Wishes(text: [folder.path], name: "letters", budget: TimeSpan(seconds: 3_600))
    let starter = try StarterPipeline(wishes, gigaflops: 100)
    #expect(starter.leftOutCount == 1)
    #expect(starter.guess.text == .name("body"))
    #expect(starter.sample.isExact)
    #expect(starter.sample.documentCount == 400)
    let file = PipelineFile(Array(starter.text.utf8), path: "letters.yaml")
    #expect(file.problems.isEmpty, "\(file.problems)")
    #expect(file.configuration.corpus.text == .name("body"))
    #expect(file.configuration.pretrain?.budget?.seconds == 3_600)
    #expect(file.configuration.model.preset == starter.choice.preset)
    #expect(file.configuration.pretrain?.precision == .float32 && !starter.text.contains("precision"))
    let rounded = try StarterPipeline(wishes, precision: .bfloat16, gigaflops: 100)
    #expect(PipelineFile(Array(rounded.text.utf8), path: "").configuration.pretrain?.precision == .bfloat16)
  }

  @Test("A folder without text is a mistake in the command; text without records in it is bad data")
  func noText() throws {
    let folder = try Folder()
    let wishes = StarterPipeline.Wishes(text: [folder.path], budget: TimeSpan(seconds: 60))
    #expect(code { _ = try StarterPipeline(wishes, gigaflops: 1) } == .usage)
    try folder.write("empty.jsonl", "\n\n")
    #expect(code { _ = try StarterPipeline(wishes, gigaflops: 1) } == .data)
  }

  @Test("Estimates from a part of long files come within a fifth of the truth")
  func estimates() throws {
    let folder = try Folder()
    let document = "one of many documents, all alike in length\n\n"
    for name in ["a.txt", "b.txt"] { try folder.write(name, String(repeating: document, count: 60_000)) }
    let wishes = StarterPipeline.Wishes(text: [folder.path], budget: TimeSpan(seconds: 60))
    let sample = try StarterPipeline(wishes, gigaflops: 100).sample
    #expect(!sample.isExact)
    #expect(abs(sample.documentCount / 120_000 - 1) < 0.2, "\(sample.documentCount)")
  }
}

/// The exit code of the error that `body` throws; nil if it throws none.
func code(_ body: () throws -> Void) -> ExitCode? {
  do {
    try body()
    return nil
  } catch {
    return UserError(converting: error).exitCode
  }
}

/// A folder for one test.
final class Folder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "cloze-start-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ text: String) throws {
    try DurableFile.replace(Paths.join(path, name), Array(text.utf8))
  }
}
