import JSON

/// One line of `metrics.jsonl`: what a step, or an evaluation after it, came to.
public struct MetricRecord: Equatable, Sendable {
  /// Keys whose values are those of a clock: all others are the same whatever the number of workers and interruptions.
  static let clockKeys: Set<String> = ["tokens_per_second", "wall_time"]

  /// Steps done.
  public var step: Int
  /// Passes over the corpus so far.
  public var epoch: Double
  /// Σ weight · mean loss; nil for a line with an evaluation only.
  public var loss: Double?
  /// Each term's mean loss.
  public var terms: [(name: String, value: Double)]
  /// The learning rate.
  public var learningRate: Double?
  /// The gradient's norm before clipping.
  public var gradientNorm: Double?
  /// Tokens so far.
  public var tokens: Int
  /// Values of an evaluation, without `eval_`.
  public var evaluation: [(name: String, value: Double)]
  /// Tokens a second of late.
  public var tokensPerSecond: Double?
  /// Seconds since 1970.
  public var wallTime: Double

  /// A record.
  public init(
    step: Int, epoch: Double, loss: Double? = nil, terms: [(name: String, value: Double)] = [],
    learningRate: Double? = nil, gradientNorm: Double? = nil, tokens: Int,
    evaluation: [(name: String, value: Double)] = [], tokensPerSecond: Double? = nil, wallTime: Double
  ) {
    self.step = step
    self.epoch = epoch
    self.loss = loss
    self.terms = terms
    self.learningRate = learningRate
    self.gradientNorm = gradientNorm
    self.tokens = tokens
    self.evaluation = evaluation
    self.tokensPerSecond = tokensPerSecond
    self.wallTime = wallTime
  }

  /// Whether two records say the same.
  public static func == (a: MetricRecord, b: MetricRecord) -> Bool { a.json == b.json }

  /// The members of the line. What depends on the machine stands last: all before it is equal in every run.
  public var json: JSONValue {
    var pairs: [(String, JSONValue)] = [("step", JSONValue(step)), ("epoch", .number(epoch))]
    if let loss { pairs.append(("loss", .number(loss))) }
    pairs += terms.map { ("\($0.name)_loss", .number($0.value)) }
    if let learningRate { pairs.append(("learning_rate", .number(learningRate))) }
    if let gradientNorm { pairs.append(("grad_norm", .number(gradientNorm))) }
    pairs.append(("tokens", JSONValue(tokens)))
    pairs += evaluation.map { ("eval_\($0.name)", .number($0.value)) }
    // What belongs to the clock stands in `clockKeys`.
    if let tokensPerSecond { pairs.append(("tokens_per_second", .number(tokensPerSecond))) }
    pairs.append(("wall_time", .number(wallTime)))
    return .object(JSONObject(pairs))
  }
}
