import Foundation

@testable import Tensors

/// Rows of width `width` of a flat array.
private func split(_ values: [Double], _ width: Int) -> [[Double]] {
  stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

private func softmax(_ x: [Double]) -> [Double] {
  let top = x.max() ?? 0
  let powers = x.map { exp($0 - top) }
  let total = powers.reduce(0, +)
  return powers.map { $0 / total }
}

/// Two rows; the second is packed from segments of lengths 3 and 5.
let packed: Sequences = {
  var batch = Sequences()
  batch.append(ids: [1, 2, 3, 4], sample: 3)
  batch.append(ids: [5, 6, 7, 8, 9, 1, 2, 3], segments: [0, 3], sample: 9)
  return batch
}()

/// softmax(q · kᵀ / √d) · v of every segment and head, from the definition.
private func attentionReference(
  _ q: [[Double]], _ k: [[Double]], _ v: [[Double]], heads: Int, isCausal: Bool, offsets: [Int32]
) -> [Double] {
  let size = q[0].count / heads
  var y = q.map { [Double](repeating: 0, count: $0.count) }
  for (start, end) in zip(offsets, offsets.dropFirst()).map({ (Int($0), Int($1)) }) {
    for head in 0..<heads {
      let columns = head * size..<(head + 1) * size
      for i in start..<end {
        let seen = start..<(isCausal ? i + 1 : end)
        let weights = softmax(seen.map { dot(Array(q[i][columns]), Array(k[$0][columns])) / Double(size).squareRoot() })
        for (weight, j) in zip(weights, seen) {
          for column in columns { y[i][column] += weight * v[j][column] }
        }
      }
    }
  }
  return y.flatMap { $0 }
}

extension GradientCase {
  static let all: [GradientCase] =
    elementwise + [
      GradientCase(
        name: "linear with bias", shapes: [[5, 7], [3, 7], [3]],
        forward: { Output(linear(tensor($1[0], on: $0), $1[1], $1[2])) },
        reference: { p in
          split(p[0], 7).flatMap { x in zip(split(p[1], 7), p[2]).map { dot(x, $0) + $1 } }
        }),
      GradientCase(
        name: "linear without bias, input used twice", shapes: [[5, 7], [7, 7]],
        forward: { tape, p in
          let x = tensor(p[0], on: tape)
          return Output(linear(x, p[1]) + x)
        },
        reference: { p in
          split(p[0], 7).flatMap { x in zip(split(p[1], 7), x).map { dot(x, $0) + $1 } }
        }),
      GradientCase(
        name: "embedding with repeated ids", shapes: [[6, 3]],
        forward: { Output(embedding($0.indices([4, 0, 4, 2, 4], layout: nil), $1[0], on: $0)) },
        reference: { p in [4, 0, 4, 2, 4].flatMap { split(p[0], 3)[$0] } }),
      GradientCase(
        name: "rows with repeated places", shapes: [[6, 3]],
        forward: { Output(rows(tensor($1[0], on: $0), at: $0.places([5, 1, 1]))) },
        reference: { p in [5, 1, 1].flatMap { split(p[0], 3)[$0] } }),
      GradientCase(
        name: "layer norm", shapes: [[4, 9], [9], [9]],
        forward: { Output(layerNorm(tensor($1[0], on: $0), gain: $1[1], bias: $1[2], epsilon: 1e-5)) },
        reference: { p in
          split(p[0], 9).flatMap { x in
            let mean = x.reduce(0, +) / 9
            let variance = x.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 9
            return (0..<9).map { (x[$0] - mean) / (variance + 1e-5).squareRoot() * p[1][$0] + p[2][$0] }
          }
        }),
      GradientCase(
        name: "cross-entropy with an ignored row", shapes: [[4, 6]],
        forward: { Output(crossEntropy(tensor($1[0], on: $0), $0.targets([2, -100, 5, 0]))) },
        reference: { p in
          let rows = split(p[0], 6).map(softmax)
          return [-(log(rows[0][2]) + log(rows[2][5]) + log(rows[3][0]))]
        }),
      pooling(.cls) { [$0[0], $0[4], $0[7]].flatMap { $0 } },
      pooling(.mean) { x in
        [0..<4, 4..<7, 7..<12].flatMap { rows in
          (0..<5).map { column in rows.map { x[$0][column] }.reduce(0, +) / Double(rows.count) }
        }
      },
      pooling(.max) { x in
        [0..<4, 4..<7, 7..<12].flatMap { rows in
          (0..<5).map { column in rows.map { x[$0][column] }.max() ?? 0 }
        }
      },
      attentionCase(isCausal: false, isFused: true),
      attentionCase(isCausal: true, isFused: true),
      attentionCase(isCausal: true, isFused: false),
    ]

  private static let elementwise: [GradientCase] = [
    unary("gelu", { activation(.gelu, $0) }) { 0.5 * $0 * (1 + erf($0 / 2.0.squareRoot())) },
    unary("gelu by tanh", { activation(.geluTanh, $0) }) {
      0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0)))
    },
    unary("tanh", { activation(.tanh, $0) }) { tanh($0) },
    unary("relu", { activation(.relu, $0) }) { max(0, $0) },
    unary("x + x", { $0 + $0 }) { 2 * $0 },
    GradientCase(
      name: "a + b", shapes: [[3, 4], [3, 4]],
      forward: { Output(tensor($1[0], on: $0) + tensor($1[1], on: $0)) },
      reference: { p in zip(p[0], p[1]).map(+) }),
  ]

  private static func unary(
    _ name: String, _ operation: @escaping @Sendable (Tensor) -> Tensor,
    _ reference: @escaping @Sendable (Double) -> Double
  ) -> GradientCase {
    GradientCase(
      name: name, shapes: [[3, 17]], forward: { Output(operation(tensor($1[0], on: $0))) },
      reference: { p in p[0].map(reference) }, scale: 1.5)
  }

  private static func pooling(
    _ kind: Pooling, _ reference: @escaping @Sendable ([[Double]]) -> [Double]
  ) -> GradientCase {
    GradientCase(
      name: "pooling by \(kind)", shapes: [[12, 5]],
      forward: { tape, p in Output(pooled(tensor(p[0], on: tape, batch: packed), kind, over: tape.input(packed))) },
      reference: { p in reference(split(p[0], 5)) })
  }

  private static func attentionCase(isCausal: Bool, isFused: Bool) -> GradientCase {
    GradientCase(
      name: "attention, causal \(isCausal), fused \(isFused)",
      shapes: isFused ? [[12, 18]] : [[12, 6], [12, 6], [12, 6]],
      forward: { tape, p in
        let segments = tape.input(packed).segments
        let tensors = p.map { tensor($0, on: tape, batch: packed) }
        let columns = isFused ? (0..<3).map { tensors[0].columns($0, of: 3) } : tensors.map { $0.columns(0) }
        return Output(
          attention(
            columns[0], columns[1], columns[2], headCount: 2, queries: segments, keys: segments, isCausal: isCausal))
      },
      reference: { p in
        let parts: [[[Double]]] =
          isFused
          ? (0..<3).map { part in split(p[0], 18).map { Array($0[part * 6..<part * 6 + 6]) } } : p.map { split($0, 6) }
        return attentionReference(
          parts[0], parts[1], parts[2], heads: 2, isCausal: isCausal, offsets: packed.segmentOffsets)
      })
  }
}
