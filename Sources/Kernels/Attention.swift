// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CKernels

// H heads, G heads of keys and values, D head size, Q query rows, K key rows, t rows of a tile of queries, s keys that the
// tile sees

/// y = dropout(softmax(scale · q · kᵀ − slope · distance + mask)) · v, head by head and segment by segment (Vaswani et al. 2017, 3.2.1).
///
/// Rows of q, k, v and y hold the heads side by side and may be parts of wider rows, so each has a stride. Scores exist
/// for one tile of queries at a time; backward computes them again.
public enum AttentionKernel {
  /// Overwrites y, and ln Σ exp(scale · score) of each head and query for backward. A query that sees no key gets 0.
  ///
  /// Numbers of q, k, v and y may be rounded where the call is tiled, keys and values alike.
  ///
  /// - Parameters:
  ///   - q: [Q, H · D].
  ///   - k: [K, G · D].
  ///   - v: [K, G · D].
  ///   - y: [Q, H · D].
  ///   - logSumExp: [H, Q].
  ///   - queryCount: Q, over all segments.
  public static func forward(
    _ call: AttentionCall, q: NumberPointer, qStride: Int, k: NumberPointer, kStride: Int, v: NumberPointer,
    vStride: Int, into y: NumberPointer, outputStride: Int, logSumExp: UnsafeMutablePointer<Float>, queryCount: Int
  ) {
    let hasFloats = !(q.isRounded || y.isRounded) && k.isRounded == v.isRounded
    call.forEachPart { part in
      let isSmall = hasFloats && part.queries.count <= AttentionCall.fewQueries
      let (column, keyColumn) = (part.head * call.headSize, part.keyHead * call.keyHeadStride)
      let keys = Rows(k, kStride, part.keys, keyColumn)
      let values = Rows(v, vStride, part.keys, keyColumn)
      func forward(_ products: some AttentionProducts) {
        AttentionHead(call: call, part: part, q: Rows(q, qStride, part.queries, column), products: products).forward(
          into: Rows(y, outputStride, part.queries, column),
          logSumExp: logSumExp + part.head * queryCount + part.queries.lowerBound, isSmall: isSmall)
      }
      if call.isTiled && !isSmall && TileProduct.isAvailable {
        forward(TiledProducts(keys, values, part.keys.count, call.headSize, TileProduct.unit, combining: .values))
      } else {
        forward(FloatProducts(keys: keys, values: values, D: call.headSize))
      }
    }
  }

  /// With p the probabilities before dropout and m the mask:
  /// dv = (p · m)ᵀ · dy,  ds = p · (m · (dy · vᵀ) − Σ dy · y) · scale,  dq = ds · k,  dk = dsᵀ · q.
  ///
  /// Overwrites dq, dk and dv, whose rows are as far apart as those of q, k and v; dk and dv are sums over the heads of
  /// queries that share them.
  public static func backward(
    _ call: AttentionCall, dy: UnsafePointer<Float>, output: NumberPointer, outputStride: Int,
    logSumExp: UnsafePointer<Float>, queryCount: Int, q: NumberPointer, qStride: Int, k: NumberPointer, kStride: Int,
    v: NumberPointer, vStride: Int, dq: UnsafeMutablePointer<Float>,
    dk: UnsafeMutablePointer<Float>, dv: UnsafeMutablePointer<Float>
  ) {
    call.forEachGroup { part, isFirst in
      let (column, keyColumn) = (part.head * call.headSize, part.keyHead * call.keyHeadStride)
      let keys = Rows(k, kStride, part.keys, keyColumn)
      let values = Rows(v, vStride, part.keys, keyColumn)
      func backward(_ products: some AttentionProducts) {
        AttentionHead(call: call, part: part, q: Rows(q, qStride, part.queries, column), products: products).backward(
          dy: Rows(NumberPointer(dy), outputStride, part.queries, column),
          y: Rows(output, outputStride, part.queries, column),
          logSumExp: logSumExp + part.head * queryCount + part.queries.lowerBound,
          dq: Rows(dq, qStride, part.queries, column), dk: Rows(dk, kStride, part.keys, keyColumn),
          dv: Rows(dv, vStride, part.keys, keyColumn), adding: !isFirst)
      }
      if call.isTiled && TileProduct.isAvailable {
        backward(TiledProducts(keys, values, part.keys.count, call.headSize, TileProduct.unit, combining: .keys))
      } else {
        backward(FloatProducts(keys: keys, values: values, D: call.headSize))
      }
    }
  }
}

/// One head of one segment.
private struct AttentionHead<Products: AttentionProducts> {
  let call: AttentionCall
  let part: AttentionCall.Part
  let q: Rows<NumberPointer>
  let products: Products

  var D: Int { call.headSize }

  /// Few queries against many keys are bound by memory: no product pays.
  func forward(into y: Rows<NumberPointer>, logSumExp: UnsafeMutablePointer<Float>, isSmall: Bool) {
    for tile in tiles {
      let scores_ts = Scratch.scores.floats(tile.rows * max(1, tile.width))
      if isSmall {
        for row in 0..<tile.rows {
          products.keys.dots(q[row].floats, into: scores_ts + row * tile.width, tile.width, D)
        }
      } else if tile.width > 0 {
        products.compare(q, with: .keys, tile, into: scores_ts)
      }
      addDistances(to: scores_ts, tile)
      kernels.attention_softmax(
        scores_ts, call.scale, tile.rows, tile.width, tile.visible, tile.step, logSumExp + tile.top)
      part.mask?.apply(to: scores_ts, top: tile.top, rows: tile.rows, width: tile.width)
      if tile.width == 0 {
        y.clear(tile.rows, D, from: tile.top)
      } else if isSmall {
        for row in 0..<tile.rows {
          products.values.weightedSum(
            scores_ts + row * tile.width, into: y[tile.top + row].floats, tile.width, D)
        }
      } else {
        products.combine(scores_ts, of: .values, tile, into: y)
      }
    }
  }

  func backward(
    dy: Rows<NumberPointer>, y: Rows<NumberPointer>, logSumExp: UnsafePointer<Float>,
    dq: Rows<UnsafeMutablePointer<Float>>, dk: Rows<UnsafeMutablePointer<Float>>,
    dv: Rows<UnsafeMutablePointer<Float>>, adding: Bool
  ) {
    // The last queries see every key: they come first and overwrite, the others add.
    let tiles = tiles.reversed()
    if !adding, tiles.first?.width != part.keys.count {
      dk.clear(part.keys.count, D)
      dv.clear(part.keys.count, D)
    }
    for (index, tile) in tiles.enumerated() {
      if tile.width == 0 {
        dq.clear(tile.rows, D, from: tile.top)
        continue
      }
      let count = tile.rows * tile.width
      let p_ts = Scratch.scores.floats(count)
      let ds_ts = Scratch.gradients.floats(count)
      let delta_t = Scratch.sums.floats(tile.rows)
      products.compare(q, with: .keys, tile, into: p_ts)
      addDistances(to: p_ts, tile)
      kernels.attention_probabilities(
        p_ts, call.scale, tile.rows, tile.width, tile.visible, tile.step, logSumExp + tile.top)
      products.compare(dy, with: .values, tile, into: ds_ts)
      for row in 0..<tile.rows {
        delta_t[row] = kernels.dot(dy[tile.top + row].floats, y[tile.top + row].widened(D, .widened), D)
      }
      var masked_ts = p_ts
      if let mask = part.mask {
        masked_ts = Scratch.masks.floats(count)
        mask.apply(p_ts, into: masked_ts, and: ds_ts, top: tile.top, rows: tile.rows, width: tile.width)
      }
      let isAdding = adding || index > 0
      products.collect(masked_ts, of: dy, tile, into: dv, adding: isAdding)
      kernels.attention_softmax_backward(p_ts, ds_ts, delta_t, call.scale, tile.rows, tile.width)
      products.combine(ds_ts, of: .keys, tile, into: Rows(dq))
      products.collect(ds_ts, of: q, tile, into: dk, adding: isAdding)
    }
  }

  private func addDistances(to scores_ts: UnsafeMutablePointer<Float>, _ tile: AttentionTile) {
    guard !call.slopes.isEmpty else { return }
    kernels.attention_distances(
      scores_ts, call.slopes[part.head] / call.scale, tile.rows, tile.width, tile.visible, tile.step)
  }

  /// The queries' tiles, from first to last.
  private var tiles: [AttentionTile] {
    stride(from: 0, to: part.queries.count, by: AttentionCall.tileHeight).map { top in
      let rows = min(AttentionCall.tileHeight, part.queries.count - top)
      return AttentionTile(
        top: top, rows: rows, width: max(0, call.visible(top + rows - 1, in: part)),
        visible: call.visible(top, in: part), step: call.isCausal ? 1 : 0)
    }
  }
}
