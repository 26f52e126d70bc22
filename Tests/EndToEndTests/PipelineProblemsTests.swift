import JSON
import Testing

/// What is wrong with a pipeline is told with its place before anything is started.
@Suite struct PipelineProblemsTests {
  @Test func everyProblemOfThePipelineIsToldAtOnceWithItsPlace() throws {
    try Toy.with { toy in
      let model = Toy.bert.replacing("num_attention_heads: 2", with: "num_attention_heads: 3")
      let pipeline = try toy.pipeline(
        "[mlm]", ["model: \(model)", "  batch_size: many", "  save_steps: 5\n  learning_rte: 1e-3"])
      expect(
        try toy.cloze(pipeline), code: 64, "toy.yaml has 3 problems; nothing was started",
        "10:66 model.num_attention_heads 3 does not divide hidden_size 16; 1, 2, 4, 8 and 16 do",
        "14:3 pretrain.batch_size", "a whole number from 1 to 1,048,576",
        "20:3 pretrain.learning_rte unknown key; did you mean learning_rate?")
      #expect(toy.list("runs").isEmpty)
    }
  }

  @Test func aTrainingThatTheMachineHasNoMemoryForIsRefusedBeforeAnythingIsRead() throws {
    try Toy.with { toy in
      let little = try toy.pipeline("[mlm]", ["machine: {threads: 1, memory: 50MB}"])
      expect(
        try toy.cloze(little), code: 64, "this pipeline needs about", "50 MB are there", "do: take fewer --workers")
      let model = Toy.bert.replacing("hidden_size: 16", with: "hidden_size: 262144")
      let large = try toy.pipeline("[mlm]", ["model: \(model)"])
      expect(try toy.cloze(large), code: 64, "this pipeline needs about", "TB of memory")
      #expect(toy.list("runs").isEmpty)
    }
  }

  @Test func aVocabularyThatCannotHoldTheAlphabetIsRefused() throws {
    try Toy.with { toy in
      let small = try toy.pipeline("[mlm]", ["  vocab_size: 20"])
      expect(
        try toy.cloze(small), code: 64, "9:3 tokenizer.vocab_size", "20 is too small for wordpiece", "at least 64")
      #expect(toy.list("runs").isEmpty)
      // Only the text shows that 64 are too few for it.
      let letters = (0..<120).compactMap { UnicodeScalar(0x0430 + $0 % 32).map(String.init) }
      let greek = (0..<24).compactMap { UnicodeScalar(0x03B1 + $0).map(String.init) }
      let words = (letters + greek).map { $0 + $0 }.joined(separator: " ")
      try toy.writeShard("wide/a.txt", (0..<30).map { _ in [words, words] })
      let pipeline = try toy.pipeline("[mlm]", ["  shards: wide/*.txt", "  vocab_size: 64"])
      expect(
        try toy.cloze(pipeline), code: 64, "a vocabulary of 64 is too small", "do: set tokenizer.vocab_size to")
      #expect(!toy.exists("runs/toy/tokenizer/tokenizer.json") && toy.savedSteps("toy").isEmpty)
    }
  }

  @Test func accentsAreKeptOrRemovedAsThePipelineSays() throws {
    try Toy.with { toy in
      try toy.writeShard("accents/a.txt", (0..<30).map { ["Élève \($0) mène la fête.", "Où est le garçon?"] })
      let pipeline = try toy.pipeline("[mlm]", ["  shards: accents/*.txt"])
      for (setting, isKept) in [("null", false), ("true", false), ("false", true)] {
        let finished = try toy.cloze(
          pipeline, "--as", setting, "--until", "tokenizer", "--set", "tokenizer.strip_accents=\(setting)")
        #expect(finished.code == 0, "\(finished.errors)")
        #expect(try toy.text("runs/\(setting)/tokenizer/vocab.txt").contains("ê") == isKept, "\(setting)")
        let written = try JSONValue.parse(try toy.bytes("runs/\(setting)/tokenizer/tokenizer_config.json"))
        #expect(written["strip_accents"]?.bool == Bool(setting) && written["do_lower_case"]?.bool == true)
      }
    }
  }

  @Test func aWrongCommandIsToldBeforeAnythingIsMade() throws {
    try Toy.with { toy in
      let pipeline = try toy.pipeline()
      expect(
        try toy.cloze(pipeline, "--until", "tokeniser"), code: 64, "no stage tokeniser", "corpus, tokenizer, pretrain")
      expect(try toy.cloze(pipeline, "--set", "pretrain.max_step=5"), code: 64, "max_step", "did you mean max_steps?")
      expect(try toy.cloze(pipeline, "--set", "nonsense"), code: 64, "key=value")
      let absent = try toy.cloze(toy.path("absent.yaml"))
      #expect(absent.code > 0 && absent.message.contains("absent.yaml"), "\(absent.errors)")
      #expect(toy.list("runs").isEmpty)
    }
  }
}
