import Kernels

/// One product of a model: M rows, K in, N out.
struct Product {
  let name: String
  let rows, inner, columns: Int

  var flops: Double { 2 * Double(rows) * Double(inner) * Double(columns) }

  /// The products of one layer and of the vocabulary head.
  static func ofModel(_ name: String, width: Int, rows: Int, vocabulary: Int) -> [Product] {
    [
      Product(name: "\(name) query, key, value", rows: rows, inner: width, columns: 3 * width),
      Product(name: "\(name) projection", rows: rows, inner: width, columns: width),
      Product(name: "\(name) up", rows: rows, inner: width, columns: 4 * width),
      Product(name: "\(name) down", rows: rows, inner: 4 * width, columns: width),
      Product(name: "\(name) vocabulary", rows: rows * 15 / 100, inner: width, columns: vocabulary),
    ]
  }

  /// Seconds of forward and of both gradients in bfloat16, the weights tiled before.
  func tiledSeconds() -> (forward: Double, backward: Double) {
    let (x, w, b) = (numbers(rows * inner), numbers(columns * inner), numbers(columns))
    let (y, dx, dw) = (numbers(rows * columns), numbers(rows * inner), numbers(columns * inner))
    let (forward, backward) = (
      TiledMatrix(lines: columns, inner: inner), TiledMatrix(lines: inner, inner: columns)
    )
    forward.fill(from: w, isTransposed: false)
    backward.fill(from: w, isTransposed: true)
    defer { for memory in [x, w, b, y, dx, dw] { memory.deallocate() } }
    return (
      median { TiledLinearKernel.forward(NumberPointer(x), forward, b, into: NumberPointer(y), rows: rows) },
      median {
        TiledLinearKernel.backward(
          y, NumberPointer(x), backward, into: (dw, false), dbias: b, dinput: (dx, false), rows: rows, inner: inner,
          columns: columns)
      }
    )
  }

  /// Seconds of forward and of both gradients in float32.
  func seconds() -> (forward: Double, backward: Double) {
    let (x, w, b) = (numbers(rows * inner), numbers(columns * inner), numbers(columns))
    let (y, dx, dw) = (numbers(rows * columns), numbers(rows * inner), numbers(columns * inner))
    defer { for memory in [x, w, b, y, dx, dw] { memory.deallocate() } }
    return (
      median { LinearKernel.forward(x, w, b, into: y, rows: rows, inner: inner, columns: columns) },
      median {
        LinearKernel.backwardWeight(y, x, into: dw, dbias: b, rows: rows, inner: inner, columns: columns, adding: false)
        LinearKernel.backwardInput(y, w, into: dx, rows: rows, inner: inner, columns: columns, adding: false)
      }
    )
  }
}

/// GFLOP/s of every product, and their share of the measured peak; in bfloat16 too, where the CPU level has a unit for it.
func measureProducts(threads: Int) {
  let peak = CPUPeak.measure(seconds: 0.3)
  measureProducts("float32", threads: threads, peak) { $0.seconds() }
  if TileProduct.isAvailable {
    measureProducts("bfloat16", threads: threads, CPUPeak.measureTiles(seconds: 0.3)) { $0.tiledSeconds() }
  }
}

private func measureProducts(
  _ precision: String, threads: Int, _ peak: Double, _ measure: (Product) -> (forward: Double, backward: Double)
) {
  print("\n\(precision), \(threads) thread(s), peak of multiply and add \(column(peak, width: 0)) GFLOP/s")
  print(label("GFLOP/s", width: 28) + "       M     K     N  forward backward   share of peak")
  let models = [
    Product.ofModel("bert-mini", width: 256, rows: 256, vocabulary: 8192),
    Product.ofModel("bert-mini", width: 256, rows: 2048, vocabulary: 8192),
    Product.ofModel("bert-base", width: 768, rows: 1024, vocabulary: 30522),
    Product.ofModel("bert-base", width: 768, rows: 4096, vocabulary: 30522),
  ]
  for products in models {
    var total = (flops: 0.0, seconds: 0.0)
    for product in products {
      let seconds = measure(product)
      let sum = seconds.forward + seconds.backward
      total = (total.flops + 3 * product.flops, total.seconds + sum)
      print(
        label(product.name, width: 28) + column(Double(product.rows)) + column(Double(product.inner), width: 6)
          + column(Double(product.columns), width: 6)
          + column(product.flops / seconds.forward / 1e9, width: 9)
          + column(2 * product.flops / seconds.backward / 1e9, width: 9)
          + column(300 * product.flops / sum / 1e9 / peak, width: 14) + " %")
    }
    let rate = total.flops / total.seconds / 1e9
    print(label("all of them", width: 57) + column(rate) + " GFLOP/s" + column(100 * rate / peak, width: 10) + " %")
  }
}
