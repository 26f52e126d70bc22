import Foundation
import Synchronization
import Tokenizers

/// One tokenizer on one set of texts.
struct Measurement: Sendable {
  let tokenizer: Tokenizer
  let texts: [String]
  let rounds: Int

  private var megabytes: Double { Double(texts.reduce(0) { $0 + $1.utf8.count }) / 1e6 }

  /// Prints the rates with one thread and with all processors.
  func report() {
    let size = String(format: "%.2f", megabytes)
    print("\(texts.count) texts, \(size) MB, \(tokenizer.kind.rawValue) of \(tokenizer.vocabularySize)")
    for threads in Set([1, ProcessInfo.processInfo.activeProcessorCount]).sorted() {
      let ids = measure(threads: threads) { tokenizer.ids($0).count }
      let starts = measure(threads: threads) { tokenizer.idsAndWordStarts($0).ids.count }
      let whole = measure(threads: threads) { tokenizer.encode($0, addingSpecialTokens: false).count }
      let rates = [ids, starts, whole].map { String(format: "%.1f", $0.rate) }
      print(
        "\(threads) thread\(threads == 1 ? "" : "s"): ids \(rates[0]), with word starts \(rates[1]), "
          + "with offsets and word ids \(rates[2]) MB/s; \(ids.tokens) tokens")
    }
  }

  /// Runs `body` on every text with some threads: the median of the rounds in MB/s, and the tokens of one.
  private func measure(threads: Int, _ body: @Sendable (String) -> Int) -> (rate: Double, tokens: Int) {
    var seconds: [Double] = []
    let tokens = Atomic(0)
    // The first round fills the memory of words and does not count.
    for _ in 0...rounds {
      let next = Atomic(0)
      tokens.store(0, ordering: .relaxed)
      let begun = ContinuousClock.now
      DispatchQueue.concurrentPerform(iterations: threads) { _ in
        var count = 0
        while true {
          let place = next.add(1, ordering: .relaxed).oldValue
          guard place < texts.count else { break }
          count += body(texts[place])
        }
        tokens.add(count, ordering: .relaxed)
      }
      seconds.append((ContinuousClock.now - begun) / .seconds(1))
    }
    return (megabytes / seconds.dropFirst().sorted()[rounds / 2], tokens.load(ordering: .relaxed))
  }
}
