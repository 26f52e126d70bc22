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
