import ArgumentParser
import DurableFiles
import FoundationEssentials
import Glibc
import JSON
import Kernels
import Pipelines
import Tensors

/// What a person sees of a run: the live display, the log, and the block at the end.
struct RunSession {
  let monitor: RunMonitor
  private let runner: PipelineRunner
  private let display: ProgressDisplay
  private let isCausal: Bool
  private let started = Date()

  init(_ runner: PipelineRunner, _ configuration: PipelineConfiguration) throws {
    self.runner = runner
    isCausal = configuration.model.resolvedFamily?.isCausal == true
    let environment = ProcessInfo.processInfo.environment
    let threads = Machine.threadCount(configuration)
    let blas = Machine.start(threads: threads)
    let precision = configuration.pretrain?.precision ?? .float32
    let peak = Machine.peak(precision)
    try runner.prepare()
    let log = try? AppendFile(runner.folder.log, isSynchronized: false)
    display = ProgressDisplay(environment: environment) { line in try? log?.append(line) }
    var header =
      "Cloze \(Cloze.configuration.version) · \(ProcessLayout(configuration).text) · "
    header += "\(Machine.levelName(precision)) \(precision.here.rawValue), "
    header += "\(Figures.fixed(peak, 0)) GFLOP/s measured"
    if blas.isMended { header += " · OpenBLAS mended: \(blas.detectedCore) → \(blas.core)" }
    if precision != precision.here { header += " · no unit for bfloat16 here: float32 instead" }
    header += " · \(runner.folder.path)"
    monitor = RunMonitor(display, header: header, stages: try runner.stageNames(), peak: peak)
    monitor.show()
  }

  /// The block at the end of a run that is done.
  func finish(_ record: RunRecord, pipeline: String) {
    let folder = runner.folder.path
    let pretrain = record.stages["pretrain"]?.figures
    var next: [TrainingView.Figure] = []
    if let firstUse = record.stages.keys.filter({ $0.hasPrefix("finetune ") }).sorted().first {
      let use = firstUse.dropFirst("finetune ".count)
      next.append(.init("echo 'some text' | cloze predict \(folder)/finetune/\(use) -", "labels with probabilities"))
    }
    if pretrain != nil, isCausal {
      next.append(.init("cloze generate \(folder) --prompt 'The '", "continue a text"))
    } else if pretrain != nil {
      next.append(.init("cloze fill-mask \(folder) 'a [MASK] text'", "what could stand there"))
    }
    let block = FinalBlock(
      stages: monitor.stageViews, scores: scores(record),
      interruptions: (max(0, record.starts - 1), record.repeatedSteps),
      weightsDigest: pretrain?["weights_sha256"]?.string ?? "", folder: folder, next: Array(next.prefix(2)),
      seconds: record.seconds)
    display.finish(block.lines(style))
  }

  /// The lines after a stop on request.
  func stopped(_ stopped: StoppedOnRequest) {
    let standing = stopped.standing.hasPrefix("step ") ? "at \(stopped.standing)" : stopped.standing
    display.finish(["", "Stopped \(standing); everything is saved. The same command goes on."])
  }

  /// The table that `--profile` has made, or why there is none.
  func showProfile() {
    let path = runner.folder.profileReport
    let modified = (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
    guard let modified, modified >= started, let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      return display.finish(["", "No profile: it needs four steps of training, and so many were not left to do."])
    }
    display.finish(
      [""] + text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        + ["\(runner.folder.profileTrace) opens in chrome://tracing and ui.perfetto.dev"])
  }

  private var style: TerminalStyle {
    let environment = ProcessInfo.processInfo.environment
    var style = TerminalStyle(environment: environment, width: Terminal.standardError.size.width)
    style.hasColor = style.hasColor && Terminal.standardError.isLive(environment: environment)
    return style
  }

  /// Every labeled task's accuracy beside its controls, even where they win.
  private func scores(_ record: RunRecord) -> [FinalBlock.Score] {
    record.stages.sorted { $0.key < $1.key }.compactMap { name, stage in
      guard name.hasPrefix("finetune "), let scores = stage.figures["scores"]?.object else { return nil }
      let arms = scores.pairs.compactMap { arm, value in
        value.double.map { TrainingView.Figure(arm.replacing("_", with: " "), Figures.percent($0)) }
      }
      return FinalBlock.Score(String(name.dropFirst("finetune ".count)) + " accuracy", arms: arms)
    }
  }
}
