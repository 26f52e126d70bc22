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
