import Foundation
import Kernels
import Randomness

/// Inputs of an attention and what comes out by definition, in double precision.
struct AttentionData {
  let attention: KernelsTests.Attention.Case
  var q, k, v: [Float]
  let dy: [Float]
  let rate: Float
  /// Whether products multiply numbers rounded to bfloat16.
  var isTiled = false
  /// Whether queries, keys, values and what comes out are kept rounded.
  var isRounded = false
  /// Whether keys and values lie as in a cache: head by head, and rounded.
  var isCached = false
  let samples: [UInt64]
  let segmentsPerSample: [Int]
  let scale = 0.4
  let key = RandomKey(seed: 5, purpose: .dropout)

  var width: Int { attention.heads * attention.size }
  private var keyHeads: Int { attention.keyHeads ?? attention.heads }
  private var keyWidth: Int { keyHeads * attention.size }
  var queryOffsets: [Int32] { offsets(attention.queries) }
  var keyOffsets: [Int32] { offsets(attention.keys) }
  var queryCount: Int { attention.queries.reduce(0, +) }
  private var keyCount: Int { attention.keys.reduce(0, +) }

  init(
    _ attention: KernelsTests.Attention.Case, rate: Float = 0, samples: [UInt64]? = nil,
    segmentsPerSample: [Int]? = nil
  ) {
    var numbers = Numbers(7)
    self.attention = attention
    self.rate = rate
    self.samples = samples ?? attention.keys.indices.map { UInt64($0 * 3 + 1) }
    self.segmentsPerSample = segmentsPerSample ?? attention.keys.map { _ in 1 }
    let width = attention.heads * attention.size
    let keyWidth = (attention.keyHeads ?? attention.heads) * attention.size
    q = numbers.floats(attention.queries.reduce(0, +) * width, scale: 2)
    k = numbers.floats(attention.keys.reduce(0, +) * keyWidth, scale: 2)
    v = numbers.floats(attention.keys.reduce(0, +) * keyWidth)
    dy = numbers.floats(attention.queries.reduce(0, +) * width)
  }

  private func offsets(_ lengths: [Int]) -> [Int32] {
    lengths.reduce(into: [0]) { $0.append(($0.last ?? 0) + Int32($1)) }
  }

  /// Where each sample's keys start, and where its query rows do.
  private var sampleStarts: (keys: [Int32], queries: [Int32]) {
    var segment = 0
    var starts: (keys: [Int32], queries: [Int32]) = ([0], [0])
    for count in segmentsPerSample {
      segment += count
      starts.keys.append(keyOffsets[segment])
      starts.queries.append(queryOffsets[segment])
    }
    return starts
  }

  private func withCall<Result>(_ body: (AttentionCall) -> Result) -> Result {
    let starts = sampleStarts.keys
    return queryOffsets.withUnsafeBufferPointer { queries in
      keyOffsets.withUnsafeBufferPointer { keys in
        starts.withUnsafeBufferPointer { starts in
          samples.withUnsafeBufferPointer { samples in
            guard let queries = queries.baseAddress, let keys = keys.baseAddress, let starts = starts.baseAddress,
              let ids = samples.baseAddress
            else { fatalError("empty arrays") }
            return body(
              AttentionCall(
                queryOffsets: queries, keyOffsets: keys, segmentCount: attention.keys.count,
                headCount: attention.heads, keyHeadCount: attention.keyHeads, headSize: attention.size,
                keyHeadStride: isCached ? keyCount * attention.size : nil, isCausal: attention.isCausal,
                scale: Float(scale), slopes: attention.slopes, dropoutRate: rate,
                dropout: rate > 0
                  ? DropoutPositions(
                    key: key, epoch: 3, site: 11, sequenceOffsets: starts, samples: ids, sequenceCount: samples.count)
                  : nil, isTiled: isTiled))
          }
        }
      }
    }
  }

  func forward() -> (y: [Float], logSumExp: [Float]) {
    let y = NumberMemory(count: q.count, isRounded: isRounded)
    let (q, k, v) = (stored(q), storedKeys(k), storedKeys(v))
    let keyStride = isCached ? attention.size : keyWidth
    var logSumExp = [Float](repeating: .nan, count: attention.heads * queryCount)
    withExtendedLifetime((q, k, v)) {
      withCall {
        AttentionKernel.forward(
          $0, q: q.pointer, qStride: width, k: k.pointer, kStride: keyStride, v: v.pointer, vStride: keyStride,
          into: y.pointer, outputStride: width, logSumExp: &logSumExp, queryCount: queryCount)
      }
    }
    return (y.floats, logSumExp)
  }

  /// dq, dk and dv end to end.
  func backward() -> [Float] {
    let (y, logSumExp) = forward()
    var dq = [Float](repeating: .nan, count: q.count)
    var dk = [Float](repeating: .nan, count: k.count)
    var dv = [Float](repeating: .nan, count: v.count)
    let (q, k, v, output) = (stored(q), stored(k), stored(v), stored(y))
    withExtendedLifetime((q, k, v, output)) {
      withCall {
        AttentionKernel.backward(
          $0, dy: dy, output: output.pointer, outputStride: width, logSumExp: logSumExp, queryCount: queryCount,
          q: q.pointer, qStride: width, k: k.pointer, kStride: keyWidth, v: v.pointer, vStride: keyWidth, dq: &dq,
          dk: &dk, dv: &dv)
      }
    }
    return dq + dk + dv
  }

  private func storedKeys(_ rows: [Float]) -> NumberMemory {
    guard isCached else { return stored(rows) }
    let size = attention.size
    var headByHead: [Float] = []
    for head in 0..<keyHeads {
      for row in 0..<keyCount {
        let start = row * keyWidth + head * size
        headByHead += rows[start..<start + size]
      }
    }
    return NumberMemory(headByHead, isRounded: true)
  }

  private func stored(_ numbers: [Float]) -> NumberMemory { NumberMemory(numbers, isRounded: isRounded) }

  /// The factor of a probability: 0 or 1 / (1 − rate), from the documented place of its random word.
  private func factor(head: Int, segment: Int, query: Int, key place: Int) -> Double {
    guard rate > 0 else { return 1 }
    let starts = sampleStarts
    var sample = 0
    while starts.keys[sample + 1] <= keyOffsets[segment] { sample += 1 }
    let queriesOfSample = Int(starts.queries[sample + 1] - starts.queries[sample])
    let keysOfSample = (Int(starts.keys[sample + 1] - starts.keys[sample]) + 3) / 4 * 4
    let row = Int(queryOffsets[segment] - starts.queries[sample]) + query
    let element = (head * queriesOfSample + row) * keysOfSample + place
    let position = RandomPosition(sample: samples[sample], epoch: 3, site: 11)
    let word = Philox.words(position.counter(block: UInt32(element / 4)), key: key.words)[element % 4]
    return Double(word) >= Double(rate) * 0x1p32 ? 1 / (1 - Double(rate)) : 0
  }

  /// Probabilities before dropout and factors of one query; empty if it sees no key.
  private func row(
    _ q: [Double], _ k: [Double], head: Int, segment: Int, query i: Int
  ) -> (p: [Double], factors: [Double]) {
    let (queries, keys) = (attention.queries[segment], attention.keys[segment])
    let seen = attention.isCausal ? max(0, keys - queries + i + 1) : keys
    let (column, keyColumn) = (head * attention.size, keyColumn(head))
    let slope = attention.slopes.isEmpty ? 0 : attention.slopes[head].d
    let scores = (0..<seen).map { j in
      (0..<attention.size).reduce(-slope * Double(seen - 1 - j)) {
        $0 + scale * q[(Int(queryOffsets[segment]) + i) * width + column + $1]
          * k[(Int(keyOffsets[segment]) + j) * keyWidth + keyColumn + $1]
      }
    }
    let largest = scores.max() ?? 0
    let powers = scores.map { exp($0 - largest) }
    let sum = powers.reduce(0, +)
    return (
      powers.map { $0 / sum }, (0..<seen).map { factor(head: head, segment: segment, query: i, key: $0) }
    )
  }

  /// The first column of the keys and values of a head of queries.
  private func keyColumn(_ head: Int) -> Int { head / (attention.heads / keyHeads) * attention.size }

  private func forEachQuery(_ body: (_ head: Int, _ segment: Int, _ query: Int) -> Void) {
    for segment in attention.queries.indices {
      for head in 0..<attention.heads {
        for query in 0..<attention.queries[segment] { body(head, segment, query) }
      }
    }
  }

  func reference(_ q: [Double], _ k: [Double], _ v: [Double]) -> [Double] {
    var y = [Double](repeating: 0, count: q.count)
    forEachQuery { head, segment, i in
      let (p, factors) = row(q, k, head: head, segment: segment, query: i)
      for column in 0..<attention.size {
        y[(Int(queryOffsets[segment]) + i) * width + head * attention.size + column] = p.indices.reduce(0) {
          $0 + p[$1] * factors[$1] * v[(Int(keyOffsets[segment]) + $1) * keyWidth + keyColumn(head) + column]
        }
      }
    }
    return y
  }

  /// The analytic gradient without dropout, for sizes where differences take too long.
  func referenceGradient() -> [Double] {
    let (q, k, v) = (q.doubles, k.doubles, v.doubles)
    var (dq, dk, dv) = (q.map { $0 * 0 }, k.map { $0 * 0 }, v.map { $0 * 0 })
    forEachQuery { head, segment, i in
      let (p, _) = row(q, k, head: head, segment: segment, query: i)
      let from = (Int(queryOffsets[segment]) + i) * width + head * attention.size
      let start = Int(keyOffsets[segment]) * keyWidth + keyColumn(head)
      let dp = p.indices.map { j in
        (0..<attention.size).reduce(0.0) { $0 + dy[from + $1].d * v[start + j * keyWidth + $1] }
      }
      let mean = zip(p, dp).reduce(0) { $0 + $1.0 * $1.1 }
      for j in p.indices {
        let ds = p[j] * (dp[j] - mean) * scale
        for d in 0..<attention.size {
          dv[start + j * keyWidth + d] += p[j] * dy[from + d].d
          dq[from + d] += ds * k[start + j * keyWidth + d]
          dk[start + j * keyWidth + d] += ds * q[from + d]
        }
      }
    }
    return dq + dk + dv
  }
}
