import Glibc
import Kernels

/// Cosines and sines by which positions turn the pairs of a head: position p turns pair i of D / 2 by p · base^(−2i / D)
/// (Su et al. 2021, section 3.2.2).
///
/// Angles are single precision, as they are in transformers. The table grows with the positions that are asked for.
public final class RotaryTable {
  let headSize: Int
  private let frequencies: [Float]
  private var rows: Slab?

  /// A table for heads of an even size.
  public init(headSize: Int, base: Double) {
    require(headSize % 2 == 0, "heads of \(headSize) have no pairs to turn")
    self.headSize = headSize
    frequencies = (0..<headSize / 2).map { Float(1 / pow(base, Double(2 * $0) / Double(headSize))) }
  }

  /// Rows for all of these positions: headSize / 2 cosines and as many sines each.
  func values(for positions: Indices) -> UnsafeMutablePointer<Float> {
    let last = (0..<positions.count).reduce(0) { max($0, Int(positions.pointer[$1])) }
    if let rows, rows.count > last * headSize { return rows.base }
    var count = 256
    while count <= last { count *= 2 }
    let made = Slab(count: count * headSize)
    let half = headSize / 2
    for position in 0..<count {
      let row = made.base + position * headSize
      for (pair, frequency) in frequencies.enumerated() {
        let angle = Double(Float(position) * frequency)
        row[pair] = Float(cos(angle))
        row[half + pair] = Float(sin(angle))
      }
    }
    rows = made
    return made.base
  }
}

/// x with its first heads turned by the positions of their rows; the rest is copied.
///
/// - Parameters:
///   - x: rows of heads side by side, such as a fused query-key-value product.
///   - headCount: how many heads are turned, from the left.
///   - positions: one per row.
///   - forProducts: as in `linear`.
public func rotated(
  _ x: Tensor, headCount: Int, positions: Indices, table: RotaryTable, forProducts: Bool = false
) -> Tensor {
  require(
    positions.count == x.shape.rows && headCount * table.headSize <= x.shape.width,
    "\(headCount) heads of \(table.headSize) at \(positions.count) positions in rows \(x.shape)")
  let y = x.tape.output(
    x.shape, layout: x.layout, isRounded: forProducts && x.tape.roundsProducts(rows: x.shape.rows))
  let operation = RotaryOperation(x: x.place, headCount: headCount, positions: positions, table: table)
  x.tape.compute("rotary positions", floats: 2 * x.shape.count) {
    operation.rotate(x.pointer, into: y.numbers, isReversed: false)
  }
  x.tape.record(y, operation)
  return y
}

/// dx is dy, turned back.
struct RotaryOperation: Operation {
  let x: Place
  let headCount: Int
  let positions: Indices
  let table: RotaryTable

  func rotate(_ from: UnsafePointer<Float>, into to: NumberPointer, isReversed: Bool) {
    RotaryKernel.rotate(
      from, into: to, rows: x.shape.rows, stride: x.shape.width, headCount: headCount, headSize: table.headSize,
      positions: positions.pointer, table: table.values(for: positions), isReversed: isReversed)
  }

  func backward(_ dy: Tensor, into gradients: inout Gradients) {
    let dx = dy.tape.uninitialized(x.shape)
    dy.tape.compute("rotary positions, input", floats: 2 * x.shape.count) {
      rotate(dy.pointer, into: dx.numbers, isReversed: true)
    }
    gradients.add(dx, to: x)
  }
}
