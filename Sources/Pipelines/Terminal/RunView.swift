/// What a run looks like at one moment: all that the terminal shows, as plain values.
public struct RunView: Equatable, Sendable {
  /// The first line: version, workers, machine, folder.
  public var header: String
  /// The stages, in order.
  public var stages: [StageView]
  /// A word for the person, such as how to stop.
  public var notice: String
  /// The time.
  public var now: LocalTime

  /// A view.
  public init(header: String, stages: [StageView], notice: String = "", now: LocalTime) {
    self.header = header
    self.stages = stages
    self.notice = notice
    self.now = now
  }
}

/// One stage of a run.
public struct StageView: Equatable, Sendable {
  /// How far a stage is.
  public enum State: Equatable, Sendable {
    /// Its turn has not come.
    case waiting
    /// It runs.
    case running
    /// It is done, after so many seconds; nil if an earlier start of the run did it.
    case done(seconds: Double?)
    /// It stopped with an error.
    case failed
  }

  /// Its name.
  public var name: String
  /// How far it is.
  public var state: State
  /// What there is to say, parts joined by ` · `.
  public var summary: String
  /// How much of it is done, nil where that is not known.
  public var progress: Progress?
  /// What training reports, while it trains.
  public var training: TrainingView?

  /// A stage.
  public init(
    _ name: String, _ state: State, summary: String = "", progress: Progress? = nil, training: TrainingView? = nil
  ) {
    self.name = name
    self.state = state
    self.summary = summary
    self.progress = progress
    self.training = training
  }

  /// A count towards a known end.
  public struct Progress: Equatable, Sendable {
    /// So much is done.
    public var done: Int
    /// Of so much.
    public var total: Int
    /// Seconds to the end, nil while not known.
    public var secondsLeft: Double?

    /// A count towards a known end.
    public init(done: Int, total: Int, secondsLeft: Double? = nil) {
      self.done = done
      self.total = total
      self.secondsLeft = secondsLeft
    }

    /// Between 0 and 1.
    public var share: Double { total > 0 ? min(1, max(0, Double(done) / Double(total))) : 0 }
  }
}

/// What training reports.
public struct TrainingView: Equatable, Sendable {
  /// The mean loss of late.
  public var loss: Double
  /// Losses so far, thinned out, for the curve.
  public var history: [Double]
  /// Each term with its name and mean loss; shown if there are several.
  public var terms: [Figure]
  /// The learning rate.
  public var learningRate: Double
  /// Tokens a second.
  public var tokensPerSecond: Double
  /// The share of the machine's peak arithmetic, nil if not measured.
  public var shareOfPeak: Double?
  /// Bytes of memory in use.
  public var memoryBytes: Int?
  /// The last evaluation.
  public var evaluation: Evaluation?
  /// The last checkpoint.
  public var saved: Saved?

  /// A name with a number.
  public struct Figure: Equatable, Sendable {
    /// The name.
    public var name: String
    /// The number, as it is shown.
    public var text: String

    /// A named number.
    public init(_ name: String, _ text: String) {
      self.name = name
      self.text = text
    }
  }

  /// An evaluation.
  public struct Evaluation: Equatable, Sendable {
    /// After this step.
    public var step: Int
    /// The loss.
    public var loss: Double
    /// Whether it is the best so far.
    public var isBest: Bool
    /// Accuracies and the like.
    public var figures: [Figure]

    /// An evaluation.
    public init(step: Int, loss: Double, isBest: Bool, figures: [Figure] = []) {
      self.step = step
      self.loss = loss
      self.isBest = isBest
      self.figures = figures
    }
  }

  /// A checkpoint.
  public struct Saved: Equatable, Sendable {
    /// Of this step.
    public var step: Int
    /// So long ago.
    public var secondsAgo: Double

    /// A checkpoint.
    public init(step: Int, secondsAgo: Double) {
      self.step = step
      self.secondsAgo = secondsAgo
    }
  }

  /// Training that has begun.
  public init(
    loss: Double, history: [Double] = [], terms: [Figure] = [], learningRate: Double, tokensPerSecond: Double,
    shareOfPeak: Double? = nil, memoryBytes: Int? = nil, evaluation: Evaluation? = nil, saved: Saved? = nil
  ) {
    self.loss = loss
    self.history = history
    self.terms = terms
    self.learningRate = learningRate
    self.tokensPerSecond = tokensPerSecond
    self.shareOfPeak = shareOfPeak
    self.memoryBytes = memoryBytes
    self.evaluation = evaluation
    self.saved = saved
  }
}
