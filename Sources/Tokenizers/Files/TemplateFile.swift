import JSON

/// Reads and writes the post-processors that put special tokens around texts.
enum TemplateFile {
  /// `TemplateProcessing`.
  static func template(_ place: JSONPlace, _ vocabulary: Vocabulary) throws(TokenizerError) -> Template {
    Template(
      single: try parts(place.required("single"), place["special_tokens"], vocabulary, texts: 1),
      pair: try parts(place.required("pair"), place["special_tokens"], vocabulary, texts: 2))
  }

  /// `BertProcessing`: `sep` and `cls` as (token, id).
  static func bert(_ place: JSONPlace, _ vocabulary: Vocabulary) throws(TokenizerError) -> Template {
    .bert(cls: try token("cls", place, vocabulary), sep: try token("sep", place, vocabulary))
  }

  /// `RobertaProcessing`: `<s> A </s>` and `<s> A </s></s> B </s>`, all of type 0.
  static func roberta(_ place: JSONPlace, _ vocabulary: Vocabulary) throws(TokenizerError) -> Template {
    .roberta(cls: try token("cls", place, vocabulary), sep: try token("sep", place, vocabulary))
  }

  private static func token(
    _ key: String, _ place: JSONPlace, _ vocabulary: Vocabulary
  ) throws(TokenizerError) -> Template.Token {
    let member = try place.required(key)
    let items = try member.elements()
    guard items.count == 2 else { throw member.malformed("expected a token and its id") }
    return (try items[0].string(), try self.id(items[1], vocabulary))
  }

  /// An id within the vocabulary: the library puts it there even if it has no token, or another one.
  private static func id(_ place: JSONPlace, _ vocabulary: Vocabulary) throws(TokenizerError) -> Int32 {
    let id = try place.int()
    guard vocabulary.tokens.indices.contains(id) else { throw place.malformed("id \(id) is not in the vocabulary") }
    return Int32(truncatingIfNeeded: id)
  }

  private static func parts(
    _ place: JSONPlace, _ specials: JSONPlace?, _ vocabulary: Vocabulary, texts: Int
  ) throws(TokenizerError) -> [Template.Part] {
    var parts: [Template.Part] = []
    var seen: [Int] = []
    for item in try place.elements() {
      if let text = item["Sequence"] {
        let name = try text.required("id").string()
        guard let number = ["A", "B"].firstIndex(of: name), number < texts, !seen.contains(number) else {
          throw text.malformed("a template holds each text once: A, and B in a pair")
        }
        seen.append(number)
        parts.append(.text(number, typeId: try typeID(text)))
      } else {
        parts.append(try special(try item.required("SpecialToken"), specials, vocabulary))
      }
    }
    guard seen.count == texts else { throw place.malformed("the template leaves out a text") }
    return parts
  }

  private static func special(
    _ place: JSONPlace, _ specials: JSONPlace?, _ vocabulary: Vocabulary
  ) throws(TokenizerError) -> Template.Part {
    let name = try place.required("id").string()
    guard let entry = specials?[name] else { throw place.malformed("its token is not among special_tokens") }
    var ids: [Int32] = []
    for item in try entry.required("ids").elements() { ids.append(try id(item, vocabulary)) }
    var tokens: [String] = []
    for item in try entry.required("tokens").elements() { tokens.append(try item.string()) }
    if ids.count != tokens.count { throw entry.malformed("\(tokens.count) tokens for \(ids.count) ids") }
    return .special(name: name, ids: ids, tokens: tokens, typeId: try typeID(place))
  }

  private static func typeID(_ place: JSONPlace) throws(TokenizerError) -> Int32 {
    let type = try place["type_id"]?.int() ?? 0
    guard (0...255).contains(type) else { throw place.malformed("type_id \(type) is not between 0 and 255") }
    return Int32(truncatingIfNeeded: type)
  }

  /// `TemplateProcessing`, as read by `template`.
  static func json(_ template: Template) -> JSONValue {
    var specials = JSONObject()
    func parts(_ parts: [Template.Part]) -> JSONValue {
      .array(
        parts.map { part in
          switch part {
          case .text(let number, let typeId):
            return ["Sequence": ["id": number == 0 ? "A" : "B", "type_id": JSONValue(typeId)]]
          case .special(let name, let ids, let tokens, let typeId):
            specials[name] = [
              "id": .string(name), "ids": .array(ids.map { JSONValue($0) }),
              "tokens": .array(tokens.map { .string($0) }),
            ]
            return ["SpecialToken": ["id": .string(name), "type_id": JSONValue(typeId)]]
          }
        })
    }
    let (single, pair) = (parts(template.single), parts(template.pair))
    return ["type": "TemplateProcessing", "single": single, "pair": pair, "special_tokens": .object(specials)]
  }
}
