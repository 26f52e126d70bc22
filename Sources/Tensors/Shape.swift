/// The extents of a tensor, rank 0 to 4, stored inline: a shape never touches the heap.
public struct Shape: Sendable, Equatable, CustomStringConvertible, ExpressibleByArrayLiteral {
  /// How many extents there are; 0 is a single number.
  public let rank: Int
  private var extents: InlineArray<4, Int>

  /// A shape with the given extents.
  public init(_ extents: Int...) {
    self.init(extents)
  }

  /// A shape with the given extents.
  public init(arrayLiteral extents: Int...) {
    self.init(extents)
  }

  /// A shape with the given extents, at most four and none negative.
  public init(_ list: [Int]) {
    require(list.count <= 4, "a shape has at most four extents, not \(list.count)")
    require(list.allSatisfy { $0 >= 0 }, "a shape has no negative extents: \(list)")
    rank = list.count
    extents = InlineArray(repeating: 1)
    for (index, extent) in list.enumerated() { extents[index] = extent }
  }

  /// The extent of one dimension.
  public subscript(dimension: Int) -> Int { extents[dimension] }

  /// The number of elements.
  public var count: Int { extents[0] * extents[1] * extents[2] * extents[3] }

  /// The last extent, 1 for a single number: the width of a row.
  public var width: Int { rank == 0 ? 1 : extents[rank - 1] }

  /// The number of rows of `width` elements.
  public var rows: Int { rank < 2 ? 1 : count / max(1, width) }

  /// The extents as an array, for files and messages.
  public var list: [Int] { (0..<rank).map { extents[$0] } }

  /// The shape as `[2, 3]`.
  public var description: String { list.description }

  /// Shapes are equal when rank and extents are.
  public static func == (a: Shape, b: Shape) -> Bool {
    a.rank == b.rank && a.extents[0] == b.extents[0] && a.extents[1] == b.extents[1]
      && a.extents[2] == b.extents[2] && a.extents[3] == b.extents[3]
  }
}
