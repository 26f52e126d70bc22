/// The sequences that draw a block of lines over the one drawn before. Pure: what to write comes out as text.
public struct LiveBlock: Sendable {
  private var drawnLines = 0

  /// Nothing drawn yet.
  public init() {}

  /// Draws `lines` where the last block stood; of more than `height` lines the last ones.
  public mutating func draw(_ lines: [String], height: Int) -> String {
    let lines = lines.suffix(max(1, height - 1))
    var text = start
    for line in lines { text += line + "\u{1B}[K\n" }
    drawnLines = lines.count
    return text + "\u{1B}[J"
  }

  /// Puts `line` above the block for good and draws the block again below it.
  public mutating func insert(_ line: String, above lines: [String], height: Int) -> String {
    let text = start + line + "\u{1B}[K\n"
    drawnLines = 0
    return text + draw(lines, height: height)
  }

  /// Leaves what is drawn where it is.
  public mutating func leave() { drawnLines = 0 }

  /// To the first line of what is drawn.
  private var start: String { drawnLines > 0 ? "\r\u{1B}[\(drawnLines)A" : "" }
}
