import JSON
import Pipelines
import Testing

@Suite struct ErrorTextTests {
  @Test func theProblemsOfAPipelineFileLookAsTheInterfaceShowsThem() {
    let error = UserError.pipeline(
      "letters-bert.yaml",
      [
        Problem(Place(line: 8, column: 3), "corpus.shards", "matches no file; /srv/text/letters holds 412 *.jsonl.gz"),
        Problem(
          Place(line: 17, column: 3), "model.num_attention_heads",
          "3 does not divide hidden_size 256; 1, 2, 4, 8 and 16 do"),
        Problem(Place(line: 24, column: 3), "pretrain.learning_rte", "unknown key; did you mean learning_rate?"),
      ])
    #expect(
      error.text() == """
        error: letters-bert.yaml has 3 problems; nothing was started                                     [exit 64]
           8:3  corpus.shards               matches no file; /srv/text/letters holds 412 *.jsonl.gz
          17:3  model.num_attention_heads   3 does not divide hidden_size 256; 1, 2, 4, 8 and 16 do
          24:3  pretrain.learning_rte       unknown key; did you mean learning_rate?
        """, "\(error.text())")
  }

  @Test func aDamagedShardSaysWhatIsSafeAndWhatToDo() {
    let error = UserError("letters-0207.jsonl.zst ends inside a frame (byte 18,874,368; after document 22,914)", .data)
      .safe("step 184,000 is saved and verified.")
      .action("copy the shard again and repeat the command")
    #expect(
      error.text() == """
        error: letters-0207.jsonl.zst ends inside a frame (byte 18,874,368; after document 22,914)       [exit 65]
          safe: step 184,000 is saved and verified.
          do:   copy the shard again and repeat the command
        """, "\(error.text())")
  }

  @Test(arguments: [48, 60, 80, 106, 200])
  func noLineIsWiderThanTheTerminal(_ width: Int) {
    let long = String(repeating: "word ", count: 60)
    let error = UserError(
      "the run stopped because \(long)", .inputOutput,
      problems: [
        Problem(Place(line: 1, column: 1), "pretrain.lr_scheduler.warmup_steps", long),
        Problem(.commandLine, "seed", "is wrong"),
      ]
    ).safe(long).action(long)
    for line in error.text(width: width).split(separator: "\n") {
      #expect(line.count <= width, "\(line.count): \(line)")
    }
  }

  @Test func aFrozenSettingThatChangedIsNamedWithItsLineAndBothValues() {
    let places = ["tokenizer.vocab_size": Place(line: 13, column: 3)]
    let saved = Fingerprint(read(letters).configuration)
    let now = Fingerprint(read(letters.replacing("vocab_size: 16384", with: "vocab_size: 32000")).configuration)
    let text = UserError.changed(
      now.changes(since: saved, places: places), saved: "step 184,000",
      command: "cloze run letters-bert.yaml --as second"
    ).text()
    #expect(
      text == """
        error: this run was trained with another tokenizer                                               [exit 78]
          run:  step 184,000    now: tokenizer.vocab_size 32000 (line 13; was 16384)
          do:   set it back, or start a second run: cloze run letters-bert.yaml --as second
        """, "\(text)")
  }

  @Test func everyExitCodeOfTheContractExists() {
    #expect(ExitCode.allCases.map(\.rawValue) == [0, 10, 64, 65, 66, 69, 70, 71, 73, 74, 75, 76, 77, 78])
  }
}

@Suite struct FingerprintTests {
  private func changed(_ overrides: String...) -> [String] {
    let saved = Fingerprint(read(letters).configuration)
    let file = read(letters, set: overrides)
    #expect(file.problems.isEmpty, "\(file.problems)")
    return Fingerprint(file.configuration).changes(since: saved).map(\.key)
  }

  @Test(arguments: [
    "seed", "corpus.text", "corpus.on_bad_record", "tokenizer.vocab_size", "model.hidden_dropout_prob",
    "pretrain.batch_size", "pretrain.micro_batches", "pretrain.adam_beta2", "pretrain.mlm_probability",
    "pretrain.max_length", "pretrain.weight_decay", "pretrain.max_grad_norm",
  ])
  func whatShapesTrainedBitsIsFrozen(_ key: String) {
    let values = [
      "corpus.text": "other", "corpus.on_bad_record": "repair", "pretrain.batch_size": "64", "seed": "7",
      "pretrain.micro_batches": "4", "pretrain.max_length": "64", "tokenizer.vocab_size": "8000",
    ]
    #expect(changed("\(key)=\(values[key] ?? "0.5")") == [key])
  }

  @Test(arguments: [
    "pretrain.learning_rate=1e-3", "pretrain.lr_scheduler.type=cosine", "pretrain.max_steps=5", "pretrain.budget=1h",
    "machine.threads=3", "pretrain.eval_steps=7", "pretrain.save_steps=9", "name=other",
    "corpus.shards=elsewhere/*.txt",
    "finetune.department.seeds=9", "export=[hugging-face]",
  ])
  func whatDoesNotIsFree(_ override: String) { #expect(changed(override) == []) }

  @Test func writingADefaultDownChangesNothing() {
    let short = Fingerprint(read(small).configuration)
    let long = Fingerprint(
      read(small, set: ["pretrain.batch_size=32", "pretrain.objective=[mlm]", "seed=42"]).configuration)
    #expect(short.digest == long.digest, "\(short.canonical)\n\(long.canonical)")
  }

  @Test func anotherCorpusOrTokenizerIsSeenByItsDigest() {
    let pipeline = read(small).configuration
    let a = Fingerprint(pipeline, identities: ["corpus": "aa", "tokenizer": "bb"])
    let b = Fingerprint(pipeline, identities: ["corpus": "aa", "tokenizer": "cc"])
    #expect(b.changes(since: a) == [Fingerprint.Change(key: "tokenizer_sha256", was: "bb", now: "cc", place: nil)])
    #expect(a.digest.count == 64 && a.digest != b.digest)
  }

  @Test func theCanonicalTextSurvivesItsFile() throws {
    let fingerprint = Fingerprint(read(letters).configuration)
    let again = Fingerprint(settings: try JSONValue.parse(Array(fingerprint.canonical.utf8)))
    #expect(again.canonical == fingerprint.canonical && again.changes(since: fingerprint).isEmpty)
  }
}

@Suite struct StepPlanTests {
  private let epoch = StepPlan.Epoch(steps: 1_000, tokens: 4_000_000)

  private func plan(_ change: (inout PretrainSettings) -> Void, costs: StepPlan.Costs? = nil) -> StepPlan? {
    var settings = PretrainSettings()
    change(&settings)
    return StepPlan(settings, epoch: epoch, costs: costs)
  }

  @Test func stepsTokensAndEpochsComeToSteps() {
    #expect(plan { $0.maximumSteps = 300 }?.steps == 300)
    #expect(plan { $0.epochs = 3 }?.steps == 3_000)
    #expect(plan { $0.epochs = 0.1 }?.steps == 100)
    #expect(plan { $0.epochs = 1e-9 }?.steps == 1)
    #expect(plan { $0.maximumTokens = 8_000_000 }?.steps == 2_000)
    #expect(plan { $0.maximumTokens = 8_000_001 }?.steps == 2_001, "the last token is read too")
    #expect(plan { $0.maximumTokens = .max }?.steps ?? 0 > 1_000_000_000_000_000 / 2)
  }

  @Test func aBudgetComesToTheStepsThatFitWithTheirEvaluationsAndCheckpoints() throws {
    let costs = StepPlan.Costs(step: 0.5, evaluation: 30, save: 3, other: 120)
    let steps = try #require(
      plan({ ($0.budget, $0.evaluationSteps, $0.saveSteps) = (TimeSpan(seconds: 3_600), 500, 300) }, costs: costs)?
        .steps)
    let spent = Double(steps) * 0.5 + Double(steps) / 500 * 30 + Double(steps) / 300 * 3 + 120
    #expect(spent <= 0.95 * 3_600 && spent > 0.94 * 3_600, "\(steps) steps take \(spent) s")
    #expect(plan({ $0.budget = TimeSpan(seconds: 1) }, costs: costs)?.steps == 1)
    #expect(plan({ $0.budget = TimeSpan(seconds: 3_600) }) == nil, "a budget needs a measurement")
  }

  @Test func warmUpIsAShareOfTheCurveOrAsGiven() {
    #expect(
      plan { ($0.maximumSteps, $0.schedule.warmupShare) = (1_000, 0.04) }
        == StepPlan(steps: 1_000, warmupSteps: 40, horizon: 1_000, stepsPerEpoch: 1_000))
    #expect(plan { ($0.maximumSteps, $0.schedule.totalSteps) = (500, 2_000) }?.warmupSteps == 100)
    #expect(plan { ($0.maximumSteps, $0.schedule.warmupSteps) = (1_000, 7) }?.warmupSteps == 7)
    #expect(
      plan { ($0.epochs, $0.schedule.warmupSteps) = (0.001, 700) }?.warmupSteps == 0, "something is left to learn with")
  }

  @Test func aPlanSurvivesItsFileAndAnEmptyCorpusHasNone() {
    let plan = StepPlan(steps: 9, warmupSteps: 1, horizon: 12, stepsPerEpoch: 3)
    #expect(StepPlan(json: plan.json) == plan)
    #expect(StepPlan(json: ["steps": 0]) == nil)
    #expect(StepPlan(PretrainSettings(), epoch: StepPlan.Epoch(steps: 0, tokens: 0)) == nil)
  }
}
