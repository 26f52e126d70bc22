/// The words of a text by one of the patterns of `WordPattern`, without a general matcher.
struct WordScanner {
  private let pattern: WordPattern
  private let text: UnsafeBufferPointer<UInt8>
  private let classes: WordClasses
  private let ascii: [WordClass]
  private(set) var position = 0

  init(_ text: UnsafeBufferPointer<UInt8>, pattern: WordPattern = .gpt2) {
    self.pattern = pattern
    self.text = text
    classes = WordClasses.shared
    ascii = Self.asciiClasses
  }

  private static let asciiClasses = (0..<128).map { WordClasses.shared($0) }

  /// The bytes of the next word; nil at the end of the text.
  mutating func next() -> Range<Int>? {
    guard position < text.count else { return nil }
    let start = position
    switch pattern {
    case .gpt2: position = endOfGPT2Word(from: start)
    case .cl100k: position = endOfWord(from: start, longestNumber: 3)
    case .qwen2: position = endOfWord(from: start, longestNumber: 1)
    case .o200k: position = endOfCasedWord(from: start)
    }
    return start..<position
  }

  // MARK: Patterns

  private func endOfGPT2Word(from start: Int) -> Int {
    let (first, length) = scalar(at: start)
    if first.has(.space) {
      guard text[start] == 0x20, start + 1 < text.count else { return endOfSpaces(from: start) }
      let (second, _) = scalar(at: start + 1)
      return second.has(.space) ? endOfSpaces(from: start) : endOfRun(of: second.kind, from: start + 1)
    }
    if text[start] == 0x27 {
      let end = endOfContraction(from: start, ignoresCase: false)
      if end > start { return end }
    }
    return endOfRun(of: first.kind, from: start + length)
  }

  /// GPT-4's pattern and its kin.
  private func endOfWord(from start: Int, longestNumber: Int) -> Int {
    let (first, length) = scalar(at: start)
    if first.has(.letter) { return endOfRun(of: .letter, from: start + length) }
    if first.has(.number) { return endOfNumber(from: start, longest: longestNumber) }
    if text[start] == 0x27 {
      let end = endOfContraction(from: start, ignoresCase: true)
      if end > start { return end }
    }
    let next = start + length
    if !first.has(.lineBreak), next < text.count, scalar(at: next).found.has(.letter) {
      return endOfRun(of: .letter, from: next)
    }
    return endOfOthers(from: start, first, length, takesSlashes: false)
  }

  /// GPT-4o's pattern: capitals, then small letters, then a contraction.
  private func endOfCasedWord(from start: Int) -> Int {
    let (first, length) = scalar(at: start)
    if first.has(.number) { return endOfNumber(from: start, longest: 3) }
    let takesPrefix = !first.has(.letter) && !first.has(.lineBreak)
    if takesPrefix, let end = endOfSmallLetters(from: start + length) { return endAfterContraction(from: end) }
    let isWord = first.has(.upper) || first.has(.lower)
    if isWord, let end = endOfSmallLetters(from: start) { return endAfterContraction(from: end) }
    if takesPrefix, let end = endOfCapitals(from: start + length) { return endAfterContraction(from: end) }
    if isWord, let end = endOfCapitals(from: start) { return endAfterContraction(from: end) }
    return endOfOthers(from: start, first, length, takesSlashes: true)
  }

  /// `upper* lower+`: where no small letter follows, the last scalar of both kinds serves as one.
  private func endOfSmallLetters(from start: Int) -> Int? {
    var place = start
    var endOfLastOfBoth: Int?
    while place < text.count {
      let (found, length) = scalar(at: place)
      if !found.has(.upper) { break }
      place += length
      if found.has(.lower) { endOfLastOfBoth = place }
    }
    let end = endOfRun(of: .lower, from: place)
    return end > place ? end : endOfLastOfBoth
  }

  /// `upper+ lower*`.
  private func endOfCapitals(from start: Int) -> Int? {
    let end = endOfRun(of: .upper, from: start)
    return end > start ? endOfRun(of: .lower, from: end) : nil
  }

  // MARK: Parts

  @inline(__always) private func scalar(at place: Int) -> (found: WordClass, length: Int) {
    let byte = text[place]
    if byte < 0x80 { return (ascii[Int(byte)], 1) }
    let (scalar, length) = UTF8Text.scalar(in: text, at: place)
    return (classes(scalar), length)
  }

  @inline(__always) private func endOfRun(of wanted: WordClass, from start: Int) -> Int {
    var place = start
    while place < text.count {
      let (found, length) = scalar(at: place)
      if !found.has(wanted) { break }
      place += length
    }
    return place
  }

  private func endOfNumber(from start: Int, longest: Int) -> Int {
    var place = start
    for _ in 0..<longest where place < text.count {
      let (found, length) = scalar(at: place)
      if !found.has(.number) { break }
      place += length
    }
    return place
  }

  /// ` ?[^\s\p{L}\p{N}]+` and the line breaks after it, or white space.
  @inline(__always) private func endOfOthers(
    from start: Int, _ first: WordClass, _ length: Int, takesSlashes: Bool
  ) -> Int {
    let next = start + length
    let follows = text[start] == 0x20 && next < text.count && scalar(at: next).found.has(.other)
    guard follows || first.has(.other) else { return endOfSpacesAndBreaks(from: start) }
    var end = endOfRun(of: .other, from: next)
    while end < text.count, text[end] == 0x0A || text[end] == 0x0D || takesSlashes && text[end] == 0x2F { end += 1 }
    return end
  }

  /// White space up to the end of the text, or leaving its last scalar to what follows.
  private func endOfSpaces(from start: Int) -> Int { endOfSpaces(from: start, to: endOfRun(of: .space, from: start)) }

  private func endOfSpaces(from start: Int, to end: Int) -> Int {
    if end == text.count { return end }
    var last = end - 1
    while !UTF8Text.isStart(text[last]) { last -= 1 }
    return last > start ? last : end
  }

  /// White space up to its last line break if it holds one.
  private func endOfSpacesAndBreaks(from start: Int) -> Int {
    let end = endOfRun(of: .space, from: start)
    var place = end
    while place > start {
      if text[place - 1] == 0x0A || text[place - 1] == 0x0D { return place }
      place -= 1
    }
    return endOfSpaces(from: start, to: end)
  }

  @inline(__always) private func endAfterContraction(from place: Int) -> Int {
    guard place < text.count, text[place] == 0x27 else { return place }
    return endOfContraction(from: place, ignoresCase: true)
  }

  /// The end of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d`; the apostrophe's place where there is none. The long s
  /// is an s when case is ignored.
  private func endOfContraction(from start: Int, ignoresCase: Bool) -> Int {
    func letter(_ place: Int) -> UInt8 {
      guard place < text.count else { return 0 }
      let byte = text[place]
      return ignoresCase && (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
    switch letter(start + 1) {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"): return letter(start + 2) == UInt8(ascii: "e") ? start + 3 : start
    case UInt8(ascii: "l"): return letter(start + 2) == UInt8(ascii: "l") ? start + 3 : start
    default: break
    }
    let isLongS = ignoresCase && start + 2 < text.count && text[start + 1] == 0xC5 && text[start + 2] == 0xBF
    return isLongS ? start + 3 : start
  }
}

extension WordClass {
  /// Whether a flag is set, without the detour over sets.
  @inline(__always) fileprivate func has(_ flag: WordClass) -> Bool { rawValue & flag.rawValue != 0 }

  /// The part of the flags that GPT-2's pattern tells apart.
  @inline(__always) fileprivate var kind: WordClass { WordClass(rawValue: rawValue & 0b1_0111) }

}
