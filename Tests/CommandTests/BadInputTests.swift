import Foundation
import TestSupport
import Testing

/// What people get wrong: each has its exit code and says what is wrong.
@Suite struct BadInputTests {
  @Test(arguments: [
    (["predict", "/no/such/folder"], Int32(64), "does not exist"),
    (["predict"], 64, "missing"),
    (["model", "inspect", Fixtures.path("imports/bert-pickled")], 77, "pickle"),
    (["model", "inspect", Fixtures.path("imports/bert-pickled/pytorch_model.bin")], 77, "pickle"),
    (["model", "inspect", Fixtures.path("tokenizers/byte-bpe")], 64, "holds no model"),
    (["generate", Fixtures.path("bert")], 64, "can't continue"),
    (["fill-mask", Fixtures.path("gpt2"), "a"], 64, "masked-LM"),
    (["generate", Fixtures.path("gpt2"), "--top-p", "2"], 64, "--top-p"),
    (["embed", Fixtures.path("bert"), "--layer", "9"], 64, "no layer 9"),
    (["tokenizer", "inspect", "/no/such/folder"], 64, "does not exist"),
    (
      ["tokenizer", "encode", "--tokenizer", Fixtures.path("tokenizers/byte-bpe"), "--smoothing", "1"], 64,
      "--dropout is for"
    ),
    (["tokenizer", "encode", "--tokenizer", Fixtures.path("tokenizers/byte-bpe"), "--dropout", "1"], 64, "below 1"),
    (["tokenizer", "train", "a.txt", "--kind", "unigrm", "--output", "x"], 64, "unigram"),
    (["evaluate", Fixtures.path("bert"), "--text", "/no/such/*.txt"], 64, "matches no shard"),
    (["finetune", Fixtures.path("bert"), "--train", "a.tsv", "--dropout", "3", "--output", "x"], 64, "--dropout"),
    (["corpus", "inspect", "/no/such.txt"], 65, "does not exist"),
  ])
  func hasACodeAndAReason(_ arguments: [String], _ code: Int32, _ reason: String) throws {
    let found = try Program.run(arguments)
    #expect(found.code == code, "\(found.code): \(found.talk)")
    #expect(found.talk.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(reason), "\(found.talk)")
    #expect(found.talk.hasPrefix("error: ") && found.talk.contains("[exit \(code)]"), "\(found.talk)")
    #expect(found.output.isEmpty)
  }

  @Test func anUnknownLabelIsRefusedByNameAndPlace() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/rows.tsv"
      try Data("text\tlabel\nwhere?\tquestion\nhm\tnonsense\n".utf8).write(to: URL(fileURLWithPath: path))
      let found = try Program.run(["evaluate", Fixtures.path("bert-classifier"), "--data", path])
      #expect(found.code == 65 && found.talk.contains("record 2"), "\(found.code) \(found.talk)")
    }
  }

  @Test func aFolderWithOtherThingsIsNotReplaced() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/letter.txt"
      try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
      let found = try Program.run(["model", "export", Fixtures.path("bert"), "--output", folder])
      #expect(found.code == 73, "\(found.talk)")
      #expect(FileManager.default.fileExists(atPath: path))
    }
  }

  @Test func idsBeyondTheVocabularyAreRefusedBeforeAnythingRuns() throws {
    // GPT-2's ids run to 306, BERT's to 100.
    try withTemporaryFolder { folder in
      let found = try Program.run([
        "model", "probe", Fixtures.path("bert"), "--inputs", Fixtures.path("gpt2/inputs.safetensors"), "--outputs",
        folder + "/out.safetensors",
      ])
      #expect(found.code == 65 && found.talk.contains("vocabulary"), "\(found.code) \(found.talk)")
    }
  }

  @Test func aTokenizerWithAPartThatIsNotReadIsRefusedByName() throws {
    let found = try Program.run([
      "tokenizer", "encode", "--tokenizer", Fixtures.path("rawfiles/sentencepiece-bpe-suffix"),
    ])
    #expect(found.code == 77 && found.talk.contains("treat_whitespace_as_suffix"), "\(found.code) \(found.talk)")
  }
}
