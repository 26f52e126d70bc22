import Kernels

/// Adds what every slot of a step has brought, in the order of the one tree, each member its share of the elements.
///
/// A member folds its own slots into the fewest nodes that cover them; each node's sum stays in a buffer that all members
/// see. Nothing is copied: the products write their gradients into these buffers, and the sum ends in one of them.
public final class TreeReduction {
  /// The floats of a buffer.
  public let floatCount: Int
  /// The nodes that each member folds.
  private let nodes: [[Range<Int>]]
  private let slotCount: Int
  private let group: any ProcessGroup
  private let buffers: [[UnsafeMutablePointer<Float>]]
  /// For every member and node: the buffer that holds its sum, counted from 1; 0 for none.
  private let places: SharedTable<Int32>
  /// Σ x² of every slice of the sum.
  private let squares: SharedTable<Double>
  /// A fingerprint of every slice of the sum.
  private let digests: SharedTable<UInt64>

  /// Buffers of `floatCount` floats for the slots of a step.
  public init(_ group: any ProcessGroup, slotCount: Int, floatCount: Int) {
    self.group = group
    self.slotCount = slotCount
    self.floatCount = floatCount
    nodes = (0..<group.count).map {
      SlotTree.nodes(covering: group.share(of: slotCount, rank: $0), of: slotCount)
    }
    buffers = nodes.map { nodes in (0..<SlotTree.liveCount(nodes)).map { _ in group.floats(floatCount) } }
    let slices = (floatCount + TreeReduction.slice - 1) / TreeReduction.slice
    places = group.table(of: Int32.self, count: group.count * TreeReduction.largestNodeCount)
    squares = group.table(of: Double.self, count: slices)
    digests = group.table(of: UInt64.self, count: slices)
  }

  private static let slice = ElementwiseKernel.sliceCount
  /// A range of slots is covered by fewer than two nodes for each level of the tree.
  private static let largestNodeCount = 64

  /// The nodes that this member folds, in order.
  public var ownNodes: [Range<Int>] { nodes[max(0, group.rank)] }

  /// How many buffers this member has: enough for folding its nodes one after the other.
  public var ownBuffers: [UnsafeMutablePointer<Float>] { buffers[max(0, group.rank)] }

  /// Numbers that this member reads or writes in `reduce`: its share of every node's sum, and of the whole's.
  public var floatsMoved: Int {
    let count = nodes.reduce(0) { $0 + $1.count }
    return (count > 1 ? count + 1 : 1) * floatCount / group.count
  }

  /// Says which of this member's buffers holds the sum of one of its nodes; nil where no slot had rows.
  public func place(node: Int, in buffer: Int?) {
    places[group.rank * TreeReduction.largestNodeCount + node] = Int32((buffer ?? -1) + 1)
  }

  /// Adds this member's share of the elements of all nodes. Everybody's nodes must be placed, and nobody may read the sum
  /// before all members are done: a barrier belongs before this and one behind it.
  public func reduce() {
    let (steps, sum) = plan()
    guard let sum else { return }
    forOwnSlices { slice, start, count in
      for step in steps { ElementwiseKernel.addInPlace(step.into + start, step.from + start, count: count) }
      self.squares[slice] = ElementwiseKernel.sumOfSquares(sum + start, count: count)
    }
  }

  /// The sum's floats, once all members have reduced; nil if no slot had rows.
  public var sum: UnsafeMutablePointer<Float>? { plan().sum }

  /// Σ x² of the sum, added slice by slice.
  public var sumOfSquares: Double { (0..<squares.count).reduce(0) { $0 + squares[$1] } }

  /// Looks at every bit of this member's share of the sum; a barrier must follow before `digest` is asked for.
  public func inspect() {
    guard let sum else { return }
    forOwnSlices { slice, start, count in
      var digest: UInt64 = 0xCBF2_9CE4_8422_2325
      for index in start..<start + count { digest = (digest ^ UInt64(sum[index].bitPattern)) &* 0x100_0000_01B3 }
      self.digests[slice] = digest
    }
  }

  /// A fingerprint of the sum's bits.
  public var digest: UInt64 {
    (0..<digests.count).reduce(0) { ($0 ^ digests[$1]) &* 0x100_0000_01B3 &+ 1 }
  }

  private func forOwnSlices(_ body: (_ slice: Int, _ start: Int, _ count: Int) -> Void) {
    let share = group.share(of: squares.count)
    Parallel.forEach(share.count) { index in
      let slice = share.lowerBound + index
      let start = slice * TreeReduction.slice
      body(slice, start, min(TreeReduction.slice, self.floatCount - start))
    }
  }

  private typealias Addition = (into: UnsafeMutablePointer<Float>, from: UnsafeMutablePointer<Float>)

  /// The additions that are left above everybody's nodes, in tree order, and where the sum will lie.
  private func plan() -> (steps: [Addition], sum: UnsafeMutablePointer<Float>?) {
    var leaves: [Range<Int>: UnsafeMutablePointer<Float>?] = [:]
    for (rank, nodes) in nodes.enumerated() {
      for (index, node) in nodes.enumerated() {
        let place = Int(places[rank * TreeReduction.largestNodeCount + index])
        leaves[node] = .some(place == 0 ? nil : buffers[rank][place - 1])
      }
    }
    var steps: [Addition] = []
    func visit(_ node: Range<Int>) -> UnsafeMutablePointer<Float>? {
      if let leaf = leaves[node] { return leaf }
      let middle = node.lowerBound + SlotTree.leftCount(node.count)
      let left = visit(node.lowerBound..<middle)
      let right = visit(middle..<node.upperBound)
      guard let left else { return right }
      guard let right else { return left }
      steps.append((left, right))
      return left
    }
    let sum = visit(0..<slotCount)
    return (steps, sum)
  }
}
