import Glibc

/// The decoded bytes of a shard that are looked at now: it grows at its end and is consumed at its front.
///
/// Places are counted from the first byte not yet consumed.
struct ByteWindow {
  private let source: () -> StreamPart
  private var bytes: [UInt8] = []
  private var start = 0
  private var ending: StreamPart?
  /// The decoded byte of the shard that place 0 is.
  private(set) var offset: UInt64

  init(offset: UInt64, source: @escaping () -> StreamPart) {
    self.offset = offset
    self.source = source
  }

  /// Bytes that are there.
  var count: Int { bytes.count - start }

  /// The digest of the whole file, once the end was reached.
  var sha256: String? {
    if case .end(let sha256) = ending { sha256 } else { nil }
  }

  /// The byte at a place below `count`.
  subscript(place: Int) -> UInt8 { bytes[start + place] }

  /// The bytes at some places.
  subscript(places: Range<Int>) -> ArraySlice<UInt8> {
    bytes[start + places.lowerBound..<start + places.upperBound]
  }

  /// Adds the next piece; false at the end of the shard.
  mutating func grow() throws(ShardError) -> Bool {
    let part = ending ?? source()
    switch part {
    case .bytes(let piece):
      if start == bytes.count {
        bytes = piece
      } else {
        bytes.removeFirst(start)
        bytes.append(contentsOf: piece)
      }
      start = 0
      return true
    case .end:
      ending = part
      return false
    case .fault(let error):
      ending = part
      throw error
    }
  }

  /// Gives up the first bytes.
  mutating func consume(_ count: Int) {
    start += count
    offset += UInt64(count)
  }

  /// The first newline from a place on, among the bytes that are there.
  func newline(from place: Int) -> Int? {
    bytes.withUnsafeBytes { all in
      guard let base = all.baseAddress, start + place < all.count else { return nil }
      let first = base + (start + place)
      guard let found = memchr(first, 0x0A, all.count - start - place) else { return nil }
      return place + (UnsafeRawPointer(found) - first)
    }
  }

  /// How a line that begins at `first` ends.
  mutating func lineEnd(from first: Int, limit: Int) throws(ShardError) -> LineEnd {
    var searched = first
    while true {
      if let newline = newline(from: searched) { return newline > limit ? .tooLong : .newline(newline) }
      searched = count
      if searched > limit { return .tooLong }
      if !(try grow()) { return .end(searched) }
    }
  }

  /// The end of a line: a newline at a place, the end of the shard, or neither within the limit.
  enum LineEnd {
    case newline(Int)
    case end(Int)
    case tooLong
  }
}

/// One record as it stands in a window, before anything is made of it.
struct RawRecord {
  /// The decoded byte it begins at.
  var offset: UInt64
  /// The line it begins on, from 1.
  var line: Int
  /// Its bytes; of an over-long record the first ones.
  var extent = 0..<0
  /// The fields of a record with quotes.
  var fields: [Field] = []
  /// What is wrong with its form.
  var issue: RecordIssue?
  /// Bytes to give up after use, line end included.
  var length = 0

  /// A field's bytes, and whether pairs of quotes in them stand for one.
  struct Field {
    var extent: Range<Int>
    var hasPairedQuotes: Bool
  }
}

/// Cuts a window into records, whatever their length, in bounded memory.
protocol RecordFramer {
  /// The line the next record begins on, from 1, or the first line after it.
  var line: Int { get }

  /// The next record; `nil` at the end.
  mutating func next(_ window: inout ByteWindow) throws(ShardError) -> RawRecord?

  /// Steps behind a record.
  mutating func finish(_ record: RawRecord, _ window: inout ByteWindow) throws(ShardError)
}

extension ArraySlice<UInt8> {
  /// True if all bytes are spaces, tabs or carriage returns.
  var isBlank: Bool { allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D } }
}

extension ByteWindow {
  /// The places from `first` to a line's end, without the carriage return before its newline.
  func trimmed(_ first: Int, _ end: Int) -> Range<Int> {
    first..<(end > first && self[end - 1] == 0x0D ? end - 1 : end)
  }
}
