import Foundation
import Kernels
import Randomness
import Testing

extension KernelsTests {
  @Suite struct Attention {
    /// Segment lengths of queries and keys, heads, heads of keys, head size, causal.
    struct Case: Sendable, CustomStringConvertible {
      var queries: [Int]
      var keys: [Int]
      var heads = 2
      var keyHeads: Int?
      var size = 5
      var isCausal = false
      /// What each head's scores lose for a place.
      var slopes: [Float] = []
      var description: String {
        "\(queries) on \(keys), \(heads)\(keyHeads.map { " on \($0)" } ?? "") × \(size)\(isCausal ? ", causal" : "") \(slopes)"
      }
    }

    static let small = [
      Case(queries: [1], keys: [1], heads: 1), Case(queries: [7, 3], keys: [7, 3]),
      Case(queries: [7, 3], keys: [7, 3], isCausal: true), Case(queries: [4, 1], keys: [3, 6]),
      Case(queries: [2, 3], keys: [5, 4], isCausal: true), Case(queries: [3], keys: [2], isCausal: true),
      Case(queries: [3, 0, 2], keys: [3, 2, 2]), Case(queries: [1], keys: [9], heads: 3, isCausal: true),
      Case(queries: [4, 2], keys: [4, 5], heads: 4, keyHeads: 2),
      Case(queries: [3], keys: [2], heads: 3, keyHeads: 1, isCausal: true),
      Case(queries: [7, 1], keys: [7, 5], isCausal: true, slopes: [0.5, 0.1]),
    ]
    static let large = [
      Case(queries: [300, 17], keys: [300, 17], size: 33), Case(queries: [290], keys: [290], size: 16, isCausal: true),
      Case(queries: [150], keys: [170], size: 16, isCausal: true, slopes: [0.25, 0.03]),
      Case(queries: [90], keys: [90], heads: 6, keyHeads: 2, size: 8, isCausal: true),
      Case(queries: [1], keys: [700], size: 64, isCausal: true), Case(queries: [130], keys: [1100], heads: 1, size: 8),
    ]

    @Test(arguments: small + large) func forwardIsTheSoftmaxOfScoresTimesValues(attention: Case) {
      let data = AttentionData(attention)
      expectEverywhere(data.reference(data.q.doubles, data.k.doubles, data.v.doubles), within: 3e-6, "\(attention)") {
        data.forward().y
      }
    }

    @Test(arguments: small) func backwardIsTheDerivative(attention: Case) {
      let data = AttentionData(attention)
      let (q, k, v) = (data.q.doubles, data.k.doubles, data.v.doubles)
      let seed = data.dy.doubles
      let dq = gradient(of: { data.reference($0, k, v) }, at: q, seed: seed)
      let dk = gradient(of: { data.reference(q, $0, v) }, at: k, seed: seed)
      let dv = gradient(of: { data.reference(q, k, $0) }, at: v, seed: seed)
      expectEverywhere(dq + dk + dv, within: 1e-5, "\(attention)") { data.backward() }
    }

    @Test(arguments: large[..<4]) func tiledBackwardIsTheDerivative(attention: Case) {
      let data = AttentionData(attention)
      expectEverywhere(data.referenceGradient(), within: 2e-5, "\(attention)") { data.backward() }
    }

    @Test(arguments: small) func droppedProbabilitiesAreThoseOfTheirPosition(attention: Case) {
      let data = AttentionData(attention, rate: 0.3)
      let (q, k, v) = (data.q.doubles, data.k.doubles, data.v.doubles)
      let seed = data.dy.doubles
      expectEverywhere(data.reference(q, k, v), within: 3e-6, "\(attention)") { data.forward().y }
      let dq = gradient(of: { data.reference($0, k, v) }, at: q, seed: seed)
      let dk = gradient(of: { data.reference(q, $0, v) }, at: k, seed: seed)
      let dv = gradient(of: { data.reference(q, k, $0) }, at: v, seed: seed)
      expectEverywhere(dq + dk + dv, within: 1e-5, "\(attention)") { data.backward() }
    }

    @Test func aSampleDropsTheSameWhateverElseIsInTheBatch() {
      let alone = AttentionData(Case(queries: [6, 5], keys: [6, 5]), rate: 0.5, samples: [2], segmentsPerSample: [2])
      let behind = AttentionData(
        Case(queries: [4, 6, 5], keys: [4, 6, 5]), rate: 0.5, samples: [9, 2], segmentsPerSample: [1, 2])
      var shifted = behind
      shifted.q.replaceSubrange((4 * 10)..., with: alone.q)
      shifted.k.replaceSubrange((4 * 10)..., with: alone.k)
      shifted.v.replaceSubrange((4 * 10)..., with: alone.v)
      #expect(Array(shifted.forward().y[(4 * 10)...]) == alone.forward().y)
    }

    @Test func theLogarithmOfTheSumIsKeptForEachHeadAndQuery() {
      let data = AttentionData(Case(queries: [3], keys: [4], heads: 1, size: 2))
      func power(_ i: Int, _ j: Int) -> Double {
        exp(0.4 * (data.q[i * 2].d * data.k[j * 2].d + data.q[i * 2 + 1].d * data.k[j * 2 + 1].d))
      }
      let sums = (0..<3).map { i in log((0..<4).reduce(0.0) { $0 + power(i, $1) }) }
      expectEverywhere(sums, within: 1e-6) { data.forward().logSumExp }
    }
  }
}
