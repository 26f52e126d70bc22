/// WordPiece: the longest piece of the vocabulary that begins the rest of the word, again and again; a word with a rest
/// that no piece begins is unknown as a whole. (Wu et al. 2016, section 4.1; Devlin et al. 2019.)
struct WordPieceModel: Sendable {
  let unknown: Int32
  let unknownToken: String
  let prefix: String
  /// Words of more scalars are unknown (100 in BERT's files).
  let maximumWordLength: Int
  private let initial: ByteTrie
  private let continuing: ByteTrie

  /// Builds the matcher from tokens in the order of their ids; nil entries are ids outside the model.
  init(tokens: [String?], unknown: Int32, unknownToken: String, prefix: String, maximumWordLength: Int) {
    self.unknown = unknown
    self.unknownToken = unknownToken
    self.prefix = prefix
    self.maximumWordLength = maximumWordLength
    var initial = ByteTrie(minimumCapacity: tokens.count)
    var continuing = ByteTrie(minimumCapacity: tokens.count)
    let mark = Array(prefix.utf8)
    for (id, token) in tokens.enumerated() {
      guard let token, !token.isEmpty else { continue }
      let bytes = Array(token.utf8)
      initial.insert(bytes[...], id: Int32(truncatingIfNeeded: id))
      if bytes.count > mark.count, bytes.starts(with: mark) {
        continuing.insert(bytes[mark.count...], id: Int32(truncatingIfNeeded: id))
      }
    }
    self.initial = initial
    self.continuing = continuing
  }

  /// Appends the pieces of a word.
  func appendPieces(of word: UnsafeBufferPointer<UInt8>, to pieces: inout PieceList) {
    let count = pieces.ids.count
    var position = 0
    if isTooLong(word) { position = -1 }
    while position >= 0, position < word.count {
      let match = (position == 0 ? initial : continuing).longestMatch(in: word, from: position)
      if let match {
        position = match.end
        pieces.append(match.id, end: position)
      } else {
        position = -1
      }
    }
    if position < 0 {
      pieces.truncate(to: count)
      pieces.append(unknown, end: word.count)
    }
  }

  private func isTooLong(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
    if word.count <= maximumWordLength { return false }
    var count = 0
    for byte in word where UTF8Text.isStart(byte) { count += 1 }
    return count > maximumWordLength
  }
}

/// A trie over bytes: transitions in one open-addressing table, ids at the nodes.
struct ByteTrie: Sendable {
  /// Packed (node, byte) plus one; zero marks an empty slot.
  private var keys: [UInt64]
  private var targets: [Int32]
  private var ids: [Int32] = [-1]
  private var transitionCount = 0

  init(minimumCapacity: Int) {
    var capacity = 64
    while capacity < minimumCapacity * 4 { capacity *= 2 }
    keys = Array(repeating: 0, count: capacity)
    targets = Array(repeating: 0, count: capacity)
  }

  mutating func insert(_ key: ArraySlice<UInt8>, id: Int32) {
    var node = 0
    for byte in key {
      let packed = Self.pack(node, byte)
      let place = place(of: packed)
      if keys[place] != 0 {
        node = Int(targets[place])
        continue
      }
      node = ids.count
      keys[place] = packed
      targets[place] = Int32(truncatingIfNeeded: node)
      ids.append(-1)
      transitionCount += 1
      if transitionCount * 2 > keys.count { grow() }
    }
    ids[node] = id
  }

  /// The longest key that the word holds from a position on.
  func longestMatch(in word: UnsafeBufferPointer<UInt8>, from start: Int) -> (id: Int32, end: Int)? {
    var node = 0
    var best: (id: Int32, end: Int)?
    for place in start..<word.count {
      let slot = self.place(of: Self.pack(node, word[place]))
      if keys[slot] == 0 { break }
      node = Int(targets[slot])
      if ids[node] >= 0 { best = (ids[node], place + 1) }
    }
    return best
  }

  @inline(__always) private static func pack(_ node: Int, _ byte: UInt8) -> UInt64 {
    UInt64(truncatingIfNeeded: node << 8 | Int(byte)) + 1
  }

  @inline(__always) private func place(of packed: UInt64) -> Int {
    let mask = keys.count - 1
    var place = Int(truncatingIfNeeded: (packed &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    while keys[place] != 0, keys[place] != packed { place = (place + 1) & mask }
    return place
  }

  private mutating func grow() {
    let (oldKeys, oldTargets) = (keys, targets)
    keys = Array(repeating: 0, count: oldKeys.count * 2)
    targets = Array(repeating: 0, count: oldKeys.count * 2)
    for (key, target) in zip(oldKeys, oldTargets) where key != 0 {
      let place = place(of: key)
      keys[place] = key
      targets[place] = target
    }
  }
}
