import Glibc
import Testing

/// Bad text is refused with the shard, the place and the cause; nothing half-made stays.
@Suite struct CorpusProblemsTests {
  /// Nothing that a later stage could take for finished.
  private func expectNothingMade(_ toy: Toy, sourceLocation: SourceLocation = #_sourceLocation) {
    for name in ["corpus/index.json", "tokenizer/tokenizer.json", "pretrain", "README.md"] {
      #expect(!toy.exists("runs/toy/\(name)"), "\(name) was made", sourceLocation: sourceLocation)
    }
  }

  @Test func missingShardsAreNamedWithThePlaceOfTheKey() throws {
    try Toy.with { toy in
      let none = try toy.pipeline("[mlm]", ["  shards: corpus/*.csv"])
      let parts = ["4:3 corpus.shards", "corpus/*.csv matches no shard;", "holds 2 *.txt.gz, 1 *.jsonl"]
      let plan = try ClozeProcess.run(["plan", none, "--checkpoints", toy.path("runs")], in: toy.folder)
      for found in [try toy.cloze(none), plan] { expect(found, code: 64, parts[0], parts[1], parts[2]) }
      let given = try toy.cloze(none, "--set", "corpus.shards=none/*.txt")
      expect(given, code: 64, "--set corpus.shards none/*.txt matches no shard; none does not exist")
      let gone = try toy.pipeline("[mlm]", ["  shards: [corpus/a.txt.gz, corpus/gone.txt]"])
      expect(try toy.cloze(gone), code: 65, "4:3 corpus.shards", "corpus/gone.txt does not exist")
      expectNothingMade(toy)
    }
  }

  @Test func anEmptyCorpusIsRefused() throws {
    try Toy.with { toy in
      try toy.write("\n \n\n", to: "empty/a.txt")
      try toy.write("", to: "empty/b.jsonl")
      let pipeline = try toy.pipeline("[mlm]", ["  shards: empty/*"])
      expect(try toy.cloze(pipeline), code: 65, "the corpus is empty", "2 shards", "do:")
      expectNothingMade(toy)
    }
  }

  @Test func oneOfEachIsToldInTheSingular() throws {
    try Toy.with { toy in
      try toy.write("{\"text\": \"One story.\"}\n{\"text\": 5}\n", to: "one/a.jsonl")
      let pipeline = try toy.pipeline("[mlm]", ["  shards: one/*", "  validation: 0.1\n  on_bad_record: skip"])
      let finished = try toy.cloze(pipeline, "--until", "corpus")
      #expect(finished.code == 0, "\(finished.errors)")
      #expect(finished.message.contains("1 shard · 10 B · 1 document · 1 bad record skipped"), "\(finished.errors)")
    }
  }

  @Test func aCorpusOfOneDocumentGivesNoSentencePairs() throws {
    try Toy.with { toy in
      let lines = Toy.documents(300, seed: 5).flatMap { $0 }
      try toy.write(lines.joined(separator: " ") + "\n", to: "one/a.txt")
      let pipeline = try toy.pipeline("[mlm, nsp]", ["  shards: one/*", "  validation: {tail: 0.2}"])
      expect(
        try toy.cloze(pipeline), code: 64, "next-sentence pairs need at least two documents", "do:", "blank line",
        "nsp out of pretrain.objective")
      #expect(toy.savedSteps("toy").isEmpty)
    }
  }

  @Test(arguments: [
    ("cut.txt.gz", "ends inside a compressed block"), ("cut.txt.lz4", "ends inside a compressed block"),
    ("cut.txt.zst", "ends inside a compressed block"), ("flipped.txt.gz", "is corrupt"),
    ("flipped.txt.lz4", "is corrupt"), ("flipped.txt.zst", "is corrupt"),
  ])
  func damagedShardsAreRefused(name: String, cause: String) throws {
    try Toy.with { toy in
      try toy.writeShard("corpus/\(name)", Toy.documents(200, seed: 6))
      let whole = try toy.bytes("corpus/\(name)")
      var damaged = whole
      if name.hasPrefix("cut") { damaged.removeLast(whole.count / 3) } else { damaged[whole.count / 2] ^= 0x10 }
      try toy.write(damaged, to: "corpus/\(name)")
      let pipeline = try toy.pipeline("[mlm]")
      expect(
        try toy.cloze(pipeline), code: 65, "\(name) \(cause)", "(byte ", "after document ", "do: copy the shard again")
      expectNothingMade(toy)
      // The same command, once the shard is whole.
      try toy.write(whole, to: "corpus/\(name)")
      #expect(try toy.cloze(pipeline, "--until", "tokenizer").code == 0)
    }
  }

  @Test func aDamagedShardCanBeGivenUpAndIsCounted() throws {
    try Toy.with { toy in
      try toy.write(try toy.bytes("corpus/c.txt.gz").dropLast(100) + [], to: "corpus/c.txt.gz")
      let pipeline = try toy.pipeline("[mlm]", ["  max_steps: 5"])
      let finished = try toy.cloze(pipeline, "--set", "corpus.on_bad_shard=skip")
      #expect(finished.code == 0, "\(finished.errors)")
      #expect(finished.message.contains("1 damaged shard"), "\(finished.errors)")
      #expect(try toy.text("runs/toy/corpus/report.md").contains("c.txt.gz"))
    }
  }

  @Test func invalidTextIsToldWithShardAndRecord() throws {
    try Toy.with { toy in
      try toy.write(Array("one fine line.\n\nxanthippe ".utf8) + [0xC3, 0x28] + Array(" end.\n".utf8), to: "bad/a.txt")
      let text = try toy.pipeline("[mlm]", ["  shards: [corpus/*, bad/a.txt]"])
      expect(try toy.cloze(text), code: 65, "a.txt: invalid UTF-8 in record 2 (line 3, byte 16)", "do: mend the record")
      try toy.write("{\"text\": \"a fine line.\"}\n{\"text\": \"xanthippe\n", to: "bad/b.jsonl")
      let json = try toy.pipeline("[mlm]", ["  shards: [corpus/*, bad/b.jsonl]"])
      expect(try toy.cloze(json), code: 65, "b.jsonl: broken JSON in record 2 (line 2, byte 25)", "do: mend the record")
      expectNothingMade(toy)
      let skipped = try toy.cloze(json, "--set", "corpus.on_bad_record=skip", "--until", "corpus")
      #expect(skipped.code == 0 && skipped.message.contains("1 bad record skipped"), "\(skipped.errors)")
    }
  }

  @Test func aPipeNamedLikeAShardBlocksNothing() throws {
    try Toy.with { toy in
      #expect(mkfifo(toy.path("corpus/z.txt"), 0o600) == 0)
      expect(try toy.cloze(try toy.pipeline("[mlm]")), code: 65, "z.txt is")
    }
  }
}
