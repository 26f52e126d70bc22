import Kernels

/// How a branch's elements are dropped before it joins what it left from (Srivastava et al. 2014).
public struct BranchDropout {
  let rate: Float
  let site: Int

  /// The probability of zero, and which dropout of the model this is.
  public init(rate: Float, site: Int) {
    self.rate = rate
    self.site = site
  }

  /// Nil where nothing is dropped.
  fileprivate func kernel(_ layout: RowLayout?, on tape: Tape) -> ResidualKernel.Dropping? {
    guard tape.appliesDropout && rate > 0 else { return nil }
    guard let layout else { requirementFailed("dropout of rows without samples") }
    return (layout.dropoutPositions(key: tape.key, site: site), rate)
  }
}

/// x + dropout(branch), of equal shape.
public func add(_ x: Tensor, _ branch: Tensor, _ dropout: BranchDropout) -> Tensor {
  require(x.shape == branch.shape, "sum of \(x.shape) and \(branch.shape)")
  let tape = x.tape
  guard tape.appliesDropout && dropout.rate > 0 else { return add(x, branch) }
  let y = tape.output(x.shape, layout: x.layout)
  let operation = ResidualOperation(x: x.place, branch: branch.place, layout: branch.layout, dropout: dropout)
  tape.compute("residual", floats: 3 * x.shape.count) {
    operation.kernel(on: tape).forward(x.pointer, branch.pointer, into: y.pointer, rows: x.shape.rows)
  }
  tape.record(y, operation)
  return y
}

/// dx = dy,  dbranch = dy · mask / (1 − rate)
struct ResidualOperation: Operation {
  let x: Place
  let branch: Place
  let layout: RowLayout?
  let dropout: BranchDropout

  func kernel(on tape: Tape) -> ResidualKernel {
    ResidualKernel(width: x.shape.width, dropping: dropout.kernel(layout, on: tape))
  }

  func backward(_ dy: Tensor, into gradients: inout Gradients) {
    let dbranch = dy.tape.uninitialized(branch.shape)
    dy.tape.compute("residual, branch", floats: 2 * branch.shape.count) {
      kernel(on: dy.tape).backward(dy.pointer, into: dbranch.pointer, rows: branch.shape.rows)
    }
    gradients.add(dbranch, to: branch)
    gradients.add(dy, to: x)
  }
}

/// The layer norm of x + dropout(branch), in one walk over the rows.
///
/// - Parameters:
///   - x: rows of width D.
///   - branch: the same.
///   - gain: [D].
///   - bias: [D].
public func layerNorm(
  _ x: Tensor, plus branch: Tensor, _ dropout: BranchDropout, gain: Parameter, bias: Parameter, epsilon: Float
) -> Tensor {
  let (rows, width, tape) = (x.shape.rows, x.shape.width, x.tape)
  require(x.shape == branch.shape, "sum of \(x.shape) and \(branch.shape)")
  require(gain.shape == [width] && bias.shape == [width], "norm of width \(gain.shape) for rows \(x.shape)")
  let y = tape.output([rows, width], layout: x.layout)
  let operation = ResidualNormOperation(
    residual: ResidualOperation(x: x.place, branch: branch.place, layout: branch.layout, dropout: dropout),
    sum: tape.uninitialized([rows, width]), gain: gain, bias: bias, mean: tape.uninitialized([rows]),
    reciprocalDeviation: tape.uninitialized([rows]))
  tape.compute("residual and layer norm", floats: 4 * x.shape.count) {
    operation.residual.kernel(on: tape).forward(
      x.pointer, branch.pointer, into: operation.sum.pointer, gain: gain.values, bias: bias.values, epsilon: epsilon,
      norm: y.pointer, mean: operation.mean.pointer, reciprocalDeviation: operation.reciprocalDeviation.pointer,
      rows: rows)
  }
  tape.record(y, operation)
  return y
}

/// The layer norm's gradient, which is x's, and with the mask that of the branch.
struct ResidualNormOperation: Operation {
  let residual: ResidualOperation
  let sum: Tensor
  let gain: Parameter
  let bias: Parameter
  let mean: Tensor
  let reciprocalDeviation: Tensor

  var parameters: [Parameter] { [gain, bias] }

  func backward(_ dy: Tensor, into gradients: inout Gradients) {
    let tape = dy.tape
    let (dgain, dbias) = (gain.gradient(on: tape), bias.gradient(on: tape))
    let dx = tape.uninitialized(sum.shape)
    let isDropping = tape.appliesDropout && residual.dropout.rate > 0
    let dbranch = isDropping ? tape.uninitialized(sum.shape) : dx
    tape.compute("residual and layer norm, inputs", floats: (isDropping ? 4 : 3) * sum.shape.count) {
      residual.kernel(on: tape).backward(
        dy.pointer, sum.pointer, gain: gain.values, mean: mean.pointer,
        reciprocalDeviation: reciprocalDeviation.pointer, into: dx.pointer, dbranch: dbranch.pointer,
        dgain: dgain, dbias: dbias, rows: sum.shape.rows)
    }
    gradients.add(dbranch, to: residual.branch)
    gradients.add(dx, to: residual.x)
  }
}
