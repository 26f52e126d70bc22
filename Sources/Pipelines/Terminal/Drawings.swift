extension TerminalStyle {
  /// A bar of `width` columns, of which a share is done.
  func bar(_ share: Double, width: Int) -> String {
    let width = max(0, width)
    let done = min(width, max(0, Int((share * Double(width)).rounded(.down))))
    if !hasUnicode {
      return String(repeating: "=", count: done) + String(repeating: "-", count: width - done)
    }
    if done == width { return paint(String(repeating: "━", count: width), .good) }
    let rest = hasColor ? "━" : "─"
    return paint(String(repeating: "━", count: done), .active)
      + paint("╺" + String(repeating: rest, count: width - done - 1), .faint)
  }

  /// A curve of at most `width` columns: means of equal parts of `values`, the largest eight eighths high.
  func curve(_ values: [Double], width: Int = 10) -> String {
    let values = values.filter(\.isFinite)
    guard hasUnicode, width > 0, let low = values.min(), let high = values.max() else { return "" }
    let columns = min(width, values.count)
    let blocks: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    return String(
      (0..<columns).map { column in
        let part = values[column * values.count / columns..<(column + 1) * values.count / columns]
        let mean = part.reduce(0) { $0 + $1 / Double(part.count) }
        let level = high > low ? (mean - low) / (high - low) * 7 : 0
        return blocks[min(7, max(0, Int(level.rounded())))]
      })
  }
}
