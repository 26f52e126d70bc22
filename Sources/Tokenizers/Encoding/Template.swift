/// What a finished encoding looks like: the texts and the special tokens around them, with their type ids.
struct Template: Equatable, Sendable {
  enum Part: Equatable, Sendable {
    /// One name may stand for several tokens.
    case special(name: String, ids: [Int32], tokens: [String], typeId: Int32)
    /// 0 for the first text, 1 for the second.
    case text(Int, typeId: Int32)
  }

  var single: [Part]
  var pair: [Part]

  /// The texts alone, types 0 and 1.
  static let plain = Template(single: [.text(0, typeId: 0)], pair: [.text(0, typeId: 0), .text(1, typeId: 1)])

  /// `[CLS] A [SEP]` and `[CLS] A [SEP] B [SEP]`; types 0 through the first `[SEP]`, then 1.
  static func bert(cls: Token, sep: Token) -> Template {
    let single = [special(cls, 0), .text(0, typeId: 0), special(sep, 0)]
    return Template(single: single, pair: single + [.text(1, typeId: 1), special(sep, 1)])
  }

  /// `<s> A </s>` and `<s> A </s></s> B </s>`, all of type 0.
  static func roberta(cls: Token, sep: Token) -> Template {
    let single = [special(cls, 0), .text(0, typeId: 0), special(sep, 0)]
    return Template(single: single, pair: single + [special(sep, 0), .text(1, typeId: 0), special(sep, 0)])
  }

  /// A special token and its id.
  typealias Token = (token: String, id: Int32)

  private static func special(_ token: Token, _ typeId: Int32) -> Part {
    .special(name: token.token, ids: [token.id], tokens: [token.token], typeId: typeId)
  }

  func parts(isPair: Bool) -> [Part] { isPair ? pair : single }

  /// The number of special tokens added.
  func specialCount(isPair: Bool) -> Int {
    parts(isPair: isPair).reduce(0) { count, part in
      if case .special(_, let ids, _, _) = part { count + ids.count } else { count }
    }
  }

  func apply(_ texts: [Encoding], addingSpecialTokens: Bool) -> Encoding {
    var result = Encoding()
    for part in parts(isPair: texts.count > 1) {
      switch part {
      case .text(let place, let typeId):
        if place < texts.count { result.append(texts[place], typeId: typeId) }
      case .special(_, let ids, let tokens, let typeId):
        guard addingSpecialTokens else { continue }
        for (id, token) in zip(ids, tokens) { result.appendSpecial(id, token: token, typeId: typeId) }
      }
    }
    return result
  }
}
