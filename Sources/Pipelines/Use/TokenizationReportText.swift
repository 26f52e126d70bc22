import Tokenizers

/// Reports on the same text by one tokenizer or by two, as a table.
public struct TokenizationReportText {
  private let reports: [TokenizationReport]
  private let names: [String]

  /// Reports with the names of their tokenizers.
  public init(_ reports: [(name: String, report: TokenizationReport)]) {
    names = reports.map { TerminalStyle.harmless($0.name) }
    self.reports = reports.map(\.report)
  }

  /// The lines of the table and below it.
  public func lines(width: Int) -> [String] {
    guard let first = reports.first else { return [] }
    var rows = [["", "bytes/token", "tokens/word", "unknown"]]
    if reports.count > 1 {
      rows = [[""] + rows[0].dropFirst().flatMap { [$0] + names.dropFirst().map { _ in "" } }]
      rows.append([""] + rows[0].dropFirst().indices.map { names[($0 - 1) % names.count] })
    }
    rows.append(row("all", reports.map(\.total)))
    if first.sources.count > 1 {
      for index in first.sources.indices {
        rows.append(
          row("  \(TerminalStyle.harmless(first.sources[index].name))", reports.map { $0.sources[index].part }))
      }
    }
    for (script, _) in first.byScript {
      let parts = reports.map { report in
        report.byScript.first { $0.script == script }?.part ?? TokenizationReport.Part()
      }
      rows.append(row("  \(script?.rawValue ?? "no letters")", parts))
    }
    let widths = rows[0].indices.map { column in rows.map { displayWidth($0[column]) }.max() ?? 0 }
    var lines = rows.map { row in
      let cells = row.dropFirst().enumerated().map { index, cell in
        String(repeating: " ", count: widths[index + 1] - displayWidth(cell)) + cell
      }
      return padded(row[0], widths[0]) + "   " + cells.joined(separator: "   ")
    }
    for (name, report) in zip(names, reports) {
      let (used, all) = report.use
      let owner = reports.count > 1 ? " (\(name))" : ""
      lines.append(
        "used\(owner)  \(Figures.count(used)) of \(Figures.count(all)) tokens that text can hold"
          + (all > 0 ? ", \(Figures.percent(Double(used) / Double(all)))" : ""))
      let longest = report.longest(10).map { TerminalStyle.harmless($0.token) }.joined(separator: "  ")
      lines.append(cut("longest\(owner)  \(longest)", width))
    }
    return lines
  }

  private func row(_ name: String, _ parts: [TokenizationReport.Part]) -> [String] {
    [name] + parts.map { Figures.fixed($0.bytesPerToken, 2) } + parts.map { Figures.fixed($0.tokensPerWord, 2) }
      + parts.map { Figures.percent($0.unknownShare, digits: 2) }
  }
}

/// A text with the borders of its tokens.
public struct TokenBorders {
  private let text: [Unicode.Scalar]
  private let encoding: Encoding
  private let unknown: Int32?

  /// The borders that a tokenizer draws in `text`.
  public init(_ text: String, _ tokenizer: Tokenizer) {
    self.text = Array(text.unicodeScalars)
    encoding = tokenizer.encode(text, addingSpecialTokens: false)
    unknown = tokenizer.specials.unknown
  }

  /// The number of tokens.
  public var count: Int { encoding.count }

  /// The text: tokens in turn plain and in color on a terminal, unknown ones in red; else with bars between tokens that
  /// touch, unknown ones in brackets.
  public func rendered(_ style: TerminalStyle) -> String {
    var result = ""
    var end = 0
    for (place, range) in encoding.offsets.enumerated() {
      let isUnknown = encoding.ids[place] == unknown
      if range.lowerBound > end {
        result += harmless(end..<range.lowerBound)
      } else if place > 0, !style.hasColor {
        result += "|"
      }
      // A character's further bytes have nothing left to show.
      let piece = harmless(max(end, range.lowerBound)..<max(end, range.upperBound))
      let ink: TerminalStyle.Ink? = isUnknown ? .bad : place % 2 == 1 ? .active : nil
      result += style.hasColor ? ink.map { style.paint(piece, $0) } ?? piece : isUnknown ? "[\(piece)]" : piece
      end = max(end, range.upperBound)
    }
    return style.plain(result + harmless(end..<text.count))
  }

  private func harmless(_ range: Range<Int>) -> String {
    var piece = String.UnicodeScalarView()
    piece.append(contentsOf: text[range])
    return TerminalStyle.harmless(String(piece))
  }
}
