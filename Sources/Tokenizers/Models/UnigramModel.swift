/// Unigram: the segmentation of a word whose pieces have the highest sum of log probabilities. (Kudo 2018, section 3.2.)
struct UnigramModel: Sendable {
  /// How far an unknown scalar's score lies below the least score, as in the reference library.
  static let unknownPenalty = 10.0

  /// Natural logarithms of the pieces' probabilities by id; those of ids outside the model mean nothing.
  let scores: [Double]
  let unknown: Int32?
  /// Whether unknown text becomes pieces `<0xXX>`, one for each of its bytes, where all of these exist.
  let byteFallback: Bool
  /// Neighboring unknown scalars become one token.
  let fusesUnknown: Bool
  let unknownScore: Double
  /// The bytes of the longest piece.
  let longestPiece: Int
  private let trie: PieceTrie
  /// The id of each byte's piece, negative where it is missing.
  private let byteIDs: [Int32]

  /// Builds the model from tokens in the order of their ids; nil entries are ids outside the model.
  ///
  /// `unmatched` are not looked for in text. Fails on empty and repeated tokens and on scores that are no finite numbers; `file` and `place` say where they
  /// stand.
  init(
    tokens: [String?], scores: [Double], unknown: Int32?, byteFallback: Bool, unmatched: Set<Int32> = [],
    fusesUnknown: Bool = true, file: String = "tokenizer.json", place: String = "model.vocab"
  ) throws(TokenizerError) {
    guard tokens.count == scores.count, tokens.count < PieceTrie.maximumCount else {
      throw .malformed(
        file: file, place: place, problem: "\(tokens.count) pieces with \(scores.count) scores cannot be held")
    }
    var keys: [(bytes: [UInt8], id: Int32)] = []
    keys.reserveCapacity(tokens.count)
    var byteCount = 0
    var least = Double.infinity
    for (id, token) in tokens.enumerated() {
      guard let token else { continue }
      guard !token.isEmpty else {
        throw .malformed(file: file, place: "\(place)[\(id)]", problem: "the piece is empty")
      }
      guard scores[id].isFinite else {
        throw .malformed(file: file, place: "\(place)[\(id)]", problem: "the score is not a finite number")
      }
      least = min(least, scores[id])
      byteCount += token.utf8.count
      let id = Int32(truncatingIfNeeded: id)
      if !unmatched.contains(id) { keys.append((Array(token.utf8), id)) }
    }
    guard byteCount <= PieceTrie.maximumByteCount else {
      throw .tooLarge(file: file, bytes: byteCount, limit: PieceTrie.maximumByteCount)
    }
    if let unknown, unknown < 0 || Int(unknown) >= tokens.count {
      throw .malformed(file: file, place: place, problem: "the unknown piece \(unknown) is not among the pieces")
    }
    do {
      trie = try PieceTrie(keys)
    } catch {
      throw .malformed(
        file: file, place: "\(place)[\(error.second)]", problem: "the piece is that of \(error.first) again")
    }
    self.scores = scores
    self.unknown = unknown
    self.byteFallback = byteFallback
    self.fusesUnknown = fusesUnknown
    longestPiece = keys.reduce(0) { max($0, $1.bytes.count) }
    unknownScore = least - Self.unknownPenalty
    var byteIDs = [Int32](repeating: -1, count: 256)
    for (id, token) in tokens.enumerated() {
      if let token, let byte = ByteAlphabet.byte(ofFallback: token) {
        byteIDs[Int(byte)] = Int32(truncatingIfNeeded: id)
      }
    }
    self.byteIDs = byteIDs
  }

  /// The same model for text in which special tokens, and bytes that are spelled out, are plain text.
  func forPlainText(_ vocabulary: Vocabulary) -> UnigramModel {
    // Fewer pieces of a model are a model.
    let plain = try? UnigramModel(
      tokens: vocabulary.modelTokens, scores: scores, unknown: unknown, byteFallback: byteFallback,
      unmatched: byteFallback ? Set(byteIDs.filter { $0 >= 0 }) : [], fusesUnknown: fusesUnknown)
    return plain ?? self
  }

  /// Appends the pieces of the best segmentation of a word in UTF-8; of equal ones, that whose pieces begin earliest,
  /// seen from the end.
  ///
  /// All byte pieces of an unknown stretch end where the stretch ends: a piece that ends where the one before ends
  /// covers the same bytes. Without an unknown piece, text that has no other spelling is left out; the reference
  /// library fails there.
  func appendPieces(of word: UnsafeBufferPointer<UInt8>, to pieces: inout PieceList, scratch: inout UnigramScratch) {
    if word.isEmpty { return }
    scratch.prepare(count: word.count + 1)
    scratch.nodes.withUnsafeMutableBufferPointer { nodes in
      withTables { findBestPath(of: word, nodes, $0) }
      Self.turnLinksForward(nodes, count: word.count)
      appendPath(of: word, UnsafeBufferPointer(nodes), to: &pieces)
    }
    scratch.trim()
  }

  /// The trie and the scores, open for reading.
  struct Tables {
    let units: UnsafeBufferPointer<UInt64>
    let scores: UnsafeBufferPointer<Double>
  }

  /// Visits the pieces that a word holds from a position on, shortest first, then an unknown scalar (id -1) where no
  /// piece is as long as one scalar; returns where the next scalar begins.
  @inline(__always) func visitPieces(
    of word: UnsafeBufferPointer<UInt8>, at start: Int, _ tables: Tables,
    _ body: (_ id: Int, _ score: Double, _ end: Int) -> Void
  ) -> Int {
    let next = start &+ UTF8Text.length(of: word[start])
    var hasScalar = false
    var unit = tables.units[PieceTrie.root]
    var end = start
    while end < word.count {
      let byte = word[end]
      unit = tables.units[PieceTrie.child(of: unit, by: byte)]
      if !PieceTrie.isReached(unit, by: byte) { break }
      end &+= 1
      let id = PieceTrie.id(of: unit)
      if id < 0 { continue }
      body(id, tables.scores[id], end)
      if end == next { hasScalar = true }
    }
    if !hasScalar { body(-1, unknownScore, min(next, word.count)) }
    return next
  }

  /// Viterbi's forward pass: for each place the best way to reach it. The first of equals stays.
  private func findBestPath(
    of word: UnsafeBufferPointer<UInt8>, _ nodes: UnsafeMutableBufferPointer<UnigramScratch.Node>, _ tables: Tables
  ) {
    // No number is at most not-a-number, so the first way to a place is always taken.
    for place in 0...word.count { nodes[place].score = .nan }
    nodes[0].score = 0
    var position = 0
    while position < word.count {
      let reached = nodes[position].score
      position = visitPieces(of: word, at: position, tables) { id, score, end in
        let total = score + reached
        if !(total <= nodes[end].score) {
          nodes[end] = UnigramScratch.Node(
            score: total, id: Int32(truncatingIfNeeded: id), link: Int32(truncatingIfNeeded: position))
        }
      }
    }
  }

  /// Links lead from a piece's end to its start; afterwards they lead from the start of each piece of the path to its
  /// end, and ids stand at the start.
  private static func turnLinksForward(_ nodes: UnsafeMutableBufferPointer<UnigramScratch.Node>, count: Int) {
    var end = count
    var id = nodes[end].id
    var start = Int(nodes[end].link)
    while true {
      let before = nodes[start]
      nodes[start].link = Int32(truncatingIfNeeded: end)
      nodes[start].id = id
      if start == 0 { return }
      (end, id, start) = (start, before.id, Int(before.link))
    }
  }

  private func appendPath(
    of word: UnsafeBufferPointer<UInt8>, _ nodes: UnsafeBufferPointer<UnigramScratch.Node>, to pieces: inout PieceList
  ) {
    var start = 0
    while start < word.count {
      var end = Int(nodes[start].link)
      let id = nodes[start].id
      if id >= 0, id != unknown {
        pieces.append(id, end: end)
      } else {
        while fusesUnknown, end < word.count, nodes[end].id < 0 || nodes[end].id == unknown {
          end = Int(nodes[end].link)
        }
        appendUnknown(word[start..<end], to: &pieces)
      }
      start = end
    }
  }

  /// A stretch of unknown scalars: the piece that spells it after all, the pieces of its bytes, or the unknown piece.
  func appendUnknown(_ stretch: Slice<UnsafeBufferPointer<UInt8>>, to pieces: inout PieceList) {
    if let id = trie.id(of: stretch) {
      pieces.append(id, end: stretch.endIndex)
    } else if byteFallback, stretch.allSatisfy({ byteIDs[Int($0)] >= 0 }) {
      for byte in stretch { pieces.append(byteIDs[Int(byte)], end: stretch.endIndex) }
    } else if let unknown {
      pieces.append(unknown, end: stretch.endIndex)
    }
  }

  func withTables<Result>(_ body: (Tables) -> Result) -> Result {
    trie.units.withUnsafeBufferPointer { units in
      scores.withUnsafeBufferPointer { scores in body(Tables(units: units, scores: scores)) }
    }
  }
}

/// Memory that segmenting takes, kept from word to word by the caller.
struct UnigramScratch: Sendable {
  struct Node: Sendable {
    var score: Double
    var id: Int32
    /// The other end of the piece.
    var link: Int32
  }

  /// What one word may leave behind, in nodes.
  private static let keptCount = 1 << 16

  var nodes: [Node] = []
  /// A piece onward from one place, for sampling.
  struct Way: Sendable {
    var weight: Double
    var id: Int32
    var end: Int32
  }

  var ways: [Way] = []

  @inline(__always) mutating func prepare(count: Int, wayCount: Int = 0) {
    if nodes.count < count { grow(to: count) }
    if ways.count < wayCount { ways = Array(repeating: Way(weight: 0, id: -1, end: 0), count: wayCount) }
  }

  private mutating func grow(to count: Int) {
    nodes = Array(repeating: Node(score: 0, id: -1, link: 0), count: max(count, 256))
  }

  @inline(__always) mutating func trim() {
    if nodes.count > Self.keptCount { nodes = [] }
  }
}
