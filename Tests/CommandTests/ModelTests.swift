import Foundation
import JSON
import TestSupport
import Testing

/// Models in and out of the program.
@Suite struct ModelTests {
  @Test(arguments: [
    "bert-old-names", "bert-sharded", "bert-float16", "gpt2-bfloat16", "gpt2-original", "gpt2-untied-copy",
  ])
  func importedFoldersHaveTheSameWeights(_ name: String) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/model"
      let source = Fixtures.path("imports/" + name)
      let written = try Program.run(["model", "import", source, "--output", path])
      try #require(written.code == 0, "\(written.talk)")
      let found = try Program.run(["model", "compare", source, path, "--json"])
      #expect(try found.json()["same_weights"] == true, "\(found.output)\(found.talk)")
    }
  }

  @Test func comparingTellsDifferentModelsApart() throws {
    try withTemporaryFolder { folder in
      let stepped = folder + "/stepped"
      _ = try Program.run([
        "model", "probe", Fixtures.path("bert"), "--inputs", Fixtures.path("bert/inputs.safetensors"), "--outputs",
        folder + "/out.safetensors", "--adamw-steps", "1", "--stepped", stepped,
      ])
      let found = try Program.run(["model", "compare", Fixtures.path("bert"), stepped, "--json"])
      #expect(try found.json()["same_weights"] == false, "\(found.talk)")
    }
  }

  @Test func anUntiedExportComputesTheSame() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/untied"
      let written = try Program.run(["model", "export", Fixtures.path("gpt2"), "--untied", "--output", path])
      try #require(written.code == 0, "\(written.talk)")
      let found = try Program.run(["model", "compare", Fixtures.path("gpt2"), path, "--json"])
      #expect(try found.json()["same_weights"] == true, "\(found.talk)")
    }
  }

  @Test func fineTuningLeavesFoldersThatPredict() throws {
    try withTemporaryFolder { folder in
      var rows = "text\tlabel\n"
      for number in 0..<24 { rows += number % 2 == 0 ? "the baker mends\tyes\n" : "where is it?\tno\n" }
      try Data(rows.utf8).write(to: URL(fileURLWithPath: folder + "/rows.tsv"))
      let output = folder + "/task"
      let trained = try Program.run([
        "finetune", Fixtures.path("bert"), "--train", folder + "/rows.tsv", "--epochs", "2", "--batch-size", "8",
        "--learning-rate", "1e-3", "--seeds", "2", "--scratch", "--max-length", "20", "--output", output, "--json",
      ])
      try #require(trained.code == 0, "\(trained.talk)")
      let report = try trained.json()
      #expect(report["labels"]?.array == ["no", "yes"])
      for name in ["seed-42", "seed-43", "scratch-42", "scratch-43", "best", "report.md", "report.json"] {
        #expect(FileManager.default.fileExists(atPath: output + "/" + name), "\(name)")
      }
      let found = try Program.run(["predict", output], input: "the baker mends\n")
      #expect(found.code == 0 && ["yes", "no"].contains(found.output.prefix { $0 != "\t" }), "\(found.output)")
    }
  }
}
