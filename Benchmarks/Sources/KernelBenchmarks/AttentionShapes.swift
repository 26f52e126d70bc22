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
  for shape in [
    AttentionShape(segments: 16, length: 128, heads: 4),
    AttentionShape(segments: 16, length: 128, heads: 4, dropout: 0.1),
    AttentionShape(segments: 8, length: 256, heads: 4, isCausal: true),
    AttentionShape(segments: 8, length: 128, heads: 12),
    AttentionShape(segments: 8, length: 512, heads: 12),
    AttentionShape(segments: 8, length: 512, heads: 12, isCausal: true),
    AttentionShape(segments: 1, length: 2048, heads: 12, isCausal: true),
    AttentionShape(segments: 200, length: 20, heads: 4),
  ] {
    let seconds = shape.seconds(isTiled: isTiled)
    print(
      label(shape.name, width: 34) + column(4 * shape.flops / seconds.forward / 1e9)
        + column(10 * shape.flops / seconds.backward / 1e9, width: 9))
  }
}

/// Attention of heads of 64 in segments of equal length.
struct AttentionShape {
  let segments, length, heads: Int
  var isCausal = false
  var dropout: Float = 0

  var tokens: Int { segments * length }
  var width: Int { heads * 64 }
  /// Multiplications and additions of half a product: length² × width, half of it if causal.
  var flops: Double { Double(segments * length * length * width) * (isCausal ? 0.5 : 1) }

  var name: String {
    "\(segments) × \(length), \(heads) heads\(isCausal ? ", causal" : "")\(dropout > 0 ? ", dropout" : "")"
  }

  func seconds(isTiled: Bool) -> (forward: Double, backward: Double) {
    let (qkv, dqkv) = (numbers(tokens * 3 * width), numbers(tokens * 3 * width))
    let (y, dy, sums) = (numbers(tokens * width), numbers(tokens * width), numbers(tokens * heads))
    defer { for memory in [qkv, dqkv, y, dy, sums] { memory.deallocate() } }
    let offsets = (0...segments).map { Int32($0 * length) }
    let samples = (0..<segments).map { UInt64($0) }
    return offsets.withUnsafeBufferPointer { offsets in
      samples.withUnsafeBufferPointer { samples in
        guard let offsets = offsets.baseAddress, let samples = samples.baseAddress else { return (0, 0) }
        let call = AttentionCall(
          queryOffsets: offsets, keyOffsets: offsets, segmentCount: segments, headCount: heads, headSize: 64,
          isCausal: isCausal, scale: 0.125, dropoutRate: dropout,
          dropout: dropout > 0
            ? DropoutPositions(
              key: RandomKey(seed: 1, purpose: .dropout), epoch: 0, site: 0, sequenceOffsets: offsets,
              samples: samples, sequenceCount: segments) : nil, isTiled: isTiled)
        let q = NumberPointer(qkv)
        let forward = median {
          AttentionKernel.forward(
            call, q: q, qStride: 3 * width, k: q + width, kStride: 3 * width, v: q + 2 * width, vStride: 3 * width,
            into: NumberPointer(y), outputStride: width, logSumExp: sums, queryCount: tokens)
        }
        let backward = median {
          AttentionKernel.backward(
            call, dy: dy, output: NumberPointer(y), outputStride: width, logSumExp: sums, queryCount: tokens, q: q,
            qStride: 3 * width, k: q + width, kStride: 3 * width, v: q + 2 * width, vStride: 3 * width, dq: dqkv,
            dk: dqkv + width, dv: dqkv + 2 * width)
        }
        return (forward, backward)
      }
    }
  }
}
