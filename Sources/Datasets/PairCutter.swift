import Randomness

/// Cuts documents into pieces of at least two consecutive sentences that fit a row.
///
/// Sentences are taken until the next does not fit. One that leaves a piece alone is cut: at most three
/// quarters of it, as far as they fit, end the piece and the rest begins the next. A last sentence left alone takes one
/// from the piece before it, if that has three; else it stands alone, makes no pair and is counted.
struct PairCutter {
  /// Boundaries of all pieces end to end: of each where it starts, where its later sentences start, and its end.
  private(set) var boundaries: [Int] = []
  /// Where each piece's boundaries begin, and their number at the end.
  private(set) var pieceOffsets: [Int] = [0]
  /// The document of each piece.
  private(set) var documents: [Int32] = []
  private(set) var cutSentences = 0
  private(set) var skippedTokens = 0
  private(set) var skippedDocuments = 0

  private let context: RowContext
  /// Starts of the sentences of the open piece.
  private var open: [Int] = []
  private var openEnd = 0
  private var room = 0

  init(_ text: WindowTokens, _ context: RowContext) {
    self.context = context
    for document in 0..<text.documentCount where !text.tokens(of: document).isEmpty {
      let before = documents.count
      for sentence in text.sentences(of: document) { add(text.tokens(ofSentence: sentence), Int32(document)) }
      finish(Int32(document), piecesBefore: before)
      if documents.count == before { skippedDocuments += 1 }
    }
  }

  private mutating func add(_ sentence: Range<Int>, _ document: Int32) {
    var rest = sentence
    if open.isEmpty { begin(at: rest.lowerBound) }
    var wasCut = false
    while !rest.isEmpty {
      let free = room - (openEnd - (open.first ?? openEnd))
      if rest.count <= free {
        extend(through: rest.upperBound, from: rest.lowerBound)
        return
      }
      if open.count < 2 {
        cutSentences += wasCut ? 0 : 1
        wasCut = true
        let share = min(open.isEmpty ? room / 2 : free, rest.count - rest.count / 4)
        if share >= max(1, room / 4) {
          extend(through: rest.lowerBound + share, from: rest.lowerBound)
          rest = rest.lowerBound + share..<rest.upperBound
        } else {
          open.append(open[0] + (openEnd - open[0]) / 2)
        }
      }
      if open.count >= 2 {
        close(document)
        begin(at: rest.lowerBound)
      }
    }
  }

  private mutating func begin(at token: Int) {
    open = []
    openEnd = token
    room = targetLength(sample: context.sample(documents.count))
  }

  private mutating func extend(through end: Int, from start: Int) {
    open.append(start)
    openEnd = end
  }

  private mutating func close(_ document: Int32) {
    boundaries += open
    boundaries.append(openEnd)
    pieceOffsets.append(boundaries.count)
    documents.append(document)
  }

  /// Ends a document.
  private mutating func finish(_ document: Int32, piecesBefore: Int) {
    if open.count == 1, documents.count > piecesBefore { borrow() }
    if open.count >= 2 { close(document) } else { skippedTokens += openEnd - (open.first ?? openEnd) }
    open = []
  }

  /// Moves the last sentence of the last piece before the open one, if three were there and both fit.
  private mutating func borrow() {
    let first = pieceOffsets[pieceOffsets.count - 2]
    guard boundaries.count - first >= 4 else { return }
    let moved = boundaries[boundaries.count - 2]
    guard openEnd - moved <= room else { return }
    boundaries.removeLast()
    pieceOffsets[pieceOffsets.count - 1] = boundaries.count
    open.insert(moved, at: 0)
  }

  /// Tokens of text a piece may have: the row's, or for a share of the samples a number drawn below it.
  private func targetLength(sample: UInt64) -> Int {
    let full = context.plan.maximumLength - 3
    var numbers = context.draws.numbers(.structure, .shortRow, sample: sample)
    guard numbers.uniform() < context.plan.shortRowShare else { return full }
    return 4 + numbers.below(full - 3)
  }
}
