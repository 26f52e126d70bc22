import Dispatch
import FoundationEssentials
import Glibc
import Objectives
import Training

/// Turns a pipeline's events into what the terminal shows.
public final class RunMonitor: PipelineObserver {
  private let display: ProgressDisplay
  private let header: String
  private let peak: Double?
  private var stages: [StageView]
  private var training: TrainingProgress?
  private let notice = "Ctrl-C saves and stops; the same command goes on"

  /// A monitor of the named stages.
  ///
  /// - Parameter peak: the machine's measured peak in GFLOP/s, nil if it was not measured.
  public init(_ display: ProgressDisplay, header: String, stages: [String], peak: Double?) {
    self.display = display
    self.header = header
    self.peak = peak
    self.stages = stages.map { StageView($0, .waiting) }
  }

  /// The stages as they stand.
  public var stageViews: [StageView] { stages }

  /// Takes an event in, and shows it if it is time to.
  public func observe(_ event: PipelineEvent) {
    var isUrgent = true
    switch event {
    case .began(let stage): change(stage) { $0.state = .running }
    case .advanced(let stage, let done, let total, let unit):
      isUrgent = false
      change(stage) { view in
        view.summary =
          total.map { "\(Figures.count(done)) of \(Figures.count($0)) \(unit)" } ?? "\(Figures.count(done)) \(unit)"
      }
    case .noted(let stage, let text):
      change(stage) { $0.summary = text }
      display.note(stage, text, at: LocalTime(secondsSince1970: Date().timeIntervalSince1970))
    case .finished(let stage, let summary, let seconds, let wasDone):
      change(stage) { view in
        view.state = .done(seconds: wasDone ? nil : seconds)
        view.summary = summary
        view.progress = nil
        view.training = nil
      }
    case .training(let start): training = TrainingProgress(start, peak: peak, now: now)
    case .trained(let event):
      isUrgent = false
      training?.observe(event, now: now)
      if let training {
        change("pretrain") { view in
          view.summary = training.text
          view.progress = training.progress()
          view.training = training.view(now: now)
        }
      }
    }
    show(force: isUrgent)
  }

  /// Shows the view at once.
  public func show(force: Bool = true) {
    display.show(
      RunView(
        header: header, stages: stages, notice: notice,
        now: LocalTime(secondsSince1970: Date().timeIntervalSince1970)), at: now, force: force)
  }

  /// Marks the running stage as failed and leaves the block.
  public func fail() {
    for index in stages.indices where stages[index].state == .running { stages[index].state = .failed }
    show()
  }

  private func change(_ name: String, _ body: (inout StageView) -> Void) {
    guard let index = stages.firstIndex(where: { $0.name == name }) else { return }
    body(&stages[index])
  }

  private var now: Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }
}

/// What the display keeps of a training.
private struct TrainingProgress {
  private let start: TrainingStart
  private let peak: Double?
  private var step: Int
  private var losses: [Double] = []
  private var last: StepReport?
  private var evaluation: TrainingView.Evaluation?
  private var saved: (step: Int, time: Double)?
  /// Step, tokens and time at the ends of the last minute or so, for speeds.
  private var marks: [(step: Int, tokens: Int, time: Double)] = []
  private var tokens = 0
  /// Tokens and steps a second at the last step, for the moments after an evaluation.
  private var rates: (tokens: Double, steps: Double)?

  init(_ start: TrainingStart, peak: Double?, now: Double) {
    self.start = start
    self.peak = peak
    step = start.step
    marks = [(start.step, 0, now)]
  }

  mutating func observe(_ event: TrainingEvent, now: Double) {
    switch event {
    case .step(let report):
      step = report.step
      tokens += report.sums.tokenCount
      last = report
      losses.append(report.loss)
      if losses.count > 512 {
        losses = stride(from: 1, to: losses.count, by: 2).map { (losses[$0] + losses[$0 - 1]) / 2 }
      }
      if now - (marks.last?.time ?? 0) >= 1 { marks.append((step, tokens, now)) }
      if marks.count > 60 { marks.removeFirst() }
      if let first = marks.first, step > first.step, now - first.time >= 0.5 {
        rates = (Double(tokens - first.tokens) / (now - first.time), Double(step - first.step) / (now - first.time))
      }
    case .evaluation(let step, let sums, let isBest):
      let figures = start.terms.indices.filter { start.terms[$0].name != "clm" }.map { index in
        TrainingView.Figure(start.terms[index].name.uppercased(), Figures.percent(sums.accuracy(index)))
      }
      evaluation = TrainingView.Evaluation(
        step: step, loss: sums.loss(start.terms), isBest: isBest, figures: figures)
      // Time that went into scoring is no part of the speed.
      marks = [(step, tokens, now)]
    case .saved(let step): saved = (step, now)
    }
  }

  var text: String { "step \(Figures.count(step)) of \(Figures.count(start.steps))" }

  func progress() -> StageView.Progress {
    StageView.Progress(
      done: step, total: start.steps, secondsLeft: rates.map { Double(start.steps - step) / $0.steps })
  }

  func view(now: Double) -> TrainingView? {
    guard let last else { return nil }
    let speed = rates?.tokens ?? 0
    let recent = losses.suffix(20)
    var view = TrainingView(
      loss: recent.reduce(0, +) / Double(max(1, recent.count)), history: losses, learningRate: last.learningRate,
      tokensPerSecond: speed)
    if start.terms.count > 1 {
      view.terms = start.terms.indices.map {
        TrainingView.Figure(start.terms[$0].name.uppercased(), Figures.fixed(last.sums.mean($0), 3))
      }
    }
    if let peak, peak > 0 { view.shareOfPeak = speed * start.flopsPerToken / (peak * 1e9) }
    view.memoryBytes = MemoryUse.bytes
    view.evaluation = evaluation
    view.saved = saved.map { TrainingView.Saved(step: $0.step, secondsAgo: now - $0.time) }
    return view
  }
}
