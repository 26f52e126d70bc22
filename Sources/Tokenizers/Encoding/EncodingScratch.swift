import Synchronization

/// What one call of the encoder works with: a word buffer and the words met before.
struct EncodingScratch: Sendable {
  var word = WordBuffer()
  var cache = WordCache()
}

/// Scratch handed from call to call, so that a tokenizer is a value any number of threads may share.
final class ScratchPool: Sendable {
  private let idle = Mutex<[EncodingScratch]>([])

  func with<Result>(_ body: (inout EncodingScratch) -> Result) -> Result {
    var scratch = idle.withLock { $0.popLast() } ?? EncodingScratch()
    defer { idle.withLock { $0.append(scratch) } }
    return body(&scratch)
  }
}
