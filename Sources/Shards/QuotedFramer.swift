/// A table's records with RFC 4180 quotes: a quoted field may hold separators, newlines and doubled quotes.
///
/// A quote inside a field that does not begin with one is an ordinary character. Anything but a separator or a line
/// end behind a closing quote, and a quote never closed, make the record a bad one.
struct QuotedFramer: RecordFramer {
  let limit: Int
  let separator: UInt8
  private(set) var line: Int
  private var recordLines = 0

  init(limit: Int, separator: UInt8, line: Int) {
    self.limit = limit
    self.separator = separator
    self.line = line
  }

  private enum State {
    case fieldStart
    case plain
    case quoted
    case closed
    case broken
  }

  /// What is known of the record while its bytes go by.
  private struct Scan {
    var state = State.fieldStart
    var place = 0
    var fieldStart = 0
    var fieldEnd = 0
    var hasPairs = false
    var record: RawRecord

    mutating func endField(at end: Int) {
      if record.issue == nil { record.fields.append(.init(extent: fieldStart..<end, hasPairedQuotes: hasPairs)) }
      (state, fieldStart, hasPairs) = (.fieldStart, place + 1, false)
    }

    mutating func fail(_ issue: RecordIssue) {
      if record.issue == nil { record.issue = issue }
      record.fields = []
    }
  }

  mutating func next(_ window: inout ByteWindow) throws(ShardError) -> RawRecord? {
    try skipBlankLines(&window)
    var scan = Scan(record: RawRecord(offset: window.offset, line: line))
    recordLines = 0
    while true {
      if scan.place >= window.count, !(try window.grow()) {
        guard scan.place > 0 || scan.record.issue == .tooLong else { return nil }
        endOfShard(&scan)
        break
      }
      if scan.place > limit || scan.record.issue == .tooLong && scan.place > 0 {
        scan.fail(.tooLong)
        window.consume(scan.place)
        scan.place = 0
      }
      let byte = window[scan.place]
      if byte == 0x0A { recordLines += 1 }
      let isEnd = step(byte, &scan, window)
      scan.place += 1
      if isEnd { break }
    }
    scan.record.length = scan.place
    return scan.record
  }

  mutating func finish(_ record: RawRecord, _ window: inout ByteWindow) throws(ShardError) {
    line += recordLines
    window.consume(record.length)
  }

  /// Takes one byte; true if the record ends with it.
  private func step(_ byte: UInt8, _ scan: inout Scan, _ window: ByteWindow) -> Bool {
    let isNewline = byte == 0x0A
    switch scan.state {
    case .fieldStart where byte == 0x22:
      (scan.state, scan.fieldStart) = (.quoted, scan.place + 1)
    case .fieldStart, .plain:
      scan.state = .plain
      if byte == separator {
        scan.endField(at: scan.place)
      } else if isNewline {
        let hasReturn = scan.place > scan.fieldStart && window[scan.place - 1] == 0x0D
        scan.endField(at: hasReturn ? scan.place - 1 : scan.place)
        return true
      }
    case .quoted:
      if byte == 0x22 { (scan.state, scan.fieldEnd) = (.closed, scan.place) }
    case .closed:
      if byte == 0x22, scan.place == scan.fieldEnd + 1 {
        (scan.state, scan.hasPairs) = (.quoted, true)
      } else if byte == separator || isNewline {
        scan.endField(at: scan.fieldEnd)
        return isNewline
      } else if byte != 0x0D {
        scan.fail(.brokenQuotes)
        scan.state = .broken
      }
    case .broken:
      return isNewline
    }
    return false
  }

  private func endOfShard(_ scan: inout Scan) {
    switch scan.state {
    case .fieldStart, .plain: scan.endField(at: scan.place)
    case .closed: scan.endField(at: scan.fieldEnd)
    case .quoted: scan.fail(.brokenQuotes)
    case .broken: break
    }
  }

  private mutating func skipBlankLines(_ window: inout ByteWindow) throws(ShardError) {
    while true {
      while window.count < 2, try window.grow() {}
      let length = window.count > 0 && window[0] == 0x0A ? 1 : 2
      guard window.count >= length, window[length - 1] == 0x0A, length == 1 || window[0] == 0x0D else { return }
      window.consume(length)
      line += 1
    }
  }
}
