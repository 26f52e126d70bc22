import Dispatch
import DurableFiles
import FoundationEssentials
import Glibc
import JSON
import Objectives
import Training

/// Writes `metrics.jsonl` and TensorBoard events from what the training reports. A file that can't be written stops
/// nothing: the error is kept and told once.
final class MetricsRecorder: PipelineObserver {
  private let folder: RunFolder
  private let interval: Int
  private var start: TrainingStart?
  private var metrics: MetricsFile?
  private var events: EventFile?
  private var tokenCount = 0
  private var recent: (tokens: Int, seconds: Double)?
  private(set) var failure: FileError?

  init(_ folder: RunFolder, loggingSteps: Int) {
    self.folder = folder
    interval = max(1, loggingSteps)
  }

  func observe(_ event: PipelineEvent) {
    do throws(FileError) {
      switch event {
      case .training(let start): try begin(start)
      case .trained(.step(let report)): try record(report)
      case .trained(.evaluation(let step, let sums, _)): try record(sums, step: step)
      default: break
      }
    } catch {
      failure = failure ?? error
    }
  }

  private func begin(_ start: TrainingStart) throws(FileError) {
    self.start = start
    tokenCount = start.tokenCount
    try folder.fileSystem.makeFolders(folder.tensorBoard)
    // A start that ended before its first checkpoint has left lines of steps that are taken again.
    let hasLines = try folder.fileSystem.status(folder.metrics, followingLinks: true).map { $0.bytes > 0 } ?? false
    let resumed = start.step > 0 || hasLines ? start.step : nil
    metrics = try MetricsFile(folder.metrics, resumedAt: resumed, fileSystem: folder.fileSystem)
    events = try EventFile(
      folder: folder.tensorBoard, host: ProcessInfo.processInfo.hostName, wallTime: Date().timeIntervalSince1970,
      resumedAt: resumed, fileSystem: folder.fileSystem)
  }

  private func record(_ report: StepReport) throws(FileError) {
    guard let start else { return }
    tokenCount += report.sums.tokenCount
    guard report.step % interval == 0 || report.step == start.steps else { return }
    var record = MetricRecord(
      step: report.step, epoch: Double(report.step) / Double(start.stepsPerEpoch), loss: report.loss,
      learningRate: report.learningRate, gradientNorm: report.gradientNorm, tokens: tokenCount,
      tokensPerSecond: speed(), wallTime: Date().timeIntervalSince1970)
    if start.terms.count > 1 {
      record.terms = start.terms.indices.map { (start.terms[$0].name, report.sums.mean($0)) }
    }
    try write(record)
  }

  private func record(_ sums: TermSums, step: Int) throws(FileError) {
    guard let start else { return }
    let scores = EvaluationScores(sums, terms: start.terms, unigram: nil)
    let values = scores.json.pairs.compactMap { name, value in value.double.map { (name: name, value: $0) } }
    try write(
      MetricRecord(
        step: step, epoch: Double(step) / Double(start.stepsPerEpoch), tokens: tokenCount, evaluation: values,
        wallTime: Date().timeIntervalSince1970))
    recent = nil
  }

  private func write(_ record: MetricRecord) throws(FileError) {
    try metrics?.append(record)
    try events?.append(record)
  }

  /// Tokens a second since the last record.
  private func speed() -> Double? {
    let now = Double(DispatchTime.now().uptimeNanoseconds) / 1e9
    defer { recent = (tokenCount, now) }
    guard let recent, now > recent.seconds else { return nil }
    return Double(tokenCount - recent.tokens) / (now - recent.seconds)
  }
}
