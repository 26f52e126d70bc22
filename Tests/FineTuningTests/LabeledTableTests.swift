import FineTuning
import Foundation
import TestSupport
import Testing

/// Tables of texts and labels.
@Suite struct LabeledTableTests {
  private func rows(_ name: String, _ content: String, _ columns: TableColumns) throws -> [TextRow] {
    try withTemporaryFolder { folder in
      let path = folder + "/" + name
      try Data(content.utf8).write(to: URL(fileURLWithPath: path))
      return try LabeledTable.rows(path, columns: columns)
    }
  }

  @Test func columnsAreFoundByNameWhateverTheirOrder() throws {
    let columns = TableColumns(text: .name("body"), pair: .name("answer"), label: .name("dept"), id: .name("nr"))
    let found = try rows("a.csv", "dept,nr,body,answer\nsales,7,\"one, two\",\"he said \"\"no\"\"\"\n", columns)
    #expect(found == [TextRow(text: "one, two", pair: "he said \"no\"", label: "sales", id: "7", record: 1)])
  }

  @Test func columnsAreFoundByNumberWithoutAHeader() throws {
    let columns = TableColumns(text: .number(1), label: .number(0), hasHeader: false)
    let found = try rows("a.tsv", "1\tgood film\n0\tbad, film\n", columns)
    #expect(found.map(\.text) == ["good film", "bad, film"])
    #expect(found.map(\.label) == ["1", "0"])
  }

  @Test func jsonLinesKeepCommasAndNumbers() throws {
    let columns = TableColumns(text: .name("t"), label: .name("l"))
    let found = try rows("a.jsonl", "{\"l\": 3, \"t\": \"a, b,, c\"}\n\n{\"t\": \"ü\", \"l\": true}\n", columns)
    #expect(found.map(\.text) == ["a, b,, c", "ü"])
    #expect(found.map(\.label) == ["3", "true"])
  }

  @Test func aMissingColumnIsNamedWithThoseThatAreThere() throws {
    #expect(throws: FineTuningError.self) {
      try rows("a.tsv", "body\tdept\nx\ty\n", TableColumns(text: .name("text"), label: .name("dept")))
    }
  }

  @Test func labelsAreSortedAndNumbersByTheirValue() throws {
    func labels(_ list: [String]) throws -> [String] {
      try LabelSet(of: list.enumerated().map { TextRow(text: "", label: $1, record: $0 + 1) }, file: "x").labels
    }
    #expect(try labels(["b", "a", "b"]) == ["a", "b"])
    #expect(try labels(["10", "9", "1"]) == ["1", "9", "10"])
    #expect(throws: FineTuningError.tooFewLabels(["a"])) { try labels(["a", "a"]) }
    #expect(throws: FineTuningError.missingLabel(file: "x", record: 2)) { try labels(["a", ""]) }
  }

  @Test func anUnknownLabelIsAnError() throws {
    let set = LabelSet(["no", "yes"])
    #expect(try set.number(of: TextRow(text: "", label: "yes", record: 1), file: "x") == 1)
    #expect(throws: FineTuningError.unknownLabel("oui", file: "x", record: 4, known: ["no", "yes"])) {
      try set.number(of: TextRow(text: "", label: "oui", record: 4), file: "x")
    }
  }
}
