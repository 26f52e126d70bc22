/// Why processes can't work together any longer.
public enum CollectiveError: Error, Equatable, Sendable {
  /// Members did not come to a barrier in time.
  case late(ranks: [Int], seconds: Double)
  /// Shared memory of that size can't be had.
  case memory(bytes: Int, number: Int32)
  /// A process can't be started.
  case spawn(path: String, number: Int32)
  /// What members take from the shared memory does not fit into it.
  case exhausted(needed: Int, bytes: Int)
}

extension CollectiveError: CustomStringConvertible {
  /// One sentence.
  public var description: String {
    switch self {
    case .late(let ranks, let seconds):
      "worker\(ranks.count == 1 ? "" : "s") \(ranks.map(String.init).joined(separator: ", ")) did not come to a barrier "
        + "within \(Int(seconds)) s"
    case .memory(let bytes, let number): "\(bytes >> 20) MB of shared memory can't be had (error \(number))"
    case .spawn(let path, let number): "\(path) can't be started (error \(number))"
    case .exhausted(let needed, let bytes): "shared memory of \(bytes) bytes has no room for \(needed)"
    }
  }
}
