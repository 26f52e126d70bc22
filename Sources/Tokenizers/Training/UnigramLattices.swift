import Glibc

/// All segmentations of some stretches of the text, as the pieces that begin at each place.
struct UnigramLattices: Sendable {
  /// How many symbols each stretch has.
  private var lengths: [Int32] = []
  private var counts: [Int] = []
  private(set) var edges: [UnigramEdge] = []
  private(set) var edgeCounts: [UInt8] = []
  /// The place in the text of the first stretch.
  let firstPlace: Int
  private let longest: Int

  /// Where all sums in reach are below this they are scaled up, so that long stretches have a probability at all.
  private static let least = 0x1p-400
  private static let scale = 0x1p400

  /// The text cut into at most `count` parts with about as many edges each.
  static func parts(of text: UnigramText, _ seeds: UnigramSeeds, longest: Int, count: Int) -> [UnigramLattices] {
    var parts: [UnigramLattices] = []
    let share = seeds.edges.count / count + 1
    var stretch = 0
    var edge = 0
    while stretch < text.counts.count {
      var part = UnigramLattices(firstPlace: text.starts[stretch], longest: longest)
      let first = stretch
      let firstEdge = edge
      while stretch < text.counts.count, edge - firstEdge < share {
        part.lengths.append(Int32(truncatingIfNeeded: text.starts[stretch + 1] - text.starts[stretch] - 1))
        for place in text.starts[stretch]..<text.starts[stretch + 1] { edge += Int(seeds.edgeCounts[place]) }
        stretch += 1
      }
      part.counts = Array(text.counts[first..<stretch])
      part.edges = Array(seeds.edges[firstEdge..<edge])
      part.edgeCounts = Array(seeds.edgeCounts[text.starts[first]..<text.starts[stretch]])
      parts.append(part)
    }
    return parts
  }

  private init(firstPlace: Int, longest: Int) {
    self.firstPlace = firstPlace
    self.longest = longest
  }

  private func withPointers<Result>(
    _ body: (_ edges: UnsafeBufferPointer<UnigramEdge>, _ edgeCounts: UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    edges.withUnsafeBufferPointer { edges in edgeCounts.withUnsafeBufferPointer { body(edges, $0) } }
  }

  /// What the pieces are expected to occur, summed over all segmentations.
  struct Expectation: Sendable {
    /// Expected counts by piece.
    var counts: [Double]
    /// log P of all stretches.
    var logLikelihood = 0.0

    mutating func add(_ other: Expectation) {
      for piece in counts.indices { counts[piece] += other.counts[piece] }
      logLikelihood += other.logLikelihood
    }
  }

  /// The E step: forward and backward sums over each stretch. (Kudo 2018, section 3.2; Dempster et al. 1977.)
  func expectation(under probabilities: [Double]) -> Expectation {
    var result = Expectation(counts: Array(repeating: 0, count: probabilities.count))
    let places = Int(lengths.max() ?? 0) + 1
    var forward = [Double](repeating: 0, count: places)
    var backward = [Double](repeating: 0, count: places)
    result.logLikelihood = probabilities.withUnsafeBufferPointer { probabilities in
      result.counts.withUnsafeMutableBufferPointer { counts in
        forward.withUnsafeMutableBufferPointer { forward in
          backward.withUnsafeMutableBufferPointer { backward in
            withPointers { edges, edgeCounts in
              sum(edges, edgeCounts, probabilities, forward, backward, counts)
            }
          }
        }
      }
    }
    return result
  }

  private func sum(
    _ edges: UnsafeBufferPointer<UnigramEdge>, _ edgeCounts: UnsafeBufferPointer<UInt8>,
    _ probabilities: UnsafeBufferPointer<Double>, _ forward: UnsafeMutableBufferPointer<Double>,
    _ backward: UnsafeMutableBufferPointer<Double>, _ expected: UnsafeMutableBufferPointer<Double>
  ) -> Double {
    var logLikelihood = 0.0
    var edge = 0
    var place = 0
    var scaled: [Int] = []
    for (stretch, length) in lengths.enumerated() {
      let length = Int(length)
      scaled.removeAll(keepingCapacity: true)
      for i in 0...length { forward[i] = 0 }
      forward[0] = 1
      for i in 0..<length {
        if forward[i] < Self.least {
          let reach = i...min(length, i + longest)
          if reach.allSatisfy({ forward[$0] < Self.least }) {
            for j in reach { forward[j] *= Self.scale }
            scaled.append(i)
          }
        }
        let reached = forward[i]
        for _ in 0..<edgeCounts[place &+ i] {
          forward[i &+ edges[edge].length] += reached * probabilities[edges[edge].piece]
          edge &+= 1
        }
      }
      let count = Double(counts[stretch])
      logLikelihood += count * (log(forward[length]) - Double(scaled.count) * log(Self.scale))
      backward[length] = count / forward[length]
      var last = edge
      for i in (0..<length).reversed() {
        var sum = 0.0
        for _ in 0..<edgeCounts[place &+ i] {
          last &-= 1
          let piece = edges[last].piece
          let share = probabilities[piece] * backward[i &+ edges[last].length]
          sum += share
          expected[piece] += forward[i] * share
        }
        backward[i] = sum
        if scaled.last == i {
          for j in i...min(length, i + longest) { backward[j] *= Self.scale }
          scaled.removeLast()
        }
      }
      place += length + 1
    }
    return logLikelihood
  }

  /// How often each piece lies on the best segmentation of a stretch, of equal ones on that found first.
  func bestCounts(under scores: [Double]) -> [Int] {
    var result = [Int](repeating: 0, count: scores.count)
    var path = UnigramPath(count: Int(lengths.max() ?? 0) + 1)
    withPointers { edges, edgeCounts in
      scores.withUnsafeBufferPointer { scores in
        var edge = 0
        var place = 0
        for (stretch, length) in lengths.enumerated() {
          let length = Int(length)
          _ = path.find(
            edges, from: &edge, UnsafeBufferPointer(rebasing: edgeCounts[place..<place + length]), scores,
            without: -1)
          path.visit(length: length) { result[$0] &+= counts[stretch] }
          place += length + 1
        }
      }
    }
    return result
  }

  /// The best segmentation of the piece that begins at a place of these stretches, other than the piece itself; nil
  /// where it has no other.
  func alternative(
    to piece: Int, length: Int, place: Int, edge: Int, under scores: [Double], _ path: inout UnigramPath,
    _ visit: (Int) -> Void
  ) -> Double? {
    var edge = edge
    let score = withPointers { edges, edgeCounts in
      scores.withUnsafeBufferPointer { scores in
        path.find(
          edges, from: &edge, UnsafeBufferPointer(rebasing: edgeCounts[place..<place + length]), scores,
          without: piece)
      }
    }
    guard score > -.infinity else { return nil }
    path.visit(length: length, visit)
    return score
  }

  /// The same with other numbers for the pieces, those with a negative one left out.
  func renumbered(_ numbers: [Int]) -> UnigramLattices {
    var result = self
    result.edges.removeAll(keepingCapacity: true)
    var edge = 0
    for place in edgeCounts.indices {
      let first = result.edges.count
      for _ in 0..<edgeCounts[place] {
        let number = numbers[edges[edge].piece]
        if number >= 0 { result.edges.append(UnigramEdge(piece: number, length: edges[edge].length)) }
        edge += 1
      }
      result.edgeCounts[place] = UInt8(truncatingIfNeeded: result.edges.count - first)
    }
    return result
  }
}

/// The best way through a lattice, by Viterbi.
struct UnigramPath {
  private var scores: [Double]
  private var edges: [UnigramEdge]

  init(count: Int) {
    scores = Array(repeating: 0, count: count)
    edges = Array(repeating: UnigramEdge(piece: 0, length: 1), count: count)
  }

  /// The score of the best way over as many places as there are counts of edges, minus infinity where there is none;
  /// `edge` moves on to the edges behind.
  mutating func find(
    _ lattice: UnsafeBufferPointer<UnigramEdge>, from edge: inout Int, _ edgeCounts: UnsafeBufferPointer<UInt8>,
    _ pieceScores: UnsafeBufferPointer<Double>, without excluded: Int
  ) -> Double {
    let length = edgeCounts.count
    return scores.withUnsafeMutableBufferPointer { scores in
      edges.withUnsafeMutableBufferPointer { edges in
        for i in 0...length { scores[i] = -.infinity }
        scores[0] = 0
        for i in 0..<length {
          for _ in 0..<edgeCounts[i] {
            let way = lattice[edge]
            edge &+= 1
            let end = i &+ way.length
            if end > length || way.piece == excluded { continue }
            let score = scores[i] + pieceScores[way.piece]
            if score > scores[end] {
              scores[end] = score
              edges[end] = way
            }
          }
        }
        return scores[length]
      }
    }
  }

  /// The pieces of the way found last, from its end.
  func visit(length: Int, _ body: (Int) -> Void) {
    var end = length
    while end > 0 {
      body(edges[end].piece)
      end -= edges[end].length
    }
  }
}
