import JSON
import Models
import Pipelines
import Testing

/// The pipeline file of the interface's page, as it stands there.
let letters = """
  # Our letters → one encoder, two uses.    cloze run letters-bert.yaml
  name: letters-bert                          # → checkpoints/letters-bert/
  seed: 42
  corpus:
    shards: /srv/text/letters/*.jsonl.zst     # glob, folder or list; .txt .jsonl .csv; plain .gz .lz4 .zst
    text: body                                # JSONL key or column
    document: blank_line                      # for .txt: blank_line | line | file
    group: patient_id                         # one group is never on both sides of the split
    validation: 0.005                         # share of groups (documents if none); or a glob; or {tail: 0.1}
    on_bad_record: skip                       # fail | skip | repair: each counted, with shard and place
    on_bad_shard: fail                        # fail | skip
  tokenizer:
    kind: wordpiece
    vocab_size: 16384
  model:
    preset: bert-mini
    hidden_dropout_prob: 0.1
  pretrain:
    objective: [mlm, nsp]                     # or [clm]
    mlm_probability: 0.15
    max_length: 128
    batch_size: 256                           # sequences per optimizer step
    micro_batches: 8
    learning_rate: 5e-4
    lr_scheduler: {type: linear, warmup_ratio: 0.04}
    precision: float32
    max_steps: 300000                         # or max_tokens, epochs, or budget: 72h
    eval_steps: 20000
  finetune:
    - {name: department, task: classification, train: dept.csv, text: body, label: dept, seeds: 3}
  export: [hugging-face, sentence-transformers]
  machine: {workers: auto, memory: 16GB}      # outside the fingerprint: never changes the bits
  """

func read(_ text: String, path: String = "jobs/run.yaml", set overrides: [String] = [], base: String? = nil)
  -> PipelineFile
{
  PipelineFile(Array(text.utf8), path: path, overrides: overrides) { _ in base.map { Array($0.utf8) } }
}

/// A file without problems, to break one thing in.
let small = """
  corpus: {shards: a.txt}
  model: {preset: bert-mini}
  pretrain: {max_steps: 100}
  """

/// The same for a model that reads from left to right.
let smallCausal = small.replacing("bert-mini", with: "gpt-mini")

@Suite struct PipelineFileTests {
  @Test func theExampleOfTheInterfaceIsReadWithEveryValue() throws {
    let file = read(letters)
    #expect(file.problems.isEmpty, "\(file.problems)")
    let pipeline = file.configuration
    #expect(pipeline.name == "letters-bert" && pipeline.seed == 42)
    #expect(pipeline.corpus.shards == [FilePath("/srv/text/letters/*.jsonl.zst")])
    #expect(pipeline.corpus.text == .name("body") && pipeline.corpus.group == .name("patient_id"))
    #expect(pipeline.corpus.validation == .share(0.005))
    #expect(pipeline.corpus.onBadRecord == .skip && pipeline.corpus.onBadShard == .fail)
    #expect(pipeline.tokenizer.kind == .wordpiece && pipeline.tokenizer.vocabularySize == 16_384)
    #expect(pipeline.model.preset == .bertMini)
    #expect(pipeline.model.overrides == [ModelSettings.Override(key: "hidden_dropout_prob", value: .number(0.1))])
    let pretrain = try #require(pipeline.pretrain)
    #expect(pretrain.objective == [.mlm, .nsp] && pretrain.batchSize == 256 && pretrain.learningRate == 5e-4)
    #expect(pretrain.schedule.kind == .linear && pretrain.schedule.warmupShare == 0.04)
    #expect(pretrain.maximumSteps == 300_000 && pretrain.evaluationSteps == 20_000)
    let task = try #require(pipeline.finetune.first)
    #expect(task.name == "department" && task.train == FilePath("jobs/dept.csv") && task.seeds == 3)
    #expect(pipeline.export == [.huggingFace, .sentenceTransformers])
    #expect(pipeline.machine.memory == ByteCount(bytes: 16_000_000_000))
  }

  @Test func theSmallFileHasNoProblemsAndItsNameFromTheFile() {
    let file = read(small, path: "/x/my run.yaml")
    #expect(file.problems.isEmpty, "\(file.problems)")
    #expect(file.configuration.name == "my-run")
  }

  @Test func everyProblemIsReportedAtOnceInTheOrderOfTheFile() {
    let file = read(
      """
      name: x
      corpus:
        shards: a.txt
        on_bad_record: ignore
      model:
        preset: bert-mini
        num_attention_heads: 3
      pretrain:
        learning_rte: 1e-3
        batch_size: many
        max_steps: 100
        max_steps: 200
      colour: blue
      """)
    #expect(
      file.problems == [
        Problem(Place(line: 4, column: 3), "corpus.on_bad_record", "is “ignore”; wants fail, skip or repair"),
        Problem(
          Place(line: 7, column: 3), "model.num_attention_heads",
          "3 does not divide hidden_size 256; 1, 2, 4, 8 and 16 do"),
        Problem(Place(line: 9, column: 3), "pretrain.learning_rte", "unknown key; did you mean learning_rate?"),
        Problem(
          Place(line: 10, column: 3), "pretrain.batch_size", "is “many”; wants a whole number from 1 to 1,048,576"),
        Problem(Place(line: 12, column: 3), "max_steps", "stands twice in this map; the first is on line 11"),
        Problem(
          Place(line: 13, column: 1), "colour",
          "unknown key; there are name, seed, corpus, tokenizer, model, pretrain, finetune, embed, export and machine"),
      ], "\(file.problems.map { "\($0.place) \($0.path) \($0.message)" })")
  }

  @Test(arguments: [
    ("hidden_sise", "hidden_size"), ("n_heads", "n_head"), ("num_layers", "n_layer"), ("vocab-size", "vocab_size"),
  ])
  func aMisspelledModelKeyHasAGuess(_ typed: String, _ meant: String) {
    let file = read(small.replacing("preset: bert-mini", with: "preset: bert-mini, \(typed): 64"))
    #expect(file.problems.map(\.message).contains { $0.hasPrefix("unknown key") }, "\(file.problems) for \(meant)")
  }

  @Test(arguments: [
    ("pretrain.max_steps=ten", "is “ten”; wants a whole number from 1"),
    ("pretrain.max_steps=1.5", "is “1.5”; wants a whole number from 1"),
    ("pretrain.max_steps='10'", "is the quoted text “10”; wants a whole number from 1"),
    ("pretrain.max_steps=99999999999999999999", "is “99999999999999999999”; wants a whole number from 1"),
    ("pretrain.learning_rate=.nan", "is “.nan”; wants a number above 0 and below 10"),
    ("pretrain.learning_rate=-1", "is “-1”; wants a number above 0 and below 10"),
    ("pretrain.bias_correction=yes", "is “yes”; wants true or false"),
    ("pretrain.precision=float16", "is “float16”; wants float32 or bfloat16"),
    ("pretrain.budget=72", "is “72”; wants a time such as 90s, 30m, 72h or 1h30m"),
    ("machine.memory=lots", "is “lots”; wants a size such as 16GB, 512MB or 1.5GiB"),
    ("machine.workers=9", "is 9; a step has 8 micro-batches, and each worker needs one at least"),
    ("corpus.validation=1.5", "is “1.5”; wants a share such as 0.01, a pattern of shards, or {tail: 0.1}"),
    ("corpus.validation={head: 0.1}", "is a map; wants a share such as 0.01, a pattern of shards, or {tail: 0.1}"),
    ("corpus=3", "is “3”; wants a map: keys with their values, indented"),
    ("model.initialization=random", "is “random”; wants positional_heads or normal"),
    ("model={preset: gpt2, initialization: normal}", "is for a new BERT; leave it out"),
    ("model={from: folder, initialization: normal}", "model.from goes on with a finished model"),
    ("model.preset=bert-huge", "is “bert-huge”; wants bert-tiny, bert-mini, bert-small"),
    ("model.hidden_size=big", "is “big”; wants a whole number from 1"),
    ("model.num_hidden_layers=0", "must be at least 1, not 0"),
    ("model.hidden_dropout_prob=1", "must be a probability below 1, not 1.0"),
    ("model.hidden_dropout_prob=no", "is “no”; wants a number from 0 to below 1"),
    ("model.hidden_act=swish", "is “swish”; wants gelu, gelu_new, gelu_pytorch_tanh, relu or tanh"),
    ("model.pad_token_id=0", "unknown key"),
    ("model.n_layer=3", "bert has no such key; did you mean num_hidden_layers?"),
    ("pretrain.objective=[nsp]", "nsp needs mlm beside it: [mlm, nsp]"),
    ("pretrain.objective=[mlm, clm]", "clm stands alone"),
    ("pretrain.objective=[clm]", "bert is trained with [mlm] or [mlm, nsp]"),
    ("pretrain.micro_batches=64", "64 micro_batches cannot share 32 rows; at most one each"),
    ("pretrain.batch_size=4", "8 micro_batches cannot share 4 rows; at most one each"),
    ("pretrain.max_length=1000", "1000 is longer than the model's max_position_embeddings 512"),
    ("pretrain.lr_scheduler={warmup_steps: 100}", "100 leaves nothing of 100 steps after warm-up"),
    ("pretrain.lr_scheduler={warmup_steps: 1, warmup_ratio: 0.1}", "cannot stand beside"),
    ("pretrain.lr_scheduler.total_steps=50", "50 ends before max_steps 100; the rest would not learn"),
    ("tokenizer.vocab_size=20", "20 is too small for wordpiece"),
    ("tokenizer={kind: byte_bpe, vocab_size: 256}", "256 is too small for byte_bpe"),
    ("name=../up", "is “../up”; wants a name of letters"),
    ("finetune=[{name: a}]", "is missing; it names the labeled rows"),
    ("finetune=[{name: a, train: t.tsv}, {name: a, train: t.tsv}]", "a names two stages"),
    ("finetune=[{name: a, train: t.tsv, header: false}]", "is “text”; without a header columns are numbers from 0"),
    ("finetune=[{name: a, train: t.tsv, scratch: true, epochs: [3, 5], scratch_epochs: 3}]", "give it as many"),
    ("finetune=yes", "is “yes”; wants a list of maps"),
    ("finetune.0.name=x", "goes below a value that is no map"),
    ("nothing", "wants key=value, such as pretrain.max_steps=1000"),
    ("pretrain..x=1", "has an empty part in its path"),
    ("seed=&a 1", "anchor"),
  ])
  func aWrongSettingOnTheCommandLineSaysWhatIsWanted(_ override: String, _ message: String) {
    let problems = read(small, set: override.hasPrefix("finetune.0") ? ["finetune=3", override] : [override]).problems
    #expect(problems.contains { $0.message.contains(message) && $0.place == .commandLine }, "\(problems)")
  }

  @Test func aFileThatNeverEndsOrHasNoTextOrNoModelSaysSo() {
    let missing = read("name: x\npretrain: {batch_size: 8}\n").problems.map { "\($0.path) \($0.message)" }
    #expect(missing.contains { $0.hasPrefix("pretrain never ends") }, "\(missing)")
    #expect(missing.contains { $0.hasPrefix("corpus.shards is missing") })
    #expect(missing.contains { $0.hasPrefix("model names no network") })
    #expect(read("").problems == [Problem(.start, "", "the file is empty")])
    #expect(!read("corpus: {shards: a}\nmodel: {preset: gpt2}").problems.isEmpty)
  }

  @Test func oneStopRuleOnTheCommandLineReplacesThatOfTheFile() {
    let file = read(small, set: ["pretrain.budget=30m"])
    #expect(file.problems.isEmpty, "\(file.problems)")
    #expect(file.configuration.pretrain?.budget == TimeSpan(seconds: 1_800))
    #expect(file.configuration.pretrain?.maximumSteps == nil)
    let both = read(small.replacing("max_steps: 100", with: "max_steps: 100, epochs: 2"))
    #expect(both.problems.map(\.message) == ["cannot stand beside max_steps; keep one of them"])
  }

  @Test func anOptionalKeyWithoutAValueIsAsIfItWereNotWritten() {
    for override in ["pretrain.budget=null", "pretrain.budget=", "pretrain.budget=~", "tokenizer.kind=null"] {
      let file = read(small, set: ["pretrain.max_steps=300", override])
      #expect(file.problems.isEmpty, "\(override): \(file.problems)")
      #expect(file.configuration == read(small, set: ["pretrain.max_steps=300"]).configuration, "\(override)")
    }
    let written = small.replacing("max_steps: 100", with: "max_steps: 100, epochs: null, batch_tokens: , batch_size: 8")
    #expect(read(written).problems.isEmpty, "\(read(written).problems)")
    #expect(read(small, set: ["pretrain.max_steps=null"]).problems.first?.message.hasPrefix("never ends") == true)
    #expect(read(small, set: ["model.num_hidden_layers=null"]).configuration == read(small).configuration)
    // What is not there need not be taken away, but a mistake stays one.
    let finished = "model: {from: old}\nfinetune: [{name: a, train: t.tsv}]"
    #expect(read(finished, set: ["pretrain.budget=null"]).configuration.pretrain == nil)
    #expect(read(finished, set: ["pretrain.bugdet=null"]).problems.contains { $0.message.contains("unknown key") })
    #expect(read(small, set: ["seed=null"]).problems.map(\.message) == ["has no value; wants a whole number from 0"])
  }

  @Test func aKeyWithoutAValueTakesAwayThatOfTheFileBelow() {
    let base = small.replacing("max_steps: 100", with: "budget: 72h, learning_rate: 1e-3, eval_steps: 50")
    let file = read("extends: base.yaml\npretrain: {budget: null, epochs: 2, eval_steps: }\n", base: base)
    #expect(file.problems.isEmpty, "\(file.problems)")
    let pretrain = file.configuration.pretrain
    #expect(pretrain?.budget == nil && pretrain?.epochs == 2 && pretrain?.evaluationSteps == nil)
    #expect(pretrain?.learningRate == 1e-3)
    let kept = read("extends: base.yaml\npretrain: {epochs: null}\n", base: base)
    #expect(kept.configuration.pretrain?.budget == TimeSpan(seconds: 259_200), "no value pushes nothing out")
  }

  @Test func anElementOfAListIsSetByItsNameOrNumber() {
    let text = small + "\nfinetune:\n  - {name: dept, train: d.tsv}\n  - {name: mood, train: m.tsv}\n"
    let file = read(
      text, set: ["finetune.mood.seeds=5", "finetune.0.learning_rate=[1e-4, 3e-4]", "finetune.dept.train=x.tsv"])
    #expect(file.problems.isEmpty, "\(file.problems)")
    #expect(file.configuration.finetune.map(\.seeds) == [1, 5])
    #expect(file.configuration.finetune[0].learningRates == [1e-4, 3e-4])
    #expect(file.configuration.finetune.map(\.train.path) == ["x.tsv", "jobs/m.tsv"], "--set paths start from here")
    let wrong = read(text, set: ["finetune.mod.seeds=5"]).problems
    #expect(wrong.map(\.message) == ["has no element mod; there are dept and mood"])
  }

  @Test func extendingGoesOneLevelMapsMergeAndListsReplace() {
    let base = """
      seed: 7
      corpus: {shards: texts/*.txt, text: body}
      model: {preset: bert-mini}
      pretrain: {epochs: 3, objective: [mlm, nsp], learning_rate: 1e-3}
      """
    let file = read(
      "extends: ../base/all.yaml\nseed: 8\npretrain: {max_steps: 10, objective: [mlm]}\n", base: base)
    #expect(file.problems.isEmpty, "\(file.problems)")
    let pipeline = file.configuration
    #expect(pipeline.seed == 8 && pipeline.corpus.text == .name("body"))
    #expect(pipeline.corpus.shards == [FilePath("jobs/../base/texts/*.txt")], "paths start from the file they stand in")
    #expect(pipeline.pretrain?.objective == [.mlm] && pipeline.pretrain?.learningRate == 1e-3)
    #expect(pipeline.pretrain?.maximumSteps == 10 && pipeline.pretrain?.epochs == nil)
    let wrong = read("extends: b.yaml\nseed: 8\n", base: "extends: c.yaml\nsed: 3\n" + small).problems
    #expect(wrong.map { "\($0.place)" } == ["b.yaml:1:1", "b.yaml:2:1"], "\(wrong)")
    #expect(wrong[1].message == "unknown key; did you mean seed?")
    #expect(read("extends: no.yaml\n" + small).problems.map(\.message) == ["no.yaml does not exist or cannot be read"])
  }

  @Test func theResolvedTextReadsBackToTheSameSettings() {
    for text in [letters, small, smallCausal] {
      let first = read(text, path: "/jobs/run.yaml", set: ["corpus.text=yes: no", "seed=9"]).configuration
      let second = read(first.resolved(), path: "other.yaml")
      #expect(second.problems.isEmpty, "\(second.problems)\n\(first.resolved())")
      #expect(second.configuration == first, "\(first.resolved())")
      #expect(read(first.resolved(explained: true), path: "other.yaml").configuration == first)
    }
  }

  @Test func theResolvedTextMeansTheSameFilesWhereverItLies() throws {
    let text =
      small.replacing("a.txt", with: "[texts/*.txt, /srv/b.txt, ~/c.txt]")
      .replacing("preset: bert-mini", with: "from: models/old") + """

        tokenizer: {from: words}
        finetune: [{name: a, train: t.tsv, validation: v.tsv, test: /srv/e.tsv}]
        embed: [{name: b, input: rows.tsv}]
        """
    let first = read(text).configuration
    let resolved = read(first.resolved(from: "/start"), path: "far/away/resolved.yaml")
    #expect(resolved.problems.isEmpty, "\(resolved.problems)")
    let pipeline = resolved.configuration
    #expect(pipeline.corpus.shards?.map(\.path) == ["/start/jobs/texts/*.txt", "/srv/b.txt", "~/c.txt"])
    #expect(pipeline.model.from?.path == "/start/jobs/models/old")
    #expect(pipeline.tokenizer.from?.path == "/start/jobs/words")
    let task = try #require(pipeline.finetune.first)
    #expect(task.train.path == "/start/jobs/t.tsv" && task.validation?.path == "/start/jobs/v.tsv")
    #expect(task.test?.path == "/srv/e.tsv" && pipeline.embed.first?.input.path == "/start/jobs/rows.tsv")
    #expect(pipeline.frozenSettings == first.frozenSettings, "where a run starts is no part of what it is")
  }

  @Test func aDefaultThatHasNoMeaningMayBeWrittenAndAnotherValueMayNot() {
    let written = ["pretrain.mlm_probability=0.15", "pretrain.whole_word_masking=false"]
    #expect(read(smallCausal, set: written).problems.isEmpty)
    let problems = read(smallCausal, set: ["pretrain.mlm_probability=0.2", "pretrain.whole_word_masking=true"]).problems
    #expect(problems.map(\.path) == ["pretrain.mlm_probability", "pretrain.whole_word_masking"], "\(problems)")
    #expect(problems.allSatisfy { $0.message == "has no meaning for clm" })
  }

  @Test func namesOfOtherFamiliesAreSpelledAsTheFamilyDoes() {
    let file = read(
      small.replacing("preset: bert-mini", with: "model_type: gpt2, hidden_size: 128, num_hidden_layers: 4, n_head: 4"))
    #expect(file.problems.isEmpty, "\(file.problems)")
    #expect(file.configuration.model.overrides.map(\.key) == ["n_embd", "n_layer", "n_head"])
    #expect(file.configuration.model.value("n_positions") == 1024)
  }

  @Test func headsThatDoNotDivideTheWidthAreToldInTheWordsOfTheFile() {
    let sizes = "model_type: gpt2, hidden_size: 64, num_attention_heads: 5"
    let problems = read(small.replacing("preset: bert-mini", with: sizes)).problems
    #expect(problems.map(\.path) == ["model.num_attention_heads"])
    #expect(problems.first?.message == "5 does not divide hidden_size 64; 1, 2, 4, 8 and 16 do", "\(problems)")
  }

  @Test(arguments: Preset.allCases)
  func presetsAreWhatModelsSayTheyAre(_ preset: Preset) throws {
    let model = read(small.replacing("bert-mini", with: preset.rawValue)).configuration.model
    let expected = try #require(preset.bert?.json ?? preset.gpt?.json ?? preset.llama?.json ?? preset.bloom?.json)
    #expect(model.preset == preset && expected.count > 10)
    for (key, value) in expected { #expect(model.value(key) == value, "\(key)") }
  }

  @Test func aTextThatReachesATerminalIsShortAndHarmless() {
    let problem = read(small, set: ["seed=\"\\e[31m" + String(repeating: "x", count: 500) + "\""]).problems
    #expect(problem.count == 1 && problem[0].message.utf8.count < 120, "\(problem)")
    #expect(!problem[0].message.unicodeScalars.contains("\u{1B}"))
  }
}

@Suite struct SettingTests {
  @Test func everyKeyIsExplainedOnce() {
    let keys = PipelineConfiguration.allKeys
    #expect(keys.count > 80)
    #expect(Set(keys.map(\.path)).count == keys.count)
    for key in keys {
      #expect(!key.help.isEmpty && key.help.count <= 84 && !key.wanted.isEmpty, "\(key.path): \(key.help.count)")
    }
    #expect(
      PipelineConfiguration.help("warmup_ratio").map(\.path) == [
        "pretrain.lr_scheduler.warmup_ratio", "finetune[].warmup_ratio",
      ])
    #expect(PipelineConfiguration.help("corpus.text").map(\.path) == ["corpus.text"])
  }

  @Test(arguments: [
    ("90s", 90.0), ("30m", 1_800), ("72h", 259_200), ("1h30m", 5_400), ("2d", 172_800), ("1.5h", 5_400),
  ])
  func timesAreRead(_ text: String, _ seconds: Double) {
    #expect(TimeSpan(setting: plain(text))?.seconds == seconds)
  }

  @Test(arguments: ["", "h", "5", "30m1h", "1h1h", "-5m", "1e9h", "0s", "5 minutes"])
  func otherTimesAreNot(_ text: String) { #expect(TimeSpan(setting: plain(text)) == nil) }

  @Test(arguments: [
    ("16GB", 16_000_000_000), ("512 MB", 512_000_000), ("1.5GiB", 1_610_612_736), ("7B", 7),
    ("2TiB", 2_199_023_255_552),
  ])
  func sizesAreRead(_ text: String, _ bytes: Int) {
    #expect(ByteCount(setting: plain(text))?.bytes == bytes)
    #expect(ByteCount(bytes: bytes).setting.string.flatMap { ByteCount(setting: plain($0)) }?.bytes == bytes)
  }

  @Test(arguments: ["GB", "5", "5XB", "-5GB", "1e300GB", "99999999999TiB"])
  func otherSizesAreNot(_ text: String) { #expect(ByteCount(setting: plain(text)) == nil) }

  @Test func wholeNumbersMayBeWrittenAsPeopleWriteThem() {
    #expect(Int(setting: plain("300_000")) == 300_000)
    #expect(Int(setting: plain("1e9")) == 1_000_000_000)
    for text in ["1e-3", "0x10", "1,000", "nan", "1e30", "--1", "_1", ""] {
      #expect(Int(setting: plain(text)) == nil, "\(text)")
    }
  }

  private func plain(_ text: String) -> YAMLNode { YAMLNode(.text(text, isPlain: true), place: .start) }
}
