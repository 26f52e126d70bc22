/// Which special tokens a new vocabulary begins with.
public enum SpecialTokenSet: String, Sendable {
  /// `[PAD] [UNK] [CLS] [SEP] [MASK]` at ids 0 to 4, and `[CLS] A [SEP] B [SEP]` around texts.
  case encoder
  /// `<|endoftext|>` at id 0; characters also have `<|unknown|>` at id 1.
  case causal

  func tokens(for kind: TokenizerKind) -> [String] {
    switch (self, kind) {
    case (.encoder, _): ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    case (.causal, .byteBPE): ["<|endoftext|>"]
    case (.causal, _): ["<|endoftext|>", "<|unknown|>"]
    }
  }

  func specials(for kind: TokenizerKind) -> SpecialTokens {
    switch (self, kind) {
    case (.encoder, _): SpecialTokens(pad: 0, unknown: 1, cls: 2, sep: 3, mask: 4)
    case (.causal, .byteBPE): SpecialTokens(endOfText: 0)
    case (.causal, _): SpecialTokens(unknown: 1, endOfText: 0)
    }
  }

  var template: Template {
    switch self {
    case .encoder: .bert(cls: ("[CLS]", 2), sep: ("[SEP]", 3))
    case .causal: .plain
    }
  }
}
