import Glibc
import Randomness

extension UnigramModel {
  /// Appends the pieces of a segmentation drawn at random: segmentation x of word w has the probability
  /// P(x)^α / Σ P(x')^α over all segmentations x' of w. (Subword regularization: Kudo 2018, section 3.3.)
  ///
  /// α is `smoothing`: 0 makes all segmentations equally likely, large values prefer the best. The sums over all
  /// segmentations of the rest of the word are found from its end (forward filtering, backward sampling, mirrored);
  /// then pieces are drawn from its start. What is said of unknown text at `appendPieces` holds here too.
  func appendSample(
    of word: UnsafeBufferPointer<UInt8>, smoothing: Double, random: inout RandomNumbers, to pieces: inout PieceList,
    scratch: inout UnigramScratch
  ) {
    if word.isEmpty { return }
    scratch.prepare(count: word.count + 1, wayCount: longestPiece + 1)
    scratch.nodes.withUnsafeMutableBufferPointer { nodes in
      scratch.ways.withUnsafeMutableBufferPointer { ways in
        withTables { tables in
          let lattice = Lattice(model: self, word: word, smoothing: smoothing, tables: tables, nodes: nodes, ways: ways)
          lattice.filter()
          draw(lattice, &random, &pieces)
        }
      }
    }
    scratch.trim()
  }

  /// A word with the memory that sampling takes.
  private struct Lattice {
    let model: UnigramModel
    let word: UnsafeBufferPointer<UInt8>
    let smoothing: Double
    let tables: Tables
    let nodes: UnsafeMutableBufferPointer<UnigramScratch.Node>
    let ways: UnsafeMutableBufferPointer<UnigramScratch.Way>

    /// log Σ P(x)^α over the segmentations of each rest of the word, into the scores of the nodes.
    func filter() {
      nodes[word.count].score = 0
      var position = word.count
      while position > 0 {
        repeat { position -= 1 } while position > 0 && !UTF8Text.isStart(word[position])
        let count = collectWays(at: position)
        var largest = ways[0].weight
        for way in 1..<max(1, count) { largest = max(largest, ways[way].weight) }
        var sum = 0.0
        for way in 0..<count { sum += exp(ways[way].weight - largest) }
        nodes[position].score = count == 1 ? largest : largest + log(sum)
      }
    }

    /// Finds the pieces at a position with log (P(piece)^α · Σ P(rest)^α), and says how many.
    @inline(__always) func collectWays(at position: Int) -> Int {
      var count = 0
      _ = model.visitPieces(of: word, at: position, tables) { id, score, end in
        ways[count] = UnigramScratch.Way(
          weight: smoothing * score + nodes[end].score, id: Int32(truncatingIfNeeded: id),
          end: Int32(truncatingIfNeeded: end))
        count &+= 1
      }
      return count
    }
  }

  private func draw(_ lattice: Lattice, _ random: inout RandomNumbers, _ pieces: inout PieceList) {
    let word = lattice.word
    var position = 0
    var unknownStart = -1
    while position < word.count {
      let count = lattice.collectWays(at: position)
      let total = lattice.nodes[position].score
      var chosen = lattice.ways[count - 1]
      // Where there is no choice no number is drawn.
      var rest = count > 1 ? random.uniform() : 1
      for way in 0..<count - 1 {
        rest -= exp(lattice.ways[way].weight - total)
        if rest < 0 {
          chosen = lattice.ways[way]
          break
        }
      }
      let isUnknown = chosen.id < 0 || chosen.id == unknown
      if unknownStart >= 0, !isUnknown || !fusesUnknown {
        appendUnknown(word[unknownStart..<position], to: &pieces)
        unknownStart = -1
      }
      if !isUnknown {
        pieces.append(chosen.id, end: Int(chosen.end))
      } else if unknownStart < 0 {
        unknownStart = position
      }
      position = Int(chosen.end)
    }
    if unknownStart >= 0 { appendUnknown(word[unknownStart...], to: &pieces) }
  }
}
