/// The lines of the live block on a terminal. Pure: a view in, lines out.
public struct ProgressLines {
  private let style: TerminalStyle
  /// Columns used; the last is left free, where some terminals wrap.
  private let width: Int
  /// Columns of the stages' names.
  private var nameWidth = ProgressLines.leastNameWidth
  private static let leastNameWidth = 10
  private static let greatestNameWidth = 16

  /// Lines in a style.
  public init(_ style: TerminalStyle) {
    self.style = style
    width = max(20, min(style.width - 1, 120))
  }

  /// The block for a view: header, stages, what waits.
  public func lines(_ view: RunView) -> [String] {
    var sized = self
    sized.nameWidth = nameWidth(view.stages)
    return sized.sizedLines(view)
  }

  /// Columns for the names of all stages, those that wait too, so that nothing moves when their turn comes.
  func nameWidth(_ stages: [StageView]) -> Int {
    let longest = stages.map { displayWidth(Self.shortName($0.name)) }.max() ?? 0
    let limit = max(Self.leastNameWidth, min(Self.greatestNameWidth, width / 4))
    return min(limit, max(Self.leastNameWidth, longest))
  }

  /// `finetune department` is `department` where the whole has no room: what the stage brings tells its kind.
  static func shortName(_ name: String) -> String {
    guard displayWidth(name) > leastNameWidth, let space = name.firstIndex(of: " ") else { return name }
    return String(name[name.index(after: space)...])
  }

  /// Columns before what there is to say of a stage: mark, name, and the blanks behind them.
  private var indent: Int { nameWidth + 3 }

  private func sizedLines(_ view: RunView) -> [String] {
    var lines = [style.paint(fitted(view.header, width), .strong)]
    for stage in view.stages where stage.state != .waiting {
      lines += stage.state == .running ? running(stage, now: view.now) : [finished(stage)]
    }
    let waiting = view.stages.filter { $0.state == .waiting }.map { "· \($0.name)" }.joined(separator: "  ")
    if !waiting.isEmpty || !view.notice.isEmpty { lines.append(style.paint(sides(waiting, view.notice), .faint)) }
    return lines.map { line in
      let plain = Self.withoutColors(line)
      return displayWidth(plain) > width ? cut(plain, width, ellipsis: style.plain("…")) : line
    }
  }

  /// `✓ corpus     412 shards · 40.2 GB                6m 12s`
  private func finished(_ stage: StageView) -> String {
    var time = ""
    if case .done(let seconds) = stage.state { time = seconds.map(Figures.duration) ?? "done before" }
    let isFailed = stage.state == .failed
    let start = style.paint(style.plain(isFailed ? "✗" : "✓"), isFailed ? .bad : .good) + " " + label(stage.name)
    return start + sides(stage.summary, time, width: width - indent)
  }

  private func running(_ stage: StageView, now: LocalTime) -> [String] {
    let start = style.paint(style.plain("▸"), .active) + " " + style.paint(label(stage.name), .strong)
    let first = start + progress(stage, room: width - indent, now: now)
    return [first] + (stage.training.map { training($0) } ?? [])
  }

  /// `bert-mini, step 184,320 of 300,000 ━━━━━╺━━━ 61 %    1d 3h 34m left (Sat 14:20)`, parts left out as room shrinks.
  private func progress(_ stage: StageView, room: Int, now: LocalTime) -> String {
    guard let progress = stage.progress else { return fitted(stage.summary, room) }
    var left = ""
    if let seconds = progress.secondsLeft {
      left = "\(Figures.duration(seconds)) left (\(now.after(seconds).description(from: now)))"
    }
    let percent = " \(Int(100 * progress.share)) %"
    var text = fitted(stage.summary, max(12, room - displayWidth(percent)))
    let free = room - displayWidth(text) - displayWidth(percent) - 1
    var barWidth = free - displayWidth(left) - 4
    if barWidth < 8 {
      // Without the time of day first, then without the time.
      left = progress.secondsLeft.map { "\(Figures.duration($0)) left" } ?? ""
      barWidth = free - displayWidth(left) - 2
    }
    if barWidth < 6 {
      left = ""
      barWidth = free
    }
    if barWidth >= 6 { text += " " + style.bar(progress.share, width: min(26, barWidth)) }
    let used = displayWidth(Self.withoutColors(text)) + displayWidth(percent)
    return text + percent + gap(room - used, left) + left
  }

  private func gap(_ room: Int, _ right: String) -> String {
    right.isEmpty ? "" : String(repeating: " ", count: max(1, room - displayWidth(right)))
  }

  private func training(_ view: TrainingView) -> [String] {
    var terms = ""
    if view.terms.count > 1 { terms = " (" + view.terms.map { "\($0.name) \($0.text)" }.joined(separator: " ") + ")" }
    let curve = style.curve(view.history)
    var rates = ["loss \(Figures.fixed(view.loss, 3))\(curve.isEmpty ? "" : " " + curve)\(terms)"]
    rates.append("lr \(Figures.scientific(view.learningRate))")
    rates.append("\(Figures.rate(view.tokensPerSecond)) tokens/s")
    if let share = view.shareOfPeak { rates.append("\(Figures.percent(share, digits: 0)) of peak") }
    if let bytes = view.memoryBytes { rates.append(Figures.bytes(bytes)) }
    var lines = flowing(rates)
    var results: [String] = []
    if let evaluation = view.evaluation {
      let best = evaluation.isBest ? " (best)" : ""
      results.append("validation at \(Figures.count(evaluation.step)): \(Figures.fixed(evaluation.loss, 3))\(best)")
      results += evaluation.figures.map { "\($0.name) \($0.text)" }
    }
    if let saved = view.saved {
      results.append("saved \(Figures.coarse(saved.secondsAgo)) ago: step \(Figures.count(saved.step))")
    }
    if !results.isEmpty { lines += flowing(results) }
    return lines
  }

  /// Parts three blanks apart, on as many lines as they need.
  private func flowing(_ parts: [String]) -> [String] {
    var lines: [String] = []
    for part in parts {
      let part = style.plain(part)
      if let last = lines.last, displayWidth(last) + 3 + displayWidth(part) <= width {
        lines[lines.count - 1] = last + "   " + part
      } else {
        lines.append(String(repeating: " ", count: indent) + cut(part, width - indent, ellipsis: style.plain("…")))
      }
    }
    return lines
  }

  private func label(_ name: String) -> String {
    let name = style.plain(TerminalStyle.harmless(Self.shortName(name)))
    return padded(cut(name, nameWidth, ellipsis: style.plain("…")), nameWidth + 1)
  }

  /// Text in at most `room` columns: whole parts from the end are left out first.
  private func fitted(_ text: String, _ room: Int) -> String {
    var parts = style.plain(TerminalStyle.harmless(text)).split(
      separator: style.plain(" · "), omittingEmptySubsequences: false)
    while parts.count > 1, displayWidth(parts.joined(separator: style.plain(" · "))) > room { parts.removeLast() }
    return cut(parts.joined(separator: style.plain(" · ")), room, ellipsis: style.plain("…"))
  }

  private func sides(_ left: String, _ right: String, width: Int? = nil) -> String {
    let width = width ?? self.width
    let right = cut(style.plain(TerminalStyle.harmless(right)), width, ellipsis: style.plain("…"))
    let room = width - displayWidth(right) - (right.isEmpty ? 0 : 2)
    if room < 8 { return right }
    let text = fitted(left, room)
    return right.isEmpty ? text : padded(text, width - displayWidth(right)) + right
  }

  /// Text without color sequences, to measure it.
  static func withoutColors(_ text: String) -> String {
    var (result, isInside) = ("", false)
    for scalar in text.unicodeScalars {
      if scalar == "\u{1B}" { isInside = true }
      if !isInside { result.unicodeScalars.append(scalar) }
      if isInside, scalar == "m" { isInside = false }
    }
    return result
  }
}
