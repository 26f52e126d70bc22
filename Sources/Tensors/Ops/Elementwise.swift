import Kernels

/// a + b, of equal shape.
public func add(_ a: Tensor, _ b: Tensor) -> Tensor {
  require(a.shape == b.shape, "sum of \(a.shape) and \(b.shape)")
  let y = a.tape.output(a.shape, layout: a.layout)
  a.tape.compute("add", floats: 3 * a.shape.count) {
    ElementwiseKernel.add(a.pointer, b.pointer, into: y.pointer, count: a.shape.count)
  }
  a.tape.record(y, AddOperation(a: a.place, b: b.place))
  return y
}

extension Tensor {
  /// a + b, of equal shape.
  public static func + (a: Tensor, b: Tensor) -> Tensor { add(a, b) }
}

/// da = dy,  db = dy
struct AddOperation: Operation {
  let a: Place
  let b: Place

  func backward(_ dy: Tensor, into gradients: inout Gradients) {
    gradients.add(dy, to: a)
    gradients.add(dy, to: b)
  }
}

/// x with each element kept with probability 1 − rate and divided by it, zero otherwise (Srivastava et al. 2014).
///
/// The identity where the tape applies no dropout. The mask is a function of sample, epoch and site, recomputed in
/// backward instead of stored.
public func dropout(_ x: Tensor, rate: Float, site: Int) -> Tensor {
  guard x.tape.appliesDropout && rate > 0 else { return x }
  guard let layout = x.layout else { requirementFailed("dropout of rows without samples") }
  let y = x.tape.output(x.shape, layout: layout)
  x.tape.compute("dropout", floats: 2 * x.shape.count) {
    DropoutKernel.forward(
      x.pointer, into: y.pointer, width: x.shape.width,
      positions: layout.dropoutPositions(key: x.tape.key, site: site), rate: rate)
  }
  x.tape.record(y, DropoutOperation(x: x.place, layout: layout, rate: rate, site: site))
  return y
}

/// dx = dy · mask / (1 − rate)
struct DropoutOperation: Operation {
  let x: Place
  let layout: RowLayout
  let rate: Float
  let site: Int

  func backward(_ dy: Tensor, into gradients: inout Gradients) {
    let tape = dy.tape
    let dx = tape.uninitialized(x.shape)
    tape.compute("dropout, input", floats: 2 * x.shape.count) {
      DropoutKernel.backward(
        dy.pointer, into: dx.pointer, width: x.shape.width,
        positions: layout.dropoutPositions(key: tape.key, site: site), rate: rate)
    }
    gradients.add(dx, to: x)
  }
}
