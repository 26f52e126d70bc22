import Testing

/// Labeled rows are judged before anything is learned from them.
@Suite struct FinetuningProblemsTests {
  private func pipeline(_ toy: Toy, _ more: String = "") throws -> String {
    try toy.pipeline(
      "[mlm]",
      [
        "  max_steps: 5", "finetune:",
        "  - {name: use, train: train.tsv, test: test.tsv, epochs: 1, max_length: 16\(more)}",
      ])
  }

  private func rows(_ count: Int) -> String {
    let documents = Toy.documents(count, seed: 8).map { $0[0] }
    return "text\tlabel\n" + documents.enumerated().map { "\($1)\t\($0 % 2 == 0 ? "even" : "odd")\n" }.joined()
  }

  @Test func anUnknownLabelIsToldWithFileAndRecord() throws {
    try Toy.with { toy in
      try toy.write(rows(40), to: "train.tsv")
      try toy.write(rows(6) + "anna sees the door.\tneither\n", to: "test.tsv")
      expect(
        try toy.cloze(try pipeline(toy)), code: 65, "test.tsv, record", "label neither is not one of", "even, odd",
        "do:")
      #expect(!toy.exists("runs/toy/finetune/use/report.md") && !toy.exists("runs/toy/finetune/use/best"))
      #expect(toy.savedSteps("toy").last == 5, "the pretraining before it is kept")
      // The same command goes on once the row is mended.
      try toy.write(rows(6), to: "test.tsv")
      let finished = try toy.cloze(try pipeline(toy))
      #expect(finished.code == 0, "\(finished.errors)")
      #expect(toy.exists("runs/toy/finetune/use/best/config.json"))
    }
  }

  @Test func tablesThatCannotBeUsedAreNamed() throws {
    try Toy.with { toy in
      try toy.write(rows(40), to: "train.tsv")
      expect(try toy.cloze(try pipeline(toy)), code: 65, "test.tsv")
      try toy.write(rows(6), to: "test.tsv")
      expect(try toy.cloze(try pipeline(toy, ", text: body")), code: 64, "no column body", "text, label")
      try toy.write("text\tlabel\n", to: "train.tsv")
      expect(try toy.cloze(try pipeline(toy)), code: 65, "train.tsv has no rows")
      try toy.write("text\tlabel\nanna sees\teven\nboris sees\teven\n", to: "train.tsv")
      expect(try toy.cloze(try pipeline(toy)), code: 65, "at least two labels")
    }
  }
}
