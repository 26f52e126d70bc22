import Randomness

/// One epoch's draws over the pairs of a window: where each piece is split, its label, and who lends the second part.
struct PairDraws: Sendable {
  let epoch: Int
  /// Where the second part of each piece starts.
  private let splits: [Int]
  private let labels: [Bool]
  private let pieces: PairPieces
  private let context: RowContext
  /// Rows by the length of their second part, and where each length starts.
  private let byLength: [Int32]
  private let lengthStarts: [Int]

  init(_ pieces: PairPieces, _ context: RowContext, epoch: Int) {
    self.pieces = pieces
    self.context = context
    self.epoch = epoch
    var splits: [Int] = []
    var labels: [Bool] = []
    splits.reserveCapacity(pieces.count)
    labels.reserveCapacity(pieces.count)
    for row in 0..<pieces.count {
      var numbers = context.draws.numbers(.structure, .split, sample: context.sample(row), epoch: epoch)
      let inner = pieces.innerBoundaries(of: row)
      splits.append(inner[inner.startIndex + numbers.below(inner.count)])
      labels.append(numbers.nextWord() >> 31 == 1)
    }
    let lengths = splits.indices.map { pieces.tokens(of: $0).upperBound - splits[$0] }
    var starts = [Int](repeating: 0, count: (lengths.max() ?? 0) + 2)
    for length in lengths { starts[length + 1] += 1 }
    for index in 1..<starts.count { starts[index] += starts[index - 1] }
    lengthStarts = starts
    var order = [Int32](repeating: 0, count: lengths.count)
    for (row, length) in lengths.enumerated() {
      order[starts[length]] = Int32(row)
      starts[length] += 1
    }
    byLength = order
    self.splits = splits
    self.labels = labels
  }

  /// The first part of a row.
  func first(of row: Int) -> Range<Int> { pieces.tokens(of: row).lowerBound..<splits[row] }

  /// The second part of a row as it stands in its document.
  func ownSecond(of row: Int) -> Range<Int> { splits[row]..<pieces.tokens(of: row).upperBound }

  /// The second part of a row as it is shown and the label: 0 for its own, 1 for one of another document.
  func second(of row: Int) -> (tokens: Range<Int>, label: Int32) {
    guard labels[row], let other = borrowed(by: row) else { return (ownSecond(of: row), 0) }
    return (other, 1)
  }

  /// A second part of another document: as long as the row's own, else the nearest shorter there is, else a longer one
  /// cut to that length. So neither length nor fit tells the label.
  private func borrowed(by row: Int) -> Range<Int>? {
    let own = ownSecond(of: row).count
    var numbers = context.draws.numbers(.partner, .partner, sample: context.sample(row), epoch: epoch)
    let word = numbers.next()
    for length in stride(from: own, to: 0, by: -1) {
      if let found = partner(of: row, length: length, word: word) { return found }
    }
    for length in own + 1..<max(own + 2, lengthStarts.count) - 1 {
      if let found = partner(of: row, length: length, word: word) { return found }
    }
    return nil
  }

  /// The second part of a row of that length from another document, looked for from a drawn place on; no longer than
  /// the row's own, and not what its own begins with: that would be a true one.
  private func partner(of row: Int, length: Int, word: UInt64) -> Range<Int>? {
    let places = lengthStarts[length]..<lengthStarts[length + 1]
    guard !places.isEmpty else { return nil }
    let own = ownSecond(of: row)
    let first = Int(word.multipliedFullWidth(by: UInt64(places.count)).high)
    for step in 0..<places.count {
      let candidate = Int(byLength[places.lowerBound + (first + step) % places.count])
      guard pieces.documents[candidate] != pieces.documents[row] else { continue }
      let second = ownSecond(of: candidate).prefix(own.count)
      if !pieces.text.ids[own].starts(with: pieces.text.ids[second]) { return second }
    }
    return nil
  }
}
