import JSON

/// A run's length in steps: what epochs, tokens, ratios and a budget come to, frozen at the first start.
public struct StepPlan: Equatable, Sendable {
  /// Steps of the run.
  public var steps: Int
  /// Steps of warm-up.
  public var warmupSteps: Int
  /// The step at which the learning rate's curve ends.
  public var horizon: Int
  /// Steps of one pass over the corpus.
  public var stepsPerEpoch: Int

  /// What the counting pass found out about one epoch.
  public struct Epoch: Equatable, Sendable {
    /// Steps; the last may have fewer rows.
    public var steps: Int
    /// Tokens in all rows.
    public var tokens: Int

    /// An epoch of `steps` steps and `tokens` tokens.
    public init(steps: Int, tokens: Int) {
      self.steps = steps
      self.tokens = tokens
    }
  }

  /// What was measured about the time that things take, for a budget.
  public struct Costs: Equatable, Sendable {
    /// Seconds of a step.
    public var step: Double
    /// Seconds of an evaluation on the way.
    public var evaluation: Double
    /// Seconds of a checkpoint.
    public var save: Double
    /// Seconds that the stages before and after take.
    public var other: Double

    /// Measured seconds.
    public init(step: Double, evaluation: Double = 0, save: Double = 0, other: Double = 0) {
      self.step = step
      self.evaluation = evaluation
      self.save = save
      self.other = other
    }
  }

  /// A plan with the given lengths.
  public init(steps: Int, warmupSteps: Int, horizon: Int, stepsPerEpoch: Int) {
    self.steps = steps
    self.warmupSteps = warmupSteps
    self.horizon = horizon
    self.stepsPerEpoch = stepsPerEpoch
  }

  /// The plan for `settings` on a corpus.
  /// - Parameter costs: needed for a budget only; nil gives nil for one.
  public init?(_ settings: PretrainSettings, epoch: Epoch, costs: Costs? = nil) {
    guard epoch.steps > 0, epoch.tokens > 0, let steps = Self.steps(settings, epoch, costs) else { return nil }
    let horizon = settings.schedule.totalSteps ?? steps
    let share = settings.schedule.warmupShare ?? ScheduleSettings.defaultWarmupShare
    let warmup = settings.schedule.warmupSteps ?? Self.whole((share * Double(horizon)).rounded())
    self.init(steps: steps, warmupSteps: min(warmup, max(0, horizon - 1)), horizon: horizon, stepsPerEpoch: epoch.steps)
  }

  /// Steps as a function of the one stop rule that is given.
  private static func steps(_ settings: PretrainSettings, _ epoch: Epoch, _ costs: Costs?) -> Int? {
    if let steps = settings.maximumSteps { return steps }
    if let tokens = settings.maximumTokens {
      // Whole epochs first: steps differ in their tokens, epochs do not.
      let (epochs, rest) = tokens.quotientAndRemainder(dividingBy: epoch.tokens)
      let inLast = (Double(rest) / Double(epoch.tokens) * Double(epoch.steps)).rounded(.up)
      return atLeastOne(Double(epochs) * Double(epoch.steps) + inLast)
    }
    if let epochs = settings.epochs {
      return atLeastOne((epochs * Double(epoch.steps) - 1e-9 * Double(epoch.steps)).rounded(.up))
    }
    guard let budget = settings.budget, let costs, costs.step > 0 else { return nil }
    return affordable(budget.seconds, settings, costs)
  }

  /// The most steps whose steps, evaluations and checkpoints fit into `seconds`, less a twentieth for slow hours.
  private static func affordable(_ seconds: Double, _ settings: PretrainSettings, _ costs: Costs) -> Int {
    let available = 0.95 * seconds - costs.other
    var perStep = costs.step
    var fixed = 0.0
    if let every = settings.evaluationSteps {
      perStep += costs.evaluation / Double(every)
    } else {
      fixed += 20 * costs.evaluation
    }
    // Checkpoints every five minutes' worth of steps, or as given.
    perStep += settings.saveSteps.map { costs.save / Double($0) } ?? costs.save * costs.step / 300
    return atLeastOne(((available - fixed) / perStep).rounded(.down))
  }

  private static func atLeastOne(_ value: Double) -> Int { max(1, whole(value)) }

  /// A whole number, kept between 0 and 10¹⁵.
  private static func whole(_ value: Double) -> Int {
    guard value.isFinite else { return value > 0 ? 1_000_000_000_000_000 : 0 }
    return Int(exactly: min(1e15, max(0, value)).rounded()) ?? 0
  }

  /// Steps between evaluations: as given, or a twentieth of the run.
  public func evaluationSteps(_ settings: PretrainSettings) -> Int {
    settings.evaluationSteps ?? max(1, steps / 20)
  }

  /// The plan as it is kept in `state.json` and `resolved.yaml`.
  public var json: JSONValue {
    [
      "steps": JSONValue(steps), "warmup_steps": JSONValue(warmupSteps), "horizon": JSONValue(horizon),
      "steps_per_epoch": JSONValue(stepsPerEpoch),
    ]
  }

  /// A plan as it was kept; nil if something is missing or not a count.
  public init?(json: JSONValue) {
    guard let steps = json["steps"]?.int, let warmup = json["warmup_steps"]?.int, let horizon = json["horizon"]?.int,
      let perEpoch = json["steps_per_epoch"]?.int, steps > 0, warmup >= 0, horizon > 0, perEpoch > 0
    else { return nil }
    self.init(steps: steps, warmupSteps: warmup, horizon: horizon, stepsPerEpoch: perEpoch)
  }
}
