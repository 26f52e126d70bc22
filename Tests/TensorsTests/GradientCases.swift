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

/// A row of 11 whose first two heads of 4 are turned by its position, with frequencies 1 and 0.1.
private func turned(_ x: [Double], by position: Double) -> [Double] {
  var y = x
  for first in [0, 1, 4, 5] {
    let angle = first % 4 == 0 ? position : 0.1 * position
    y[first] = x[first] * cos(angle) - x[first + 2] * sin(angle)
    y[first + 2] = x[first + 2] * cos(angle) + x[first] * sin(angle)
  }
  return y
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
        name: "linear after an activation, input used twice", shapes: [[5, 7], [7, 7], [7]],
        forward: { tape, p in
          let x = tensor(p[0], on: tape)
          return Output(add(x, linear(x, after: .gelu, p[1], p[2])))
        },
        reference: { p in
          let active = p[0].map { 0.5 * $0 * (1 + erf($0 / 2.0.squareRoot())) }
          let y = split(active, 7).flatMap { x in zip(split(p[1], 7), p[2]).map { dot(x, $0) + $1 } }
          return zip(p[0], y).map(+)
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
        name: "layer norm of a sum", shapes: [[4, 9], [4, 9], [9], [9]],
        forward: { tape, p in
          let (x, branch) = (tensor(p[0], on: tape), tensor(p[1], on: tape))
          let dropout = BranchDropout(rate: 0.5, site: 0)  // which the check's tape does not apply
          return Output(layerNorm(x, plus: branch, dropout, gain: p[2], bias: p[3], epsilon: 1e-5))
        },
        reference: { p in
          split(zip(p[0], p[1]).map(+), 9).flatMap { x in
            let mean = x.reduce(0, +) / 9
            let variance = x.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 9
            return (0..<9).map { (x[$0] - mean) / (variance + 1e-5).squareRoot() * p[2][$0] + p[3][$0] }
          }
        }),
      GradientCase(
        name: "RMS norm", shapes: [[4, 9], [9]],
        forward: { Output(rmsNorm(tensor($1[0], on: $0), gain: $1[1], epsilon: 1e-5)) },
        reference: { p in
          split(p[0], 9).flatMap { x -> [Double] in
            let root = (dot(x, x) / 9 + 1e-5).squareRoot()
            return zip(x, p[1]).map { $0 / root * $1 }
          }
        }),
      GradientCase(
        name: "SwiGLU", shapes: [[3, 10]], forward: { Output(swiGLU(tensor($1[0], on: $0))) },
        reference: { p in
          split(p[0], 10).flatMap { x in zip(x[..<5], x[5...]).map { gate, value in value * gate / (1 + exp(-gate)) } }
        }, scale: 2),
      GradientCase(
        name: "rotary positions", shapes: [[3, 11]],
        forward: { tape, p in
          Output(
            rotated(
              tensor(p[0], on: tape), headCount: 2, positions: tape.indices([0, 3, 300], layout: nil),
              table: RotaryTable(headSize: 4, base: 100)))
        },
        reference: { p in
          zip(split(p[0], 11), [0.0, 3, 300]).flatMap { turned($0, by: $1) }
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
      groupedAttentionCase,
    ]

  /// Four heads of queries, two of keys and values.
  private static let groupedAttentionCase = GradientCase(
    name: "attention with shared keys", shapes: [[12, 24]],
    forward: { tape, p in
      let segments = tape.input(packed).segments
      let qkv = tensor(p[0], on: tape, batch: packed)
      return Output(
        attention(
          qkv.columns(from: 0, width: 12), qkv.columns(from: 12, width: 6), qkv.columns(from: 18, width: 6),
          headCount: 4, queries: segments, keys: segments, isCausal: true))
    },
    reference: { p in
      let rows = split(p[0], 24)
      // Heads 0 and 1 read the first head of keys, 2 and 3 the second.
      func spread(_ start: Int) -> [[Double]] {
        rows.map { row in
          let (first, second) = (Array(row[start..<start + 3]), Array(row[start + 3..<start + 6]))
          return first + first + second + second
        }
      }
      return attentionReference(
        rows.map { Array($0[..<12]) }, spread(12), spread(18), heads: 4, isCausal: true, offsets: packed.segmentOffsets)
    })

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
