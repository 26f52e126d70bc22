/// The ids of the tokens with a role, nil where the vocabulary has none.
public struct SpecialTokens: Equatable, Sendable {
  /// Fills rows to equal length.
  public var pad: Int32?
  /// Stands for what the vocabulary cannot spell.
  public var unknown: Int32?
  /// Begins every encoder input; its output stands for the whole.
  public var cls: Int32?
  /// Ends a segment.
  public var sep: Int32?
  /// Hides a token that is to be predicted.
  public var mask: Int32?
  /// Ends a document, and begins one.
  public var endOfText: Int32?

  /// The tokens with these ids.
  public init(
    pad: Int32? = nil, unknown: Int32? = nil, cls: Int32? = nil, sep: Int32? = nil, mask: Int32? = nil,
    endOfText: Int32? = nil
  ) {
    self.pad = pad
    self.unknown = unknown
    self.cls = cls
    self.sep = sep
    self.mask = mask
    self.endOfText = endOfText
  }

  /// The ids that are set, ascending, each once.
  public var ids: [Int32] { Set([pad, unknown, cls, sep, mask, endOfText].compactMap(\.self)).sorted() }
}

extension SpecialTokens {
  /// The names under which Hugging Face files give each role.
  static let keys: [(key: String, role: any WritableKeyPath<SpecialTokens, Int32?> & Sendable)] = [
    ("pad_token", \.pad), ("unk_token", \.unknown), ("cls_token", \.cls), ("sep_token", \.sep),
    ("mask_token", \.mask), ("eos_token", \.endOfText),
  ]

  /// Roles by the names tokens usually have, for files that do not say.
  init(conventionalIn vocabulary: Vocabulary) {
    func first(_ names: [String]) -> Int32? { names.lazy.compactMap { vocabulary.id(of: $0) }.first }
    pad = first(["[PAD]", "<pad>", "<|padding|>"])
    unknown = first(["[UNK]", "<unk>"])
    cls = first(["[CLS]"])
    sep = first(["[SEP]"])
    mask = first(["[MASK]", "<mask>"])
    endOfText = first(["<|endoftext|>", "</s>", "[EOS]"])
  }
}
