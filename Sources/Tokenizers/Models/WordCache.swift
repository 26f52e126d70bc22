import Glibc

/// The pieces of words met before, in bounded memory: a hash table of lines as long as those of the processor's cache,
/// each with one word and its pieces.
///
/// A word may stand in one of four neighboring lines. A new word takes the first free one, or the place of a word met
/// earlier. Words with more bytes or pieces than a line holds are in `LongWordCache`.
struct WordCache: ~Copyable {
  private static let lineCount = 1 << 16
  private static let neighborCount = 4

  /// Zeros, which the system provides when a line is first touched.
  private let memory: UnsafeMutableRawPointer?
  private let lines: UnsafeMutableRawPointer

  init() {
    let size = (Self.lineCount + Self.neighborCount) * WordLine.size
    memory = calloc(1, size + WordLine.size)
    guard let memory else { fatalError("no memory for \(size) bytes of words") }
    lines = memory.alignedUp(toMultipleOf: WordLine.size)
  }

  deinit { free(memory) }

  /// The line of a word that is remembered with its pieces.
  @inline(__always) borrowing func line(of key: WordKey) -> WordLine? {
    guard let line = find(key), !line.isElsewhere else { return nil }
    return line
  }

  /// Whether a word was met whose pieces no line holds.
  borrowing func isElsewhere(_ key: WordKey) -> Bool { find(key)?.isElsewhere ?? false }

  /// Remembers the pieces of a word, those from `start` on; false where a line can only hold that they are elsewhere.
  borrowing func add(_ key: WordKey, _ pieces: PieceList, from start: Int) -> Bool {
    let hash = key.hash
    let first = firstLine(of: hash)
    // The high bits choose who has to go, so that newcomers to the same lines do not all displace the same word.
    var place = Int(truncatingIfNeeded: hash >> 62)
    for neighbor in 0..<Self.neighborCount {
      let line = WordLine(memory: first + neighbor * WordLine.size)
      guard line.isEmpty || line.holds(key) else { continue }
      place = neighbor
      break
    }
    return WordLine(memory: first + place * WordLine.size).fill(key, pieces, from: start)
  }

  @inline(__always) private borrowing func find(_ key: WordKey) -> WordLine? {
    let first = firstLine(of: key.hash)
    for neighbor in 0..<Self.neighborCount {
      let line = WordLine(memory: first + neighbor * WordLine.size)
      if line.holds(key) { return line }
      if line.isEmpty { return nil }
    }
    return nil
  }

  @inline(__always) private borrowing func firstLine(of hash: UInt64) -> UnsafeMutableRawPointer {
    lines + Int(truncatingIfNeeded: hash & UInt64(Self.lineCount - 1)) * WordLine.size
  }
}

/// One remembered word: 32 bytes of it, the ids of up to six pieces, their ends, its length and the number of pieces.
struct WordLine {
  static let size = 64
  static let maximumPieceCount = 6
  private static let ids = WordKey.maximumLength
  private static let ends = ids + 4 * maximumPieceCount
  private static let length = ends + maximumPieceCount
  private static let count = length + 1

  let memory: UnsafeMutableRawPointer

  @inline(__always) var isEmpty: Bool { length == 0 }

  /// Whether the word has more pieces than a line holds.
  @inline(__always) var isElsewhere: Bool { count > Self.maximumPieceCount }

  /// The number of pieces.
  @inline(__always) var count: Int { Int(memory.load(fromByteOffset: Self.count, as: UInt8.self)) }

  @inline(__always) func id(_ piece: Int) -> Int32 {
    memory.load(fromByteOffset: Self.ids + 4 * piece, as: Int32.self)
  }

  /// Where a piece ends, in bytes of the word.
  @inline(__always) func end(_ piece: Int) -> Int {
    Int(memory.load(fromByteOffset: Self.ends + piece, as: UInt8.self))
  }

  @inline(__always) func holds(_ key: WordKey) -> Bool {
    let difference = (part(0) ^ key.parts.0) | (part(1) ^ key.parts.1)
    if difference != 0 || length != key.length { return false }
    return key.length <= 16 || (part(2) ^ key.parts.2) | (part(3) ^ key.parts.3) == 0
  }

  /// False where only the word has room, not its pieces.
  func fill(_ key: WordKey, _ pieces: PieceList, from start: Int) -> Bool {
    memory.storeBytes(of: key.parts.0, as: UInt64.self)
    memory.storeBytes(of: key.parts.1, toByteOffset: 8, as: UInt64.self)
    memory.storeBytes(of: key.parts.2, toByteOffset: 16, as: UInt64.self)
    memory.storeBytes(of: key.parts.3, toByteOffset: 24, as: UInt64.self)
    var count = pieces.ids.count - start
    if pieces.ends[start...].contains(where: { $0 > UInt8.max }) { count = .max }
    for piece in 0..<(count <= Self.maximumPieceCount ? count : 0) {
      memory.storeBytes(of: pieces.ids[start + piece], toByteOffset: Self.ids + 4 * piece, as: Int32.self)
      let end = UInt8(truncatingIfNeeded: pieces.ends[start + piece])
      memory.storeBytes(of: end, toByteOffset: Self.ends + piece, as: UInt8.self)
    }
    memory.storeBytes(of: UInt8(truncatingIfNeeded: key.length), toByteOffset: Self.length, as: UInt8.self)
    memory.storeBytes(of: UInt8(min(count, Int(UInt8.max))), toByteOffset: Self.count, as: UInt8.self)
    return !isElsewhere
  }

  @inline(__always) private var length: Int { Int(memory.load(fromByteOffset: Self.length, as: UInt8.self)) }

  @inline(__always) private func part(_ place: Int) -> UInt64 {
    memory.load(fromByteOffset: 8 * place, as: UInt64.self)
  }
}
