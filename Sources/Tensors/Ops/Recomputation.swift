/// y = body(x), of which backward keeps x alone and computes everything else again (Chen et al. 2016).
///
/// Only where the tape asks for it. What `body` drops at random is a function of sample and site, so it is the same the
/// second time, and gradients have the same bits as without.
public func recomputed(_ x: Tensor, _ body: @escaping (Tensor) -> Tensor) -> Tensor {
  let tape = x.tape
  guard tape.recordsGradients, tape.recomputesLayers else { return body(x) }
  let silent = tape.companion(recordsGradients: false)
  let inner = body(
    Tensor(
      shape: x.shape, tape: silent, storage: x.storage, isRounded: x.isRounded, variable: -1, layout: x.layout))
  tape.countForward(of: silent)
  let y = tape.variable(inner.storage, inner.shape, layout: inner.layout, isRounded: inner.isRounded)
  tape.record(y, RecomputedOperation(x: x, body: body, parameters: silent.usedParameters))
  return y
}

/// dx is what flows back through `body`, recorded this time.
struct RecomputedOperation: Operation {
  let x: Tensor
  let body: (Tensor) -> Tensor
  let parameters: [Parameter]

  func backward(_ dy: Tensor, into gradients: inout Gradients) {
    let again = x.tape.companion(recordsGradients: true)
    let input = again.variable(x.storage, x.shape, layout: x.layout, isRounded: x.isRounded)
    if let dx = again.backward(body(input), gradient: dy, of: input) { gradients.add(dx, to: x) }
  }
}
