import DurableFiles

/// Sorted words with their counts in a file: lengths and numbers with seven bits a byte, low bits first.
struct WordRun: Sendable {
  let file: SpillFile
  let range: Range<Int>

  /// Bytes that are written and read at once.
  static let pieceBytes = 1 << 16

  /// Writes a table's words.
  init(_ table: WordTable, to file: SpillFile) throws(FileError) {
    self.file = file
    range = try file.append { (write) throws(FileError) in
      var piece: [UInt8] = []
      try table.visit(table.sorted()) { (word, counted) throws(FileError) in
        Self.append(word.count, to: &piece)
        piece.append(contentsOf: word)
        Self.append(counted.count, to: &piece)
        Self.append(counted.documents, to: &piece)
        Self.append(counted.first, to: &piece)
        Self.append(counted.last - counted.first, to: &piece)
        guard piece.count >= Self.pieceBytes else { return }
        try write(piece)
        piece.removeAll(keepingCapacity: true)
      }
      try write(piece)
    }
  }

  private static func append(_ number: Int, to bytes: inout [UInt8]) {
    var rest = UInt(number)
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}

/// A reader of one run, a word at a time.
struct WordRunReader {
  private let file: SpillFile
  private var rest: Range<Int>
  private var piece: [UInt8] = []
  private var position = 0
  fileprivate(set) var word: [UInt8] = []
  private(set) var counted = WordCount()

  init(_ run: WordRun) {
    file = run.file
    rest = run.range
  }

  /// Takes the next word; false at the end of the run.
  mutating func next() throws(FileError) -> Bool {
    if position == piece.count, rest.isEmpty { return false }
    var length = try number()
    word.removeAll(keepingCapacity: true)
    while length > 0 {
      if position == piece.count { try refill() }
      let taken = min(length, piece.count - position)
      word += piece[position..<position + taken]
      position += taken
      length -= taken
    }
    counted.count = try number()
    counted.documents = try number()
    counted.first = try number()
    counted.last = counted.first &+ (try number())
    return true
  }

  private mutating func number() throws(FileError) -> Int {
    var value: UInt = 0
    var shift: UInt = 0
    while true {
      if position == piece.count { try refill() }
      let byte = piece[position]
      position += 1
      value |= UInt(byte & 0x7F) << shift
      if byte < 0x80 { return Int(bitPattern: value) }
      shift += 7
    }
  }

  private mutating func refill() throws(FileError) {
    let next = rest.lowerBound..<min(rest.upperBound, rest.lowerBound + WordRun.pieceBytes)
    try file.read(next, into: &piece)
    rest = next.upperBound..<rest.upperBound
    position = 0
  }
}

/// The words of several sorted runs in one order, each with its counts summed.
///
/// The runs of one counter follow each other, in the order they were written in.
struct WordMerge {
  private var readers: [WordRunReader] = []
  /// A heap of readers: the smallest word first, and the earlier run where words are equal.
  private var heap: [Int] = []

  init(_ runs: [WordRun]) throws(FileError) {
    for run in runs {
      var reader = WordRunReader(run)
      guard try reader.next() else { continue }
      readers.append(reader)
      heap.append(readers.count - 1)
      var child = heap.count - 1
      while child > 0, precedes(heap[child], heap[(child - 1) / 2]) {
        heap.swapAt(child, (child - 1) / 2)
        child = (child - 1) / 2
      }
    }
  }

  /// Every word in the order of its bytes.
  mutating func visit(_ body: (UnsafeBufferPointer<UInt8>, WordCount) -> Void) throws(FileError) {
    var word: [UInt8] = []
    while let first = heap.first {
      swap(&word, &readers[first].word)
      var counted = readers[first].counted
      try advance()
      while let next = heap.first, readers[next].word == word {
        counted.add(readers[next].counted)
        try advance()
      }
      word.withUnsafeBufferPointer { body($0, counted) }
    }
  }

  /// Moves the first reader on to its next word, and to its place among the others.
  private mutating func advance() throws(FileError) {
    guard try readers[heap[0]].next() else {
      heap[0] = heap[heap.count - 1]
      heap.removeLast()
      return sink()
    }
    sink()
  }

  private mutating func sink() {
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child >= heap.count { return }
      if child + 1 < heap.count, precedes(heap[child + 1], heap[child]) { child += 1 }
      if !precedes(heap[child], heap[parent]) { return }
      heap.swapAt(parent, child)
      parent = child
    }
  }

  private func precedes(_ a: Int, _ b: Int) -> Bool {
    if readers[a].word.lexicographicallyPrecedes(readers[b].word) { return true }
    return a < b && readers[a].word == readers[b].word
  }
}
