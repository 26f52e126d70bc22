import JSON

/// One stage of a pipeline: pure in its settings and inputs, so a finished one is not done again.
protocol Stage {
  /// Its name, as in the terminal: `corpus`, `tokenizer`, `pretrain`, …
  var name: String { get }
  /// What its result depends on; nil if it looks for itself whether there is something to do.
  func fingerprint(_ context: RunContext) throws -> String
  /// Whether the files that a finished stage left are still there.
  func isIntact(_ context: RunContext) throws -> Bool
  /// Does the work, or what is left of it.
  func run(_ context: RunContext) throws -> StageResult
}

/// What a stage brought.
struct StageResult {
  /// One line for people.
  var summary: String
  /// Figures for the report.
  var figures = JSONObject()
}
