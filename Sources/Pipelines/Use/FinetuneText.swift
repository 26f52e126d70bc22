import JSON

extension FinetuneSettings {
  /// The pipeline file that fine-tunes `model` as these settings say.
  public func pipelineText(model: String, seed: Int) -> String {
    let whole: JSONValue = [
      "name": .string("\(name)-run"), "seed": JSONValue(seed), "model": ["from": .string(model)],
      "finetune": [settings()],
    ]
    var writer = YAMLWriter()
    writer.write(whole, path: "", indentation: 0)
    return writer.text
  }

  /// Looks for values that a pipeline file would refuse.
  /// - Throws: `UserError` with all of them.
  public func check() throws(UserError) {
    let file = "--"
    let text = pipelineText(model: "model", seed: 42)
    let problems = FinetuneSettings.problems(text, file: file)
    guard problems.isEmpty else {
      throw UserError("these settings don't go together; nothing was started", .usage, problems: problems)
    }
  }
}
