import Checkpoints
import Digests
import DurableFiles
import Foundation
import JSON
import Kernels
import Testing

/// A run goes on only as what it began as; what may change is recorded.
@Suite struct MismatchTests {
  /// A run of ten steps, which its pipeline now takes to twenty.
  private func withBegunRun(_ body: (Toy, _ pipeline: String) throws -> Void) throws {
    try Toy.with { toy in
      let keep = "  save_steps: 5\n  save_total_limit: 9"
      let pipeline = try toy.pipeline("[mlm]", ["  max_steps: 10", keep])
      let begun = try toy.cloze(pipeline)
      #expect(begun.code == 0, "\(begun.errors)")
      try body(toy, try toy.pipeline("[mlm]", ["  max_steps: 20", keep]))
      #expect(toy.savedSteps("toy").contains(5), "what was saved is gone")
    }
  }

  private func decisions(_ toy: Toy) throws -> [JSONValue] {
    try AppendFile.lines(toy.run("toy") + "/decisions.jsonl").map { try JSONValue.parse(Array($0.utf8)) }
  }

  @Test func changedTokenizerSettingsAreRefused() throws {
    try withBegunRun { toy, _ in
      let before = try toy.bytes("runs/toy/tokenizer/tokenizer.json")
      let pipeline = try toy.pipeline("[mlm]", ["  max_steps: 20", "  vocab_size: 150"])
      expect(
        try toy.cloze(pipeline), code: 78, "this run was trained with another tokenizer", "run: step 10",
        "tokenizer.vocab_size 150 (line 9; was 200)", "do: set it back, or start a second run: cloze run", "--as toy-2")
      #expect(try toy.bytes("runs/toy/tokenizer/tokenizer.json") == before)
      #expect(try toy.text("runs/toy/pipeline.yaml").contains("vocab_size: 200"))
    }
  }

  @Test func aForeignTokenizerIsRefusedAndTakesNoOnesPlace() throws {
    try withBegunRun { toy, pipeline in
      let other = try toy.pipeline("[mlm]", ["  vocab_size: 150"], name: "other.yaml")
      #expect(try toy.cloze(other, "--as", "other", "--until", "tokenizer").code == 0)
      let own = try toy.bytes("runs/toy/tokenizer/tokenizer.json")
      let foreign = try toy.bytes("runs/other/tokenizer/tokenizer.json")
      let named = try toy.pipeline(
        "[mlm]", ["  max_steps: 20", "  kind: wordpiece\n  from: runs/other/tokenizer"], name: "named.yaml")
      let text = try toy.text("named.yaml").replacing("  kind: wordpiece\n", with: "")
      try toy.write(text, to: "named.yaml")
      expect(try toy.cloze(named), code: 78, "this run was trained with another tokenizer", "run: step 10")
      #expect(try toy.bytes("runs/toy/tokenizer/tokenizer.json") == own, "the right tokenizer was overwritten")
      // The file itself exchanged in the run's folder.
      try toy.write(foreign, to: "runs/toy/tokenizer/tokenizer.json")
      expect(try toy.cloze(pipeline), code: 78, "this run was trained with another tokenizer", "run: step 10")
      try toy.write(own, to: "runs/toy/tokenizer/tokenizer.json")
      #expect(try toy.cloze(pipeline).code == 0)
    }
  }

  @Test(arguments: [
    ("seed=8", "another seed", "seed 8 (--set; was 7)"),
    ("pretrain.batch_size=8", "other settings", "pretrain.batch_size 8 (--set; was 16)"),
    ("pretrain.micro_batches=2", "other settings", "pretrain.micro_batches 2 (--set; was 4)"),
    ("model.num_hidden_layers=2", "another model", "model.num_hidden_layers 2 (--set; was 1)"),
    ("corpus.validation=0.2", "other text", "corpus.validation 0.2 (--set; was 0.1)"),
  ])
  func changedFrozenKeysAreRefused(change: String, what: String, line: String) throws {
    try withBegunRun { toy, pipeline in
      expect(
        try toy.cloze(pipeline, "--set", change), code: 78, "this run was trained with \(what)", line, "do: set it back"
      )
      #expect(try toy.cloze(pipeline).code == 0, "the refusal left something behind")
    }
  }

  @Test func changedShardsAreNamed() throws {
    try withBegunRun { toy, pipeline in
      let whole = try toy.bytes("corpus/b.jsonl")
      var changed = whole
      changed[whole.count / 2] = changed[whole.count / 2] == 0x61 ? 0x62 : 0x61
      try toy.write(changed, to: "corpus/b.jsonl")
      expect(try toy.cloze(pipeline), code: 65, "b.jsonl", "do: bring the shards back as they were")
      try toy.write(whole, to: "corpus/b.jsonl")
      try toy.write(whole, to: "corpus/d.jsonl")
      expect(try toy.cloze(pipeline), code: 65, "d.jsonl", "do: bring the shards back as they were")
      try RealFileSystem().removeFile(toy.path("corpus/d.jsonl"))
      try RealFileSystem().rename(toy.path("corpus/a.txt.gz"), to: toy.path("a.txt.gz"), replacing: false)
      expect(try toy.cloze(pipeline), code: 65, "a.txt.gz", "do: bring the shards back as they were")
      try RealFileSystem().rename(toy.path("a.txt.gz"), to: toy.path("corpus/a.txt.gz"), replacing: false)
      #expect(try toy.cloze(pipeline).code == 0)
    }
  }

  @Test func theLearningRateMayChangeAndThatIsRecorded() throws {
    try withBegunRun { toy, pipeline in
      #expect(try toy.cloze(pipeline, "--set", "pretrain.learning_rate=1e-4").code == 0)
      let decision = try #require(try decisions(toy).last)
      #expect(decision["decision"]?.string == "change-settings" && decision["step"]?.int == 10)
      let changes = decision["changes"]?.array ?? []
      let rate = changes.first { $0["key"]?.string == "pretrain.learning_rate" }
      #expect(rate?["was"]?.double == 3e-3 && rate?["now"]?.double == 1e-4, "\(decision)")
      #expect(toy.savedSteps("toy").last == 20)
    }
  }

  @Test func otherCodePathsAreRefusedUnlessAcceptedAndThenRecorded() throws {
    try withBegunRun { toy, pipeline in
      try rewrite(toy, "state/state.json") { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        let was = try JSONValue.parse(bytes)["numerics"]?.string ?? ""
        return Array(text.replacing(was, with: "sse9, OpenBLAS 9.9, Elbrus").utf8)
      }
      expect(
        try toy.cloze(pipeline), code: 78, "computed by other code paths", "sse9, OpenBLAS 9.9, Elbrus now:",
        "--accept-numerics")
      let accepted = try toy.cloze(pipeline, "--accept-numerics")
      #expect(accepted.code == 0, "\(accepted.errors)")
      let decision = try decisions(toy).first { $0["decision"]?.string == "accept-numerics" }
      #expect(decision?["was"]?.string == "sse9, OpenBLAS 9.9, Elbrus" && decision?["step"]?.int == 10)
    }
  }

  /// What a run's bits depend on beside its settings can be chosen, and is watched.
  @Test(arguments: CPULevel.available)
  func aChosenCPULevelIsThatOfAllWorkersAndPartOfTheRun(level: CPULevel) throws {
    try Toy.with { toy in
      // Without a unit for bfloat16 the level's float32 is used.
      let pipeline = try toy.pipeline("[mlm]", ["  max_steps: 10\n  precision: bfloat16"])
      func run(_ name: String, _ variable: String, _ options: String...) throws -> Finished {
        let process = try ClozeProcess(
          ["run", pipeline, "--checkpoints", toy.path("runs"), "--as", name] + options, in: toy.folder,
          variables: ["CLOZE_CPU": variable])
        return try process.wait()
      }
      let one = try run("one", level.name, "--workers", "1")
      #expect(one.code == 0, "\(one.ending): \(one.errors)")
      #expect(one.message.contains("no unit for bfloat16") == (level <= .avx512), "\(one.errors)")
      #expect(try run("two", level.name, "--workers", "2").code == 0)
      #expect(try toy.lastFiles("one", step: 10) == toy.lastFiles("two", step: 10))
      let folder = CheckpointStore(folder: toy.run("two") + "/pretrain", runIdentifier: nil).folder(step: 10)
      let state = try JSONValue.parse(Array(Data(contentsOf: URL(fileURLWithPath: folder + "/state/state.json"))))
      #expect(state["numerics"]?.string?.hasPrefix(level.name + ",") == true, "\(state["numerics"]?.string ?? "")")
      for other in CPULevel.available where other != level {
        expect(
          try run("two", other.name, "--set", "pretrain.max_steps=20"), code: 78, "computed by other code paths")
      }
    }
  }

  @Test(arguments: CPULevel.available.filter { $0 > .avx512 })
  func aRunInFloat32GoesOnAtEveryLevelWithTheSameVectors(level: CPULevel) throws {
    try Toy.with { toy in
      let pipeline = try toy.pipeline("[mlm]", ["  max_steps: 10"])
      for name in [level.name, CPULevel.avx512.name] {
        let first = try ClozeProcess(
          ["run", pipeline, "--checkpoints", toy.path("runs"), "--as", name], in: toy.folder,
          variables: ["CLOZE_CPU": name])
        #expect(try first.wait().code == 0)
        let second = try ClozeProcess(
          ["run", pipeline, "--checkpoints", toy.path("runs"), "--as", name, "--set", "pretrain.max_steps=20"],
          in: toy.folder, variables: ["CLOZE_CPU": CPULevel.avx512.name])
        #expect(try second.wait().code == 0)
      }
      #expect(try toy.lastFiles(level.name, step: 20) == toy.lastFiles(CPULevel.avx512.name, step: 20))
    }
  }

  @Test func aCPULevelThatThereIsNotIsRefused() throws {
    try Toy.with { toy in
      let process = try ClozeProcess(["doctor"], in: toy.folder, variables: ["CLOZE_CPU": "amx9"])
      expect(try process.wait(), code: 64, "CLOZE_CPU is “amx9”, which is no CPU level", "baseline")
    }
  }

  @Test func aDamagedCheckpointIsSetAsideAndTheOneBeforeGoesOnToTheSameBits() throws {
    try Toy.with { toy in
      let pipeline = try toy.pipeline("[mlm]", ["  max_steps: 160"])
      #expect(try toy.cloze(pipeline, "--as", "undisturbed").code == 0)
      let process = try toy.start(pipeline)
      #expect(process.reaches { toy.lineCount("toy") > 50 })
      process.send(9)
      _ = try process.wait()
      let step = try #require(toy.savedSteps("toy").last)
      let folder = CheckpointStore.folderName(step: step)
      var bytes = try toy.bytes("runs/toy/pretrain/\(folder)/model.safetensors")
      bytes[bytes.count - 7] ^= 1
      try toy.write(bytes, to: "runs/toy/pretrain/\(folder)/model.safetensors")
      let finished = try toy.cloze(pipeline)
      #expect(finished.code == 0, "\(finished.errors)")
      #expect(toy.list("runs/toy/pretrain").contains { $0.hasPrefix(".quarantine-\(folder)") })
      #expect(try toy.lastFiles("toy", step: 160) == toy.lastFiles("undisturbed", step: 160), "damaged: step \(step)")
      #expect(try toy.metrics("toy") == toy.metrics("undisturbed"), "damaged: step \(step)")
    }
  }

  @Test func whereNoCheckpointIsWholeNothingBeginsAnewByItself() throws {
    try withBegunRun { toy, pipeline in
      for step in toy.savedSteps("toy") {
        let name = "runs/toy/pretrain/\(CheckpointStore.folderName(step: step))/MANIFEST"
        try toy.write(try toy.bytes(name).dropLast(9) + [], to: name)
      }
      expect(try toy.cloze(pipeline), code: 66, "no checkpoint is whole", "step-000000010", "--fresh")
    }
  }

  /// Changes a file of the newest checkpoint, and its MANIFEST with it.
  private func rewrite(_ toy: Toy, _ name: String, _ change: ([UInt8]) throws -> [UInt8]) throws {
    let store = CheckpointStore(folder: toy.run("toy") + "/pretrain", runIdentifier: nil)
    let step = try #require(toy.savedSteps("toy").last)
    let manifest = try store.verify(step: step)
    let folder = "runs/toy/pretrain/\(CheckpointStore.folderName(step: step))"
    try toy.write(try change(try toy.bytes("\(folder)/\(name)")), to: "\(folder)/\(name)")
    let files = try manifest.files.map { file in
      let bytes = try toy.bytes("\(folder)/\(file.name)")
      return CheckpointManifest.File(name: file.name, bytes: UInt64(bytes.count), digest: SHA256.hex(of: bytes))
    }
    let now = CheckpointManifest(run: manifest.run, step: step, best: manifest.best, files: files)
    try toy.write(now.text, to: "\(folder)/MANIFEST")
  }
}
