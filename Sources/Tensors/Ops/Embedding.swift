import Kernels

// V rows of the table, D width, M ids

/// y[m] = table[ids[m]]
///
/// - Parameters:
///   - ids: M row numbers, each below V: the caller has checked them.
///   - table: [V, D].
/// - Returns: [M, D].
public func embedding(_ ids: Indices, _ table: Parameter, on tape: Tape) -> Tensor {
  let width = table.shape[1]
  let y = tape.output([ids.count, width], layout: ids.layout)
  tape.compute("embedding", floats: 2 * y.shape.count) {
    EmbeddingKernel.forward(table.values, ids.pointer, into: y.pointer, rows: ids.count, width: width)
  }
  tape.record(y, EmbeddingOperation(ids: ids, table: table))
  return y
}

/// dtable[ids[m]] += dy[m], in the order of m
struct EmbeddingOperation: Operation {
  let ids: Indices
  let table: Parameter

  var parameters: [Parameter] { [table] }

  func backward(_ dy: Tensor, into gradients: inout Gradients) {
    guard let dtable = table.gradient(on: dy.tape) else { return }
    dy.tape.compute("embedding, table", floats: 3 * dy.shape.count) {
      EmbeddingKernel.backward(
        dy.pointer, ids.pointer, adding: dtable, rows: ids.count, width: table.shape[1])
    }
  }
}

/// y[m] = x[places[m]]: rows picked from a tensor, such as the masked tokens or each segment's first.
///
/// - Returns: [M, D], drawing random numbers as the places say.
public func rows(_ x: Tensor, at places: Indices) -> Tensor {
  let width = x.shape.width
  let y = x.tape.output([places.count, width], layout: places.layout)
  x.tape.compute("rows", floats: 2 * y.shape.count) {
    RowsKernel.gather(x.pointer, places.pointer, into: y.pointer, rows: places.count, width: width)
  }
  x.tape.record(y, RowsOperation(x: x.place, places: places))
  return y
}

/// dx[places[m]] += dy[m]
struct RowsOperation: Operation {
  let x: Place
  let places: Indices

  func backward(_ dy: Tensor, into gradients: inout Gradients) {
    guard let (dx, isAdding) = gradients.accumulator(for: x) else { return }
    dy.tape.compute("rows, input", floats: x.shape.count + 2 * dy.shape.count) {
      if !isAdding { ElementwiseKernel.zero(dx, count: x.shape.count) }
      RowsKernel.scatterAdd(dy.pointer, places.pointer, adding: dx, rows: places.count, width: x.shape.width)
    }
  }
}
