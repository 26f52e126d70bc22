/// The lines of a run where nobody watches: one a minute, one for each stage that ends.
public struct PlainLines {
  private let style: TerminalStyle

  /// Lines without colors.
  public init(hasUnicode: Bool = true) {
    style = TerminalStyle(width: 10_000, hasColor: false, hasUnicode: hasUnicode)
  }

  /// `14:20 pretrain: step 184,320 of 300,000 (61 %), loss 2.114 (MLM 2.071 NSP 0.043), …`; nil where nothing runs.
  /// A stage that has nothing to tell yet has begun.
  public func progress(_ view: RunView) -> String? {
    guard let stage = view.stages.first(where: { $0.state == .running }) else { return nil }
    var parts = stage.summary.isEmpty ? [] : [stage.summary]
    if let progress = stage.progress {
      let percent = "(\(Int(100 * progress.share)) %)"
      if parts.isEmpty { parts = [percent] } else { parts[0] += " \(percent)" }
    }
    if let training = stage.training { parts += self.training(training) }
    if let seconds = stage.progress?.secondsLeft {
      parts.append("\(Figures.duration(seconds)) left (\(view.now.after(seconds).description(from: view.now)))")
    }
    return line(view.now, stage.name, parts.isEmpty ? "begun" : parts.joined(separator: ", "))
  }

  private func training(_ view: TrainingView) -> [String] {
    let terms =
      view.terms.count > 1 ? " (" + view.terms.map { "\($0.name) \($0.text)" }.joined(separator: " ") + ")" : ""
    var parts = ["loss \(Figures.fixed(view.loss, 3))\(terms)", "lr \(Figures.scientific(view.learningRate))"]
    parts.append("\(Figures.rate(view.tokensPerSecond)) tokens/s")
    if let share = view.shareOfPeak { parts.append("\(Figures.percent(share, digits: 0)) of peak") }
    if let bytes = view.memoryBytes { parts.append(Figures.bytes(bytes)) }
    if let evaluation = view.evaluation {
      let figures = evaluation.figures.map { " \($0.name) \($0.text)" }.joined()
      parts.append(
        "validation at \(Figures.count(evaluation.step)): \(Figures.fixed(evaluation.loss, 3))"
          + (evaluation.isBest ? " (best)" : "") + figures)
    }
    if let saved = view.saved { parts.append("saved step \(Figures.count(saved.step))") }
    return parts
  }

  /// `14:20 corpus: done in 6m 12s: 412 shards · 40.2 GB`; nil for a stage that has not ended.
  public func end(_ stage: StageView, now: LocalTime) -> String? {
    switch stage.state {
    case .waiting, .running: return nil
    case .failed: return line(now, stage.name, "stopped with an error")
    case .done(let seconds):
      let time = seconds.map { "done in \(Figures.duration($0))" } ?? "was done before"
      return line(now, stage.name, stage.summary.isEmpty ? time : "\(time): \(stage.summary)")
    }
  }

  /// `14:20 pretrain: worker 1 was killed by signal 9 after step 1,204; replaced, nothing is lost`.
  public func note(_ stage: String, _ text: String, now: LocalTime) -> String { line(now, stage, text) }

  private func line(_ now: LocalTime, _ name: String, _ text: String) -> String {
    style.plain(TerminalStyle.harmless("\(now.clock) \(name): \(text)"))
  }
}
