/// One walk over UTF-8 text that marks where sentences end.
struct SentenceScanner {
  let text: UnsafeBufferPointer<UInt8>
  private var start = 0
  private var found: [Range<Int>] = []

  init(text: UnsafeBufferPointer<UInt8>) { self.text = text }

  mutating func ranges() -> [Range<Int>] {
    var place = 0
    while place < text.count {
      let byte = text[place]
      switch byte {
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        place = lineEnd(at: place)
      case UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "?"):
        place = mark(at: place)
      case 0xC0...:
        let (scalar, length) = self.scalar(at: place)
        if Self.wideMarks.contains(scalar) {
          place = afterClosers(after(marks: place))
          cut(at: place)
        } else if Self.marks.contains(scalar) {
          place = mark(at: place)
        } else {
          place += length
        }
      default:
        place += 1
      }
    }
    cut(at: text.count)
    return found
  }

  /// Ends the sentence before `end`, unless only white space is in it.
  private mutating func cut(at end: Int) {
    var first = start
    var last = end
    while first < last, isSpace(text[first]) { first += 1 }
    while last > first, isSpace(text[last - 1]) { last -= 1 }
    if first < last { found.append(first..<last) }
    start = end
  }

  /// A line end: a boundary unless the next line goes on in lower case. Returns where the next line begins.
  private mutating func lineEnd(at place: Int) -> Int {
    var next = place
    var lines = 0
    while next < text.count, isSpace(text[next]) {
      if text[next] == UInt8(ascii: "\n") { lines += 1 }
      next += 1
    }
    let goesOn = lines < 2 && next < text.count && isLowercase(at: next) && !endsWithMark(before: place)
    if !goesOn { cut(at: next) }
    return next
  }

  private func endsWithMark(before end: Int) -> Bool {
    var last = end - 1
    while last >= start, isSpace(text[last]) { last -= 1 }
    guard last >= start else { return false }
    return text[last] == UInt8(ascii: "!") || text[last] == UInt8(ascii: "?") || text[last] == UInt8(ascii: ".")
  }

  /// A mark that may end a sentence. Returns where to go on.
  private mutating func mark(at place: Int) -> Int {
    let isFullStop = text[place] == UInt8(ascii: ".")
    let marksEnd = after(marks: place)
    let end = afterClosers(marksEnd)
    guard end < text.count, isSpace(text[end]) else { return end }
    var next = end
    while next < text.count, isSpace(text[next]), text[next] != UInt8(ascii: "\n") { next += 1 }
    guard next < text.count, text[next] != UInt8(ascii: "\n"), text[next] != UInt8(ascii: "\r") else { return end }
    let standsAlone = place > start && isSpace(text[place - 1])
    if standsAlone {
      cut(at: end)
    } else if !isLowercase(at: afterOpeners(next)) {
      if !(isFullStop && marksEnd == place + 1 && isAbbreviation(before: place)) { cut(at: end) }
    }
    return end
  }

  /// The end of a run of marks such as `?!` or `...`.
  private func after(marks place: Int) -> Int {
    var end = place
    while end < text.count {
      let (scalar, length) = self.scalar(at: end)
      guard Self.marks.contains(scalar) || Self.wideMarks.contains(scalar) else { break }
      end += length
    }
    return end
  }

  private func afterClosers(_ place: Int) -> Int {
    var end = place
    while end < text.count {
      let (scalar, length) = self.scalar(at: end)
      guard Self.closers.contains(scalar) else { break }
      end += length
    }
    return end
  }

  private func afterOpeners(_ place: Int) -> Int {
    var next = place
    while next < text.count {
      let (scalar, length) = self.scalar(at: next)
      guard Self.openers.contains(scalar) else { break }
      next += length
    }
    return next
  }

  /// True if the full stop at `place` belongs to an abbreviation or to a single letter.
  private func isAbbreviation(before place: Int) -> Bool {
    var first = place
    while first > start, !isSpace(text[first - 1]), place - first < 16 { first -= 1 }
    first = min(place, afterOpeners(first))
    let word = text[first..<place]
    if word.count == 1, let letter = word.first, letter | 0x20 >= 0x61, letter | 0x20 <= 0x7A {
      return letter != UInt8(ascii: "I")
    }
    let lower = word.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    return SentenceSplitter.abbreviations.contains(String(decoding: lower, as: UTF8.self))
  }

  private func isLowercase(at place: Int) -> Bool {
    guard place < text.count else { return false }
    let byte = text[place]
    if byte < 0x80 { return (0x61...0x7A).contains(byte) }
    return Unicode.Scalar(scalar(at: place).value)?.properties.isLowercase ?? false
  }

  private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  /// The scalar at a place of valid UTF-8 and its bytes.
  private func scalar(at place: Int) -> (value: UInt32, length: Int) {
    let lead = text[place]
    if lead < 0x80 { return (UInt32(lead), 1) }
    let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
    guard place + length <= text.count else { return (0xFFFD, text.count - place) }
    var value = UInt32(lead) & (0x7F >> UInt32(length))
    for offset in 1..<length { value = value << 6 | UInt32(text[place + offset] & 0x3F) }
    return (value, length)
  }

  private static let marks = SentenceScanner.scalars(".!?…؟।॥։።")
  private static let wideMarks = SentenceScanner.scalars("。！？｡")
  private static let closers = scalars("\"')]}”’»›」』）】》〉")
  private static let openers = scalars("\"'([{“‘«‹¿¡—-")

  private static func scalars(_ text: String) -> Set<UInt32> { Set(text.unicodeScalars.map(\.value)) }
}
