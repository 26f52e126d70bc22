import Kernels

/// y = (x − mean) / √(variance + ε) · gain + bias, row by row (Ba, Kiros and Hinton 2016).
///
/// - Parameters:
///   - x: rows of width D.
///   - gain: [D].
///   - bias: [D].
public func layerNorm(_ x: Tensor, gain: Parameter, bias: Parameter, epsilon: Float) -> Tensor {
  let (rows, width) = (x.shape.rows, x.shape.width)
  require(gain.shape == [width] && bias.shape == [width], "norm of width \(gain.shape) for rows \(x.shape)")
  let y = x.tape.output([rows, width], layout: x.layout)
  let mean = x.tape.uninitialized([rows])
  let reciprocalDeviation = x.tape.uninitialized([rows])
  x.tape.compute("layer norm", floats: 2 * x.shape.count) {
    LayerNormKernel.forward(
      x.pointer, gain: gain.values, bias: bias.values, epsilon: epsilon, into: y.pointer, mean: mean.pointer,
      reciprocalDeviation: reciprocalDeviation.pointer, rows: rows, width: width)
  }
  x.tape.record(
    y, LayerNormOperation(x: x, gain: gain, bias: bias, mean: mean, reciprocalDeviation: reciprocalDeviation))
  return y
}

/// With x̂ the normalized row and g = dy · gain: dx = (g − mean(g) − x̂ · mean(g · x̂)) / deviation
struct LayerNormOperation: Operation {
  let x: Tensor
  let gain: Parameter
  let bias: Parameter
  let mean: Tensor
  let reciprocalDeviation: Tensor

  var parameters: [Parameter] { [gain, bias] }

  func backward(_ dy: Tensor, into gradients: inout Gradients) {
    let dx = x.tape.uninitialized(x.shape)
    let (dgain, dbias) = (gain.gradient(on: dy.tape), bias.gradient(on: dy.tape))
    x.tape.compute("layer norm, input", floats: 3 * x.shape.count) {
      LayerNormKernel.backward(
        dy.pointer, x.pointer, gain: gain.values, mean: mean.pointer,
        reciprocalDeviation: reciprocalDeviation.pointer, into: dx.pointer, dgain: dgain,
        dbias: dbias, rows: x.shape.rows, width: x.shape.width)
    }
    gradients.add(dx, to: x)
  }
}

/// y = x / √(mean(x²) + ε) · gain, row by row (Zhang and Sennrich 2019).
///
/// - Parameters:
///   - x: rows of width D.
///   - gain: [D].
public func rmsNorm(_ x: Tensor, gain: Parameter, epsilon: Float) -> Tensor {
  let (rows, width) = (x.shape.rows, x.shape.width)
  require(gain.shape == [width], "norm of width \(gain.shape) for rows \(x.shape)")
  let y = x.tape.output([rows, width], layout: x.layout)
  let reciprocalRoot = x.tape.uninitialized([rows])
  x.tape.compute("RMS norm", floats: 2 * x.shape.count) {
    RMSNormKernel.forward(
      x.pointer, gain: gain.values, epsilon: epsilon, into: y.pointer, reciprocalRoot: reciprocalRoot.pointer,
      rows: rows, width: width)
  }
  x.tape.record(y, RMSNormOperation(x: x, gain: gain, reciprocalRoot: reciprocalRoot))
  return y
}

/// With x̂ the normalized row and g = dy · gain: dx = (g − x̂ · mean(g · x̂)) / root
struct RMSNormOperation: Operation {
  let x: Tensor
  let gain: Parameter
  let reciprocalRoot: Tensor

  var parameters: [Parameter] { [gain] }

  func backward(_ dy: Tensor, into gradients: inout Gradients) {
    let dx = x.tape.uninitialized(x.shape)
    let dgain = gain.gradient(on: dy.tape)
    x.tape.compute("RMS norm, input", floats: 3 * x.shape.count) {
      RMSNormKernel.backward(
        dy.pointer, x.pointer, gain: gain.values, reciprocalRoot: reciprocalRoot.pointer, into: dx.pointer,
        dgain: dgain, rows: x.shape.rows, width: x.shape.width)
    }
    gradients.add(dx, to: x)
  }
}
