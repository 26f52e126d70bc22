import Foundation
import JSON
import Testing

/// What a run leaves, and what it never leaves.
@Suite struct ArtifactTests {
  @Test func aRunLeavesItsFilesAndNoWordOfTheText() throws {
    try Toy.with { toy in
      let pipeline = try toy.pipeline("[mlm, nsp]", ["  validation: 0.1\n  on_bad_record: skip"])
      try toy.write("{\"text\": \"xanthippe\n{\"text\": 5}\n", to: "corpus/d.jsonl")
      let finished = try toy.cloze(pipeline)
      #expect(finished.code == 0, "\(finished.errors)")
      let names = [
        "README.md", "pipeline.yaml", "resolved.yaml", "run.json", "LOCK", "run.log", "metrics.jsonl",
        "corpus/index.json", "corpus/report.md", "tokenizer/tokenizer.json", "tokenizer/vocab.txt",
        "pretrain/best/config.json", "pretrain/latest/model.safetensors", "pretrain/latest/tokenizer.json",
      ]
      for name in names { #expect(toy.exists("runs/toy/\(name)"), "\(name) is missing") }
      let events = toy.list("runs/toy/tensorboard")
      #expect(events.count == 1 && events[0].hasPrefix("events.out.tfevents."), "\(events)")
      for name in ["run.log", "metrics.jsonl", "README.md", "run.json", "corpus/report.md", "corpus/index.json"] {
        let text = try toy.text("runs/toy/\(name)")
        for word in Canary.words { #expect(!text.contains(word), "\(name) shows the text") }
      }
      for word in Canary.words { #expect(!(finished.output + finished.errors).contains(word), "the text is shown") }
      // Where the words do belong they are found: the search itself works.
      #expect(
        Canary.words.allSatisfy { word in
          (try? toy.text("runs/toy/tokenizer/vocab.txt").contains(word.prefix(2))) ?? false
        })
      #expect(finished.errors.contains(try toy.weights("toy")), "the weights' SHA-256 is not told")
      #expect(try toy.text("runs/toy/README.md").contains(try toy.weights("toy")))
    }
  }

  @Test func aProfiledRunHasTheSameBitsAndATraceThatAddsUp() throws {
    try Toy.with { toy in
      let pipeline = try toy.pipeline()
      #expect(try toy.cloze(pipeline, "--as", "plain").code == 0)
      let finished = try toy.cloze(pipeline, "--as", "profiled", "--workers", "1", "--profile")
      #expect(finished.code == 0, "\(finished.errors)")
      #expect(try toy.lastFiles("profiled") == toy.lastFiles("plain"))
      #expect(finished.errors.contains("Profile of 10 steps, worker 0 of 1"), "\(finished.errors)")
      let trace = try JSONValue.parse(toy.bytes("runs/profiled/profile/trace.json"))
      let events = try #require(trace["traceEvents"]?.array).filter { $0["ph"]?.string == "X" }
      func sum(_ name: String, _ value: (JSONValue) -> Double?) -> Double {
        events.filter { $0["name"]?.string == name }.compactMap(value).reduce(0, +)
      }
      func operations(_ event: JSONValue) -> Double? {
        event["dur"]?.double.flatMap { micro in event["args"]?["gflops"]?.double.map { $0 * micro } }
      }
      let known = Set(events.compactMap { $0["name"]?.string }).subtracting(["step"])
      #expect(known.isSuperset(of: ["linear", "attention", "layer norm", "update", "read rows", "cross-entropy"]))
      let parts = known.reduce(0) { $0 + sum($1) { $0["dur"]?.double } }
      let steps = sum("step") { $0["dur"]?.double }
      #expect(parts <= steps && parts > 0.5 * steps, "\(parts) of \(steps)")
      // Each product of the forward pass has two in the backward pass, and attention's two have four.
      let forward = sum("linear", operations)
      #expect(forward > 0 && abs(sum("linear, gradients", operations) / forward - 2) < 1e-3)
      #expect(abs(sum("attention, inputs", operations) / sum("attention", operations) - 2) < 1e-3)
    }
  }

  @Test func nobodyElseCanLookIntoARun() throws {
    try Toy.with { toy in
      #expect(try toy.cloze(try toy.pipeline()).code == 0)
      let names = try FileManager.default.subpathsOfDirectory(atPath: toy.run("toy"))
      for name in [""] + names {
        let attributes = try FileManager.default.attributesOfItem(atPath: toy.run("toy") + "/" + name)
        guard attributes[.type] as? FileAttributeType != .typeSymbolicLink else { continue }
        let mode = try #require(attributes[.posixPermissions] as? NSNumber).intValue
        #expect(mode & 0o077 == 0, "\(name) has mode \(String(mode, radix: 8))")
      }
      let mode = try FileManager.default.attributesOfItem(atPath: toy.run("toy"))[.posixPermissions] as? NSNumber
      #expect(mode?.intValue == 0o700)
    }
  }

  @Test func aFinishedRunRepeatedDoesNothingAndSaysSo() throws {
    try Toy.with { toy in
      let pipeline = try toy.pipeline()
      #expect(try toy.cloze(pipeline).code == 0)
      let (files, metrics) = (try toy.lastFiles("toy"), try toy.bytes("runs/toy/metrics.jsonl"))
      let card = try toy.bytes("runs/toy/README.md")
      let again = try toy.cloze(pipeline)
      #expect(again.code == 0, "\(again.errors)")
      #expect(again.message.contains("done before"), "\(again.errors)")
      #expect(try toy.lastFiles("toy") == files)
      #expect(try toy.bytes("runs/toy/metrics.jsonl") == metrics)
      #expect(try toy.bytes("runs/toy/README.md") == card)
    }
  }

  @Test func theReportOfARunIsOneJSONObject() throws {
    try Toy.with { toy in
      let finished = try toy.cloze(try toy.pipeline(), "--json")
      #expect(finished.code == 0, "\(finished.errors)")
      let json = try JSONValue.parse(Array(finished.output.utf8))
      #expect(json["stages"]?["pretrain"]?["figures"]?["weights_sha256"]?.string == (try toy.weights("toy")))
      #expect(json["stages"]?["pretrain"]?["figures"]?["step"]?.int == Toy.steps)
      // Without it nothing but talk is written, and not to standard output.
      #expect(try toy.cloze(try toy.pipeline()).output.isEmpty)
    }
  }

  @Test func whatARunLeavesIsReadFromAnyFolder() throws {
    try Toy.with { toy in
      _ = try toy.pipeline("[clm]", ["  max_steps: 3"])
      func cloze(_ arguments: [String], from current: String) throws -> Finished {
        try ClozeProcess.run(arguments, in: toy.folder, current: current)
      }
      let begun = try cloze(["run", "toy.yaml", "--checkpoints", "runs"], from: toy.folder)
      #expect(begun.code == 0, "\(begun.errors)")
      let here = try cloze(["batch", "runs/toy", "1", "--json"], from: toy.folder)
      let there = try cloze(["batch", toy.run("toy"), "1", "--json"], from: "/")
      #expect(there.code == 0, "\(there.errors)")
      #expect(try JSONValue.parse(Array(there.output.utf8))["rows"]?.array?.count == 16)
      #expect(here.output == there.output)
      // Every default is a pipeline too.
      let again = try cloze(
        ["run", toy.run("toy/resolved.yaml"), "--checkpoints", toy.path("again")], from: "/")
      #expect(again.code == 0, "\(again.errors)")
      let weights = "toy/pretrain/latest/model.safetensors"
      #expect(try toy.bytes("again/\(weights)") == toy.bytes("runs/\(weights)"))
    }
  }

  @Test func theEmbedStageAndTheCommandNumberRowsFromZero() throws {
    try Toy.with { toy in
      try toy.write("nr\tbody\nA7\tAnna opens the door.\nB9\tBoris mends the boat.\n", to: "rows.tsv")
      let rows = "input: rows.tsv, text: body"
      let stages = "embed: [{name: plain, \(rows)}, {name: named, \(rows), id: nr}]"
      let finished = try toy.cloze(try toy.pipeline("[mlm]", ["  max_steps: 2", stages]))
      #expect(finished.code == 0, "\(finished.errors)")
      for (name, ids, options) in [("plain", "0\n1\n", [String]()), ("named", "A7\nB9\n", ["--id", "nr"])] {
        #expect(try toy.text("runs/toy/exports/\(name).ids.txt") == ids)
        let command = try ClozeProcess.run(
          ["embed", toy.run("toy"), toy.path("rows.tsv"), "--text", "body", "--normalize"] + options
            + ["--output", toy.path("\(name).npy")], in: toy.folder)
        #expect(command.code == 0, "\(command.errors)")
        #expect(try toy.text("\(name).ids.txt") == ids)
        #expect(try toy.bytes("\(name).npy") == toy.bytes("runs/toy/exports/\(name).npy"))
      }
    }
  }

  @Test func aFreshStartSetsTheOldRunAsideAndDeletesNothing() throws {
    try Toy.with { toy in
      let pipeline = try toy.pipeline("[mlm]", ["  max_steps: 5"])
      #expect(try toy.cloze(pipeline, "--fresh").code == 0)
      #expect(toy.list("runs") == ["toy"], "a first start has nothing to set aside: \(toy.list("runs"))")
      let (weights, record) = (try toy.weights("toy", step: 5), try toy.bytes("runs/toy/run.json"))
      let log = try toy.bytes("runs/toy/run.log")
      let changed = try toy.pipeline("[mlm]", ["  max_steps: 5", "seed: 8"])
      #expect(try toy.cloze(changed, "--fresh").code == 0)
      #expect(toy.list("runs") == ["toy", "toy.old-1"])
      #expect(try toy.weights("toy.old-1", step: 5) == weights && toy.bytes("runs/toy.old-1/run.json") == record)
      #expect(try toy.weights("toy", step: 5) != weights)
      #expect(try toy.bytes("runs/toy.old-1/run.log") == log, "the new run wrote into the old one's log")
      #expect(toy.exists("runs/toy/run.log"))
      #expect(try toy.cloze(changed, "--fresh").code == 0)
      #expect(toy.list("runs") == ["toy", "toy.old-1", "toy.old-2"])
    }
  }

  @Test func aRunStopsAfterAStageAndTakesAnotherName() throws {
    try Toy.with { toy in
      let pipeline = try toy.pipeline("[clm]")
      let finished = try toy.cloze(pipeline, "--until", "tokenizer", "--as", "letters")
      #expect(finished.code == 0, "\(finished.errors)")
      #expect(toy.list("runs") == ["letters"])
      #expect(toy.exists("runs/letters/tokenizer/merges.txt") && toy.savedSteps("letters").isEmpty)
      #expect(!toy.exists("runs/letters/README.md"))
      #expect(try toy.cloze(pipeline, "--as", "letters").code == 0)
      #expect(toy.savedSteps("letters").last == Toy.steps)
    }
  }
}
