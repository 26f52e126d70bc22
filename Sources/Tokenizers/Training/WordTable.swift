import Glibc

/// A word's count, and the number of documents it occurs in.
struct WordCount: Equatable, Sendable {
  var count = 0
  var documents = 0
  /// The first and the last document with the word, so that one that two tables share is not counted twice.
  var first = 0
  var last = 0

  /// Adds what a later table has counted; the document that was cut in two counts once.
  mutating func add(_ later: WordCount) {
    count += later.count
    documents += later.documents - (later.first == last ? 1 : 0)
    last = later.last
  }
}

/// Words with their counts: open addressing over one arena of bytes.
struct WordTable: Sendable {
  private struct Entry: Sendable {
    var start: Int
    var counted: WordCount
  }

  private static let tagMask: UInt64 = 0xFFFF_FFFF_0000_0000

  /// Upper half: a part of the hash; lower half: the entry's number plus one, or zero for an empty slot.
  private var slots = [UInt64](repeating: 0, count: 1 << 11)
  private var entries: [Entry] = []
  private var arena: [UInt8] = []

  var count: Int { entries.count }

  /// Bytes of memory held, with what sorting the words will take.
  var byteCount: Int {
    slots.count * 8 + entries.capacity * MemoryLayout<Entry>.stride + arena.capacity + entries.count * 16
  }

  /// Counts an occurrence in a document; a table's documents come with rising numbers.
  @inline(__always) mutating func add(_ word: UnsafeBufferPointer<UInt8>, document: Int) {
    let hash = ByteTable.hash(word)
    let place = place(of: word, hash: hash)
    let slot = slots[place]
    if slot == 0 {
      let counted = WordCount(count: 1, documents: 1, first: document, last: document)
      return occupy(place, word, hash: hash, counted)
    }
    let entry = Int(slot & 0xFFFF_FFFF) - 1
    entries[entry].counted.count += 1
    if entries[entry].counted.last != document {
      entries[entry].counted.documents += 1
      entries[entry].counted.last = document
    }
  }

  /// Adds the counts of a table that shares no document with this one.
  mutating func absorb(_ other: WordTable) {
    other.visit(other.entries.indices) { word, counted in
      let hash = ByteTable.hash(word)
      let place = place(of: word, hash: hash)
      guard slots[place] != 0 else { return occupy(place, word, hash: hash, counted) }
      let entry = Int(slots[place] & 0xFFFF_FFFF) - 1
      entries[entry].counted.count += counted.count
      entries[entry].counted.documents += counted.documents
    }
  }

  /// Forgets all words and keeps the memory.
  mutating func removeAll() {
    for place in slots.indices { slots[place] = 0 }
    entries.removeAll(keepingCapacity: true)
    arena.removeAll(keepingCapacity: true)
  }

  /// The words with these numbers.
  func visit<Failure: Error>(
    _ order: some Sequence<Int>, _ body: (UnsafeBufferPointer<UInt8>, WordCount) throws(Failure) -> Void
  ) throws(Failure) {
    try arena.withUnsafeBufferPointer { (arena) throws(Failure) in
      for entry in order {
        try body(UnsafeBufferPointer(rebasing: arena[range(of: entry)]), entries[entry].counted)
      }
    }
  }

  /// The words' numbers in the order of their bytes.
  func sorted() -> [Int] {
    /// A word by its first eight bytes and, where those are equal, by the rest.
    struct Key {
      var head: UInt64
      var entry: Int
    }
    return arena.withUnsafeBufferPointer { arena in
      var keys = entries.indices.map { Key(head: Self.head(of: arena[range(of: $0)]), entry: $0) }
      keys.sort { a, b in
        guard a.head == b.head else { return a.head < b.head }
        return arena[range(of: a.entry)].lexicographicallyPrecedes(arena[range(of: b.entry)])
      }
      return keys.map(\.entry)
    }
  }

  /// The first eight bytes as a number; fewer are filled up with zeros.
  private static func head(of word: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64 {
    var head: UInt64 = 0
    for byte in word.prefix(8) { head = head << 8 | UInt64(byte) }
    return word.count >= 8 ? head : head << UInt64(8 * (8 - word.count))
  }

  @inline(__always) private func range(of entry: Int) -> Range<Int> {
    entries[entry].start..<(entry + 1 < entries.count ? entries[entry + 1].start : arena.count)
  }

  @inline(__always) private func place(of word: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Int {
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    while true {
      let slot = slots[place]
      if slot == 0 || (slot ^ hash) & Self.tagMask == 0 && equals(word, Int(slot & 0xFFFF_FFFF) - 1) { return place }
      place = (place + 1) & mask
    }
  }

  @inline(__always) private func equals(_ word: UnsafeBufferPointer<UInt8>, _ entry: Int) -> Bool {
    let range = range(of: entry)
    guard range.count == word.count, let known = word.baseAddress else { return range.count == word.count }
    return arena.withUnsafeBufferPointer { arena in
      arena.baseAddress.map { memcmp($0 + range.lowerBound, known, word.count) == 0 } ?? false
    }
  }

  private mutating func occupy(
    _ place: Int, _ word: UnsafeBufferPointer<UInt8>, hash: UInt64, _ counted: WordCount
  ) {
    entries.append(Entry(start: arena.count, counted: counted))
    arena.append(contentsOf: word)
    slots[place] = (hash & Self.tagMask) | UInt64(entries.count)
    if entries.count * 3 > slots.count * 2 { grow() }
  }

  /// Doubles the slots. The lower half of a hash is not kept and is computed again.
  private mutating func grow() {
    let mask = slots.count * 2 - 1
    slots = Array(repeating: 0, count: mask + 1)
    arena.withUnsafeBufferPointer { arena in
      for entry in entries.indices {
        let hash = ByteTable.hash(UnsafeBufferPointer(rebasing: arena[range(of: entry)]))
        var place = Int(truncatingIfNeeded: hash) & mask
        while slots[place] != 0 { place = (place + 1) & mask }
        slots[place] = (hash & Self.tagMask) | UInt64(entry + 1)
      }
    }
  }
}
