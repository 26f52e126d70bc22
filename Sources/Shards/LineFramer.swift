/// A record a line. Blank lines are no records.
struct LineFramer: RecordFramer {
  let limit: Int
  private(set) var line: Int

  init(limit: Int, line: Int) {
    self.limit = limit
    self.line = line
  }

  mutating func next(_ window: inout ByteWindow) throws(ShardError) -> RawRecord? {
    while true {
      var record = RawRecord(offset: window.offset, line: line)
      switch try window.lineEnd(from: 0, limit: limit) {
      case .newline(let end):
        record.extent = window.trimmed(0, end)
        record.length = end + 1
      case .end(let end):
        guard end > 0 else { return nil }
        record.extent = window.trimmed(0, end)
        record.length = end
      case .tooLong:
        record.extent = 0..<limit
        record.issue = .tooLong
      }
      guard record.issue == nil, window[record.extent].isBlank else { return record }
      try finish(record, &window)
    }
  }

  mutating func finish(_ record: RawRecord, _ window: inout ByteWindow) throws(ShardError) {
    line += 1
    guard record.issue == .tooLong else { return window.consume(record.length) }
    while true {
      if let newline = window.newline(from: 0) { return window.consume(newline + 1) }
      window.consume(window.count)
      if !(try window.grow()) { return }
    }
  }
}

/// A record of lines up to a blank one or the end; the line end of its last line is not part of it.
struct ParagraphFramer: RecordFramer {
  let limit: Int
  private(set) var line: Int
  private var recordLines = 0

  init(limit: Int, line: Int) {
    self.limit = limit
    self.line = line
  }

  mutating func next(_ window: inout ByteWindow) throws(ShardError) -> RawRecord? {
    var record = RawRecord(offset: window.offset, line: line)
    var first = 0
    recordLines = 0
    while true {
      let end: Int
      let isLast: Bool
      switch try window.lineEnd(from: first, limit: limit) {
      case .newline(let newline): (end, isLast) = (newline, false)
      case .end(let count): (end, isLast) = (count, true)
      case .tooLong:
        record.extent = 0..<limit
        record.issue = .tooLong
        return record
      }
      let isBlank = window[first..<end].isBlank
      if !isBlank { record.extent = window.trimmed(0, end) }
      first = isLast ? end : end + 1
      if !isLast { recordLines += 1 }
      record.length = first
      guard isBlank || isLast else { continue }
      if !record.extent.isEmpty { return record }
      try finish(record, &window)
      if isLast { return nil }
      record = RawRecord(offset: window.offset, line: line)
      (first, recordLines) = (0, 0)
    }
  }

  mutating func finish(_ record: RawRecord, _ window: inout ByteWindow) throws(ShardError) {
    guard record.issue == .tooLong else {
      line += recordLines
      return window.consume(record.length)
    }
    line += window[0..<limit].count { $0 == 0x0A }
    var isBlank = window[limit - 1] == 0x0A
    window.consume(limit)
    while true {
      guard let newline = window.newline(from: 0) else {
        isBlank = isBlank && window[0..<window.count].isBlank
        window.consume(window.count)
        if try window.grow() { continue }
        return
      }
      isBlank = isBlank && window[0..<newline].isBlank
      window.consume(newline + 1)
      line += 1
      if isBlank { return }
      isBlank = true
    }
  }
}

/// The whole shard as one record, its last line end included.
struct WholeFramer: RecordFramer {
  let limit: Int
  let line = 1

  mutating func next(_ window: inout ByteWindow) throws(ShardError) -> RawRecord? {
    var record = RawRecord(offset: window.offset, line: line)
    while window.count <= limit {
      if try window.grow() { continue }
      guard window.count > 0 else { return nil }
      record.extent = 0..<window.count
      record.length = window.count
      return record
    }
    record.extent = 0..<limit
    record.issue = .tooLong
    return record
  }

  mutating func finish(_ record: RawRecord, _ window: inout ByteWindow) throws(ShardError) {
    guard record.issue == .tooLong else { return window.consume(record.length) }
    repeat { window.consume(window.count) } while try window.grow()
  }
}
