/// Shows a run: a live block where a person watches, a line a minute where not. A lost terminal is no error.
public final class ProgressDisplay {
  private let terminal: Terminal
  private let environment: [String: String]
  private let isLive: Bool
  private let plain: PlainLines
  private let log: (String) -> Void
  private var block = LiveBlock()
  private var lastDrawing = -Double.infinity
  private var lastLine = -Double.infinity
  private var ended: Set<String> = []
  private var isLost = false

  /// Seconds between drawings of the live block.
  public static let drawingSeconds = 0.2
  /// Seconds between plain lines.
  public static let lineSeconds = 60.0

  /// A display.
  /// - Parameter log: takes every plain line too, for `run.log`; on a terminal as elsewhere.
  public init(
    _ terminal: Terminal = .standardError, environment: [String: String], log: @escaping (String) -> Void = { _ in }
  ) {
    self.terminal = terminal
    self.environment = environment
    self.log = log
    isLive = terminal.isLive(environment: environment)
    plain = PlainLines(hasUnicode: TerminalStyle(environment: environment, width: 80).hasUnicode)
  }

  /// Shows `view` if it is time to.
  /// - Parameter seconds: a clock that only goes forward.
  public func show(_ view: RunView, at seconds: Double, force: Bool = false) {
    showEnds(view)
    if seconds - lastLine >= Self.lineSeconds {
      if let line = plain.progress(view) {
        emit(line)
        lastLine = seconds
      }
    }
    guard isLive, !isLost, force || seconds - lastDrawing >= Self.drawingSeconds else { return }
    lastDrawing = seconds
    let size = terminal.size
    let style = TerminalStyle(environment: environment, width: size.width)
    write(block.draw(ProgressLines(style).lines(view), height: size.height))
  }

  /// A plain line for each stage that has ended since.
  private func showEnds(_ view: RunView) {
    for stage in view.stages where !ended.contains(stage.name) {
      guard let line = plain.end(stage, now: view.now) else { continue }
      ended.insert(stage.name)
      emit(line)
    }
  }

  /// A plain line about something that happened in a stage.
  public func note(_ stage: String, _ text: String, at now: LocalTime) { emit(plain.note(stage, text, now: now)) }

  /// Writes lines below everything, for good.
  public func finish(_ lines: [String]) {
    if isLive { block.leave() }
    for line in lines { log(ProgressLines.withoutColors(line)) }
    write(lines.map { $0 + "\n" }.joined())
  }

  /// A line for the log, and for standard error where no block is drawn.
  private func emit(_ line: String) {
    log(line)
    if !isLive { write(line + "\n") }
  }

  private func write(_ text: String) {
    if !isLost, !terminal.write(text) { isLost = true }
  }
}
