import Randomness

/// Which documents train and which validate: a function of the documents themselves, so every worker agrees.
public struct ValidationSplit: Sendable {
  /// The two sides.
  public enum Side: String, Sendable, CaseIterable {
    case training
    case validation
  }

  /// Where a document belongs.
  public enum Assignment: Equatable, Sendable {
    case whole(Side)
    /// The text's first bytes, so many, train; the rest validates.
    case divided(atByte: Int)
  }

  private enum Method: Sendable {
    case none
    case share(Double, seed: UInt64)
    case shards([Bool])
    case tail(cut: UInt64, textOffsets: [UInt64])
  }

  private let method: Method
  private let names: [String]

  /// A split of a corpus.
  ///
  /// - `share`: u(hash64(group)) < share, or by shard name and ordinal where a document has no group; u is uniform.
  /// - `shards`: a glob is held against the whole name of a shard and against its last component.
  /// - `tail`: the bytes from ⌊(1 − share) · text bytes⌋ on, in the order of shards and documents.
  /// - Throws: `ShardError.noMatch` for a glob that holds out no shard.
  public init(_ rule: ValidationRule, set: ShardSet, index: ShardIndex, seed: UInt64) throws(ShardError) {
    names = set.shards.map(\.name)
    switch rule {
    case .none: method = .none
    case .share(let share): method = .share(share, seed: hash64(Purpose.split.rawValue, seed: seed))
    case .shards(let globs): method = .shards(try ValidationSplit.heldOut(globs, set))
    case .tail(let share):
      let total = index.textBytes
      let cut = (Double(total) * (1 - min(max(share, 0), 1))).rounded(.down)
      method = .tail(cut: UInt64(exactly: cut) ?? total, textOffsets: index.textOffsets)
    }
  }

  /// Where a document belongs.
  public func assignment(of document: Document) -> Assignment {
    switch method {
    case .none: return .whole(.training)
    case .share(let share, let seed):
      let name = names.indices.contains(document.shard) ? names[document.shard] : ""
      let identity = document.group.map { "g\u{0}" + $0 } ?? "d\u{0}\(name)\u{0}\(document.ordinal)"
      let uniform = Double(hash64(identity, seed: seed) >> 11) * 0x1p-53
      return .whole(uniform < share ? .validation : .training)
    case .shards(let heldOut):
      let isHeldOut = heldOut.indices.contains(document.shard) && heldOut[document.shard]
      return .whole(isHeldOut ? .validation : .training)
    case .tail(let cut, let textOffsets):
      guard textOffsets.indices.contains(document.shard) else { return .whole(.training) }
      return ValidationSplit.assignment(of: document, startingAt: textOffsets[document.shard], cut: cut)
    }
  }

  /// The part of a document on one side; `nil` where it has none there.
  ///
  /// A divided document keeps its ordinal on both sides, so both parts can be told from others by it and their side.
  public func part(of document: Document, on side: Side) -> Document? {
    switch assignment(of: document) {
    case .whole(let own): return own == side ? document : nil
    case .divided(let byte):
      var part = document
      let utf8 = document.text.utf8
      let cut = utf8.index(utf8.startIndex, offsetBy: byte)
      part.text = side == .training ? String(document.text[..<cut]) : String(document.text[cut...])
      return part
    }
  }

  /// The sides a shard has documents on, as far as its name alone tells: shards that need not be read can be left out.
  public func sides(ofShard shard: Int) -> Set<Side> {
    switch method {
    case .none: return [.training]
    case .share: return [.training, .validation]
    case .shards(let heldOut): return [heldOut.indices.contains(shard) && heldOut[shard] ? .validation : .training]
    case .tail(let cut, let offsets):
      guard shard >= 0, shard + 1 < offsets.count else { return [.training] }
      var sides: Set<Side> = []
      if offsets[shard] < cut { sides.insert(.training) }
      if offsets[shard + 1] > cut { sides.insert(.validation) }
      return sides
    }
  }

  private static func heldOut(_ globs: [String], _ set: ShardSet) throws(ShardError) -> [Bool] {
    var heldOut = [Bool](repeating: false, count: set.shards.count)
    for text in globs {
      let glob = Glob(text)
      let places = set.shards.indices.filter {
        let shard = set.shards[$0]
        return glob.matches(shard.name) || glob.matches(PathText.lastComponent(shard.name)) || glob.matches(shard.path)
      }
      if places.isEmpty { throw .noMatch(pattern: text, hint: "validation is chosen among the corpus' shards") }
      for place in places { heldOut[place] = true }
    }
    return heldOut
  }

  private static func assignment(of document: Document, startingAt base: UInt64, cut: UInt64) -> Assignment {
    let start = base + document.textOffset
    let utf8 = document.text.utf8
    guard start < cut else { return .whole(.validation) }
    guard cut - start < UInt64(utf8.count) else { return .whole(.training) }
    // Back to the first byte of the character the cut falls into.
    var byte = Int(cut - start)
    while byte > 0, utf8[utf8.index(utf8.startIndex, offsetBy: byte)] & 0xC0 == 0x80 { byte -= 1 }
    return byte == 0 ? .whole(.validation) : .divided(atByte: byte)
  }
}
