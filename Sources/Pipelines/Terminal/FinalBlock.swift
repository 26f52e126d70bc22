/// What a finished run tells: each stage's result, scores beside their controls, what happened on the way, the
/// weights' digest, and the next commands.
public struct FinalBlock: Equatable, Sendable {
  /// A score of one task, beside those that it must beat to mean something.
  public struct Score: Equatable, Sendable {
    /// The task and the measure, such as `department accuracy`.
    public var name: String
    /// What each of them reached, in the order in which it is shown: pretrained, from scratch, bag of words.
    public var arms: [TrainingView.Figure]
    /// A remark, such as which one won.
    public var remark: String

    /// A score.
    public init(_ name: String, arms: [TrainingView.Figure], remark: String = "") {
      self.name = name
      self.arms = arms
      self.remark = remark
    }
  }

  /// The stages, done.
  public var stages: [StageView]
  /// Scores.
  public var scores: [Score]
  /// Times the run was interrupted, and steps done twice because of it.
  public var interruptions: (count: Int, lostSteps: Int)
  /// The weights' SHA-256.
  public var weightsDigest: String
  /// Where everything lies.
  public var folder: String
  /// Commands to type next, each with what it does.
  public var next: [TrainingView.Figure]
  /// Seconds of all stages.
  public var seconds: Double

  /// A finished run.
  public init(
    stages: [StageView], scores: [Score] = [], interruptions: (count: Int, lostSteps: Int) = (0, 0),
    weightsDigest: String = "", folder: String, next: [TrainingView.Figure] = [], seconds: Double
  ) {
    self.stages = stages
    self.scores = scores
    self.interruptions = interruptions
    self.weightsDigest = weightsDigest
    self.folder = folder
    self.next = next
    self.seconds = seconds
  }

  /// Whether two blocks say the same.
  public static func == (a: FinalBlock, b: FinalBlock) -> Bool {
    a.stages == b.stages && a.scores == b.scores && a.interruptions == b.interruptions
      && a.weightsDigest == b.weightsDigest && a.folder == b.folder && a.next == b.next && a.seconds == b.seconds
  }

  /// The lines of the block.
  public func lines(_ style: TerminalStyle) -> [String] {
    let block = ProgressLines(style)
    let labelWidth = block.nameWidth(stages) + 1
    var lines = block.lines(
      RunView(
        header: "Done in \(Figures.duration(seconds)) · \(folder)", stages: stages,
        now: LocalTime(day: 0, hour: 0, minute: 0)))
    let nameWidth = max(labelWidth, 1 + (scores.map { displayWidth($0.name) }.max() ?? 0))
    for score in scores {
      let arms = score.arms.map { "\($0.name) \($0.text)" }.joined(separator: "   ")
      let remark = score.remark.isEmpty ? "" : "   \(score.remark)"
      lines.append("  " + style.plain(padded(score.name, nameWidth) + arms + remark))
    }
    if interruptions.count > 0 {
      let times = interruptions.count == 1 ? "once" : Figures.count(interruptions.count, "time")
      lines.append("  interrupted \(times), \(Figures.count(interruptions.lostSteps, "step")) done again")
    }
    if !weightsDigest.isEmpty { lines.append("  " + padded("weights", labelWidth) + "sha256 \(weightsDigest)") }
    let commandWidth = next.map { displayWidth($0.name) }.max() ?? 0
    for (index, command) in next.enumerated() {
      lines.append(
        "  " + padded(index == 0 ? "next" : "", labelWidth) + padded(command.name, commandWidth + 3)
          + style.paint(style.plain("# \(command.text)"), .faint))
    }
    return lines
  }
}
