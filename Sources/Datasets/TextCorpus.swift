/// Where a document's record begins: enough to read on from there.
public struct CorpusPosition: Hashable, Sendable {
  /// The shard's place in name order.
  public var shard: Int
  /// The decoded byte its record begins at.
  public var offset: UInt64
  /// Good documents before it in its shard.
  public var ordinal: Int
  /// Text bytes of the good documents before it in its shard.
  public var textBytes: UInt64

  /// A place in a corpus; its beginning unless said otherwise.
  public init(shard: Int = 0, offset: UInt64 = 0, ordinal: Int = 0, textBytes: UInt64 = 0) {
    self.shard = shard
    self.offset = offset
    self.ordinal = ordinal
    self.textBytes = textBytes
  }
}

/// One document and the part it belongs to.
public struct CorpusDocument: Sendable, Equatable {
  /// Its text.
  public var text: String
  /// The side of the validation split it is on.
  public var part: Part
  /// Where it begins.
  public var position: CorpusPosition

  /// A document.
  public init(text: String, part: Part, position: CorpusPosition) {
    self.text = text
    self.part = part
    self.position = position
  }
}

/// Documents in one fixed order, readable from any of them on.
public protocol TextCorpus: Sendable {
  /// The documents from the one at `position` on; all of them if nil.
  func documents(from position: CorpusPosition?) throws -> any DocumentStream
}

/// Documents one after the other.
public protocol DocumentStream {
  /// The next document; nil at the end.
  mutating func next() throws -> CorpusDocument?
}
