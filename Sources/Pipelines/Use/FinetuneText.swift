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
  /// - Throws: `UserError` with all of them, each with its flag.
  public func check() throws(UserError) {
    let text = pipelineText(model: "model", seed: 42)
    let prefix = "finetune.0."
    let problems = PipelineFile(Array(text.utf8), path: "task.yaml").problems.map { problem in
      let key = problem.path.hasPrefix(prefix) ? String(problem.path.dropFirst(prefix.count)) : problem.path
      let flag = "--" + String(key.map { $0 == "_" ? "-" : $0 })
      return Problem(Place(file: flag, line: 0, column: 0), "", problem.message)
    }
    guard problems.isEmpty else {
      throw UserError("the settings of this task can't be used; nothing was started", .usage, problems: problems)
    }
  }
}
