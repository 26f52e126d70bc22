import JSON

/// Reads and writes added tokens, in `tokenizer.json` and in `tokenizer_config.json`.
enum AddedTokenFile {
  /// The token at a place, whose id is found by its content.
  static func token(
    _ place: JSONPlace, id: (String) throws(TokenizerError) -> Int32
  ) throws(TokenizerError) -> AddedToken {
    let content = try content(place)
    let isSpecial = try place.bool("special", default: false)
    return AddedToken(
      id: try id(content), content: content,
      isSingleWord: try place.bool("single_word", default: false),
      stripsLeft: try place.bool("lstrip", default: false), stripsRight: try place.bool("rstrip", default: false),
      isNormalized: try place.bool("normalized", default: !isSpecial), isSpecial: isSpecial)
  }

  static func content(_ place: JSONPlace) throws(TokenizerError) -> String {
    let content = try place.required("content").string()
    if content.isEmpty { throw place.malformed("an added token is empty") }
    return content
  }

  static func json(_ token: AddedToken) -> JSONObject {
    [
      "content": .string(token.content), "lstrip": .bool(token.stripsLeft), "normalized": .bool(token.isNormalized),
      "rstrip": .bool(token.stripsRight), "single_word": .bool(token.isSingleWord),
      "special": .bool(token.isSpecial),
    ]
  }
}
