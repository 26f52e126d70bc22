import FoundationEssentials
import Glibc
import Pipelines

/// One line at the terminal that says how far a work is, with the time left; nothing where nobody looks.
final class StatusLine {
  private let isLive: Bool
  private let clock = ContinuousClock()
  private var lastDrawing: ContinuousClock.Instant?
  /// When the first part of the present work was done, and which.
  private var begin: (time: ContinuousClock.Instant, done: Int, total: Int)?

  init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    isLive = Terminal.standardError.isLive(environment: environment)
  }

  /// Shows a text and, once it can be told, how long the rest takes.
  func show(_ text: String, done: Int, of total: Int) {
    guard isLive else { return }
    let now = clock.now
    if begin?.total != total { begin = (now, done, total) }
    if let lastDrawing, lastDrawing.duration(to: now) < .milliseconds(200) { return }
    lastDrawing = now
    write(text + timeLeft(now, done: done, of: total))
  }

  /// Leaves the line empty.
  func clear() { if isLive, lastDrawing != nil { write("") } }

  private func timeLeft(_ now: ContinuousClock.Instant, done: Int, of total: Int) -> String {
    guard let begin, done > begin.done, done < total else { return "" }
    let share = Double(total - done) / Double(done - begin.done)
    return " · \(Figures.coarse(share * (begin.time.duration(to: now) / .seconds(1)))) left"
  }

  private func write(_ text: String) {
    Terminal.standardError.write("\r\u{1B}[K" + text.prefix(max(1, Terminal.standardError.size.width - 1)))
  }
}
