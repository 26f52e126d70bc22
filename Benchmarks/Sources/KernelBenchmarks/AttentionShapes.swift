import Kernels
import Randomness

/// GFLOP/s of attention forward and backward: query, key and value side by side in one matrix.
///
/// 4 products of length² × width count forward, 10 backward; half of them if causal.
func measureAttention(threads: Int) {
  measureAttention(threads: threads, isTiled: false)
  if TileProduct.isAvailable { measureAttention(threads: threads, isTiled: true) }
}

private func measureAttention(threads: Int, isTiled: Bool) {
  let precision = isTiled ? "bfloat16" : "float32"
  print("\n" + label("\(precision), \(threads) thread(s), GFLOP/s", width: 35) + "forward backward")
  for (segments, length, heads, isCausal, rate) in [
    (16, 128, 4, false, Float(0)), (16, 128, 4, false, 0.1), (8, 256, 4, true, 0), (8, 128, 12, false, 0),
    (8, 512, 12, false, 0), (8, 512, 12, true, 0), (1, 2048, 12, true, 0), (200, 20, 4, false, 0),
  ] {
    let tokens = segments * length
    let width = heads * 64
    let (qkv, dqkv) = (numbers(tokens * 3 * width), numbers(tokens * 3 * width))
    let (y, dy, sums) = (numbers(tokens * width), numbers(tokens * width), numbers(tokens * heads))
    defer { for memory in [qkv, dqkv, y, dy, sums] { memory.deallocate() } }
    let offsets = (0...segments).map { Int32($0 * length) }
    let samples = (0..<segments).map { UInt64($0) }
    let flops = Double(segments * length * length * width) * (isCausal ? 0.5 : 1)
    offsets.withUnsafeBufferPointer { offsets in
      samples.withUnsafeBufferPointer { samples in
        guard let offsets = offsets.baseAddress, let samples = samples.baseAddress else { return }
        let call = AttentionCall(
          queryOffsets: offsets, keyOffsets: offsets, segmentCount: segments, headCount: heads, headSize: 64,
          isCausal: isCausal, scale: 0.125, dropoutRate: rate,
          dropout: rate > 0
            ? DropoutPositions(
              key: RandomKey(seed: 1, purpose: .dropout), epoch: 0, site: 0, sequenceOffsets: offsets,
              samples: samples, sequenceCount: segments) : nil, isTiled: isTiled)
        let forward = median {
          AttentionKernel.forward(
            call, q: qkv, qStride: 3 * width, k: qkv + width, kStride: 3 * width, v: qkv + 2 * width,
            vStride: 3 * width, into: y, outputStride: width, logSumExp: sums, queryCount: tokens)
        }
        let backward = median {
          AttentionKernel.backward(
            call, dy: dy, output: y, outputStride: width, logSumExp: sums, queryCount: tokens, q: qkv,
            qStride: 3 * width, k: qkv + width, kStride: 3 * width, v: qkv + 2 * width, vStride: 3 * width, dq: dqkv,
            dk: dqkv + width, dv: dqkv + 2 * width)
        }
        print(
          label(
            "\(segments) × \(length), \(heads) heads\(isCausal ? ", causal" : "")\(rate > 0 ? ", dropout" : "")",
            width: 34)
            + column(4 * flops / forward / 1e9) + column(10 * flops / backward / 1e9, width: 9))
      }
    }
  }
}
