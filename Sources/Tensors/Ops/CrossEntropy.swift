import Kernels

/// What a classification loss found out about each row.
public struct ScoredRows {
  /// The loss as a number on the tape, for `backward`: Σ over the scored rows.
  public let sum: Tensor
  /// −ln p(target) of each row, zero where the target is negative.
  public let losses: [Float]
  /// The most probable class of each row.
  public let predictions: [Int32]

  /// Σ −ln p(target), added in row order in double precision.
  public var total: Double { losses.reduce(0) { $0 + Double($1) } }

  /// How many scored rows have their target as the most probable class.
  public func correctCount(_ targets: [Int32]) -> Int {
    zip(predictions, targets).reduce(0) { $0 + ($1.0 == $1.1 && $1.1 >= 0 ? 1 : 0) }
  }
}

/// −Σ log softmax(logits)[target]
///
/// - Parameters:
///   - logits: [M, V].
///   - targets: M classes below V; a negative one is not scored.
public func crossEntropy(_ logits: Tensor, _ targets: Indices) -> ScoredRows {
  let (rows, classes) = (logits.shape.rows, logits.shape.width)
  require(targets.count == rows, "\(targets.count) targets for \(rows) rows of logits")
  let tape = logits.tape
  let losses = tape.uninitialized([rows])
  let logSumExp = tape.uninitialized([rows])
  let predictions = tape.indices([Int32](repeating: 0, count: rows), layout: nil)
  tape.compute("cross-entropy", floats: logits.shape.count) {
    CrossEntropyKernel.forward(
      logits.pointer, targets: targets.pointer, rows: rows, vocabulary: classes, losses: losses.pointer,
      predicted: predictions.storage.base.assumingMemoryBound(to: Int32.self), logSumExp: logSumExp.pointer)
  }
  let sum = tape.output([])
  tape.record(sum, CrossEntropyOperation(logits: logits, targets: targets, logSumExp: logSumExp))
  return ScoredRows(
    sum: sum, losses: losses.floats,
    predictions: tape.workspace.isDry
      ? [Int32](repeating: 0, count: rows)
      : Array(UnsafeBufferPointer(start: predictions.pointer, count: rows)))
}

/// dlogits = (softmax(logits) − onehot(target)) · dy, zero for rows without target
///
/// The gradient takes over the logits' memory when nobody else holds it: they are the largest tensor of a step.
final class CrossEntropyOperation: Operation {
  private var storage: Storage
  private let logits: (shape: Shape, variable: Int, layout: RowLayout?)
  private let targets: Indices
  private let logSumExp: Tensor

  init(logits: Tensor, targets: Indices, logSumExp: Tensor) {
    storage = logits.storage
    self.logits = (logits.shape, logits.variable, logits.layout)
    self.targets = targets
    self.logSumExp = logSumExp
  }

  func backward(_ dy: Tensor, into gradients: inout Gradients) {
    let tape = dy.tape
    let isUnique = isKnownUniquelyReferenced(&storage)
    let gradient = isUnique ? storage : tape.uninitialized(logits.shape).storage
    if !isUnique {
      let (from, to) = (storage.floats, gradient.floats)
      tape.compute("copy logits", floats: 2 * logits.shape.count) {
        ElementwiseKernel.copy(from, into: to, count: logits.shape.count)
      }
    }
    let dlogits = Tensor(shape: logits.shape, tape: tape, storage: gradient, variable: -1, layout: logits.layout)
    let scale = tape.workspace.isDry ? 0 : dy.item
    tape.compute("cross-entropy, logits", floats: 2 * logits.shape.count) {
      CrossEntropyKernel.backward(
        dlogits.pointer, targets: targets.pointer, logSumExp: logSumExp.pointer, scale: scale,
        rows: logits.shape.rows, vocabulary: logits.shape.width)
    }
    let input = Tensor(
      shape: logits.shape, tape: tape, storage: storage, variable: logits.variable, layout: logits.layout)
    gradients.add(dlogits, to: input)
  }
}

/// Logits that are yet to be computed: x · wᵀ + b, one number for each class.
public struct Projection {
  let x: Tensor
  let weight: Parameter
  let bias: Parameter?

  /// A projection of rows of width D by a weight [V, D] and a bias [V].
  public init(_ x: Tensor, _ weight: Parameter, _ bias: Parameter? = nil) {
    self.x = x
    self.weight = weight
    self.bias = bias
  }

  /// The logits as a whole: [M, V].
  public var logits: Tensor { linear(x, weight, bias) }
}

/// −Σ log softmax(logits)[target], in bfloat16 without logits that exist as a whole.
///
/// - Parameter targets: M classes below V; a negative one is not scored.
public func crossEntropy(_ projection: Projection, _ targets: Indices) -> ScoredRows {
  let (x, weight) = (projection.x, projection.weight)
  let (tape, rows, classes) = (x.tape, x.shape.rows, weight.shape[0])
  guard tape.precision == .bfloat16, rows > LinearKernel.fewRows else {
    return crossEntropy(projection.logits, targets)
  }
  require(targets.count == rows, "\(targets.count) targets for \(rows) rows of logits")
  require(weight.shape == [classes, x.shape.width], "x \(x.shape) · wᵀ with w \(weight.shape)")
  let losses = tape.uninitialized([rows])
  let predictions = tape.indices([Int32](repeating: 0, count: rows), layout: nil)
  let operation = ProjectedCrossEntropyOperation(projection, rows: rows, classes: classes)
  tape.compute("linear and cross-entropy", flops: operation.flops, floats: operation.floats) {
    TiledCrossEntropyKernel.forward(
      x.pointer, weight.tiles(isTransposed: false), projection.bias?.values, targets: targets.pointer, rows: rows,
      losses: losses.pointer, predicted: predictions.storage.base.assumingMemoryBound(to: Int32.self),
      gradient: tape.recordsGradients ? operation.gradient : nil)
  }
  let sum = tape.output([])
  tape.record(sum, operation)
  return ScoredRows(
    sum: sum, losses: losses.floats,
    predictions: tape.workspace.isDry
      ? [Int32](repeating: 0, count: rows)
      : Array(UnsafeBufferPointer(start: predictions.pointer, count: rows)))
}

/// With g = softmax(logits) − onehot(target): dx = g · w · dy,  dw += gᵀ · x · dy,  db += Σ rows of g · dy
struct ProjectedCrossEntropyOperation: Operation {
  let projection: Projection
  private let memory: (rows: Storage, columns: Storage, sums: Storage)?
  private let rows: Int
  private let classes: Int

  init(_ projection: Projection, rows: Int, classes: Int) {
    (self.projection, self.rows, self.classes) = (projection, rows, classes)
    let tape = projection.x.tape
    guard tape.recordsGradients else {
      memory = nil
      return
    }
    let bytes = TiledCrossEntropyKernel.Gradient.byteCounts(rows: rows, classes: classes)
    memory = (
      tape.workspace.block(byteCount: bytes.0), tape.workspace.block(byteCount: bytes.1),
      tape.workspace.block(byteCount: classes * MemoryLayout<Float>.stride)
    )
  }

  var parameters: [Parameter] { [projection.weight] + (projection.bias.map { [$0] } ?? []) }
  var flops: Double { 2 * Double(rows) * Double(classes) * Double(projection.x.shape.width) }
  var floats: Int { (rows + classes) * projection.x.shape.width + (memory == nil ? 0 : rows * classes) }

  var gradient: TiledCrossEntropyKernel.Gradient? {
    memory.map {
      TiledCrossEntropyKernel.Gradient(
        rows: rows, classes: classes, in: ($0.rows.base, $0.columns.base), sums: $0.sums.floats)
    }
  }

  func backward(_ dy: Tensor, into gradients: inout Gradients) {
    let (x, weight, tape) = (projection.x, projection.weight, dy.tape)
    let scale = tape.workspace.isDry ? 0 : dy.item
    if let (dweight, isAdding) = weight.accumulator(on: tape) {
      let dbias = projection.bias?.gradient(on: tape)
      let scaled = tape.uninitialized(x.shape)
      tape.compute("linear and cross-entropy, weight", flops: flops, floats: floats) {
        guard let gradient else { return }
        ElementwiseKernel.scale(x.pointer, by: scale, into: scaled.pointer, count: x.shape.count)
        TiledCrossEntropyKernel.backwardWeight(
          gradient, scaled.pointer, into: dweight, width: x.shape.width, adding: isAdding)
        if let dbias { TiledCrossEntropyKernel.backwardBias(gradient, scale: scale, adding: dbias) }
      }
    }
    guard x.variable >= 0 else { return }
    let dx = tape.uninitialized(x.shape)
    tape.compute("linear and cross-entropy, input", flops: flops, floats: floats) {
      guard let gradient else { return }
      TiledCrossEntropyKernel.backwardInput(gradient, weight.tiles(isTransposed: true), into: dx.pointer)
      ElementwiseKernel.scaleInPlace(dx.pointer, by: scale, count: x.shape.count)
    }
    gradients.add(dx, to: x)
  }
}
