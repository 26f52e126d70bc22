import JSON

/// Reads and writes the `decoder` of `tokenizer.json`.
enum DecoderFile {
  static func decoder(_ place: JSONPlace?) throws(TokenizerError) -> TokenDecoder {
    guard let place else { return TokenDecoder(steps: [.spaced]) }
    let decoder = TokenDecoder(steps: try steps(place))
    try TextGrowth(decoder).check(place)
    return decoder
  }

  private static func steps(_ place: JSONPlace) throws(TokenizerError) -> [TokenDecoder.Step] {
    switch try place.type() {
    case "WordPiece":
      return [
        .wordPiece(
          prefix: try place.string("prefix", default: "##"), cleansUp: try place.bool("cleanup", default: true))
      ]
    case "ByteLevel": return [.byteLevel]
    case "Metaspace":
      let metaspace = try PreTokenizerFile.metaspace(place)
      return [.metaspace(mark: metaspace.mark, prepending: metaspace.prepending)]
    case "BPEDecoder": return [.bytePairs(suffix: try place.string("suffix", default: "</w>"))]
    case "Fuse": return [.fuse]
    case "Strip":
      let content = try PreTokenizerFile.scalar(try place.required("content"))
      return [.strip(content, start: try count(place, "start"), stop: try count(place, "stop"))]
    case "ByteFallback": return [.byteFallback]
    case "Replace": return [.replace(try PatternFile.pattern(place), with: try place.required("content").string())]
    case "Sequence":
      var steps: [TokenDecoder.Step] = []
      for part in try place.required("decoders").elements() { steps += try Self.steps(part) }
      return steps
    case let type: throw place.unsupported("decoder \(type)")
    }
  }

  private static func count(_ place: JSONPlace, _ key: String) throws(TokenizerError) -> Int {
    let member = try place.required(key)
    let count = try member.int()
    guard count >= 0 else { throw member.malformed("\(key) is negative") }
    return count
  }

  static func json(_ decoder: TokenDecoder) -> JSONValue {
    if decoder.steps == [.spaced] { return .null }
    if let only = decoder.steps.first, decoder.steps.count == 1 { return json(only) }
    return ["type": "Sequence", "decoders": .array(decoder.steps.map(json))]
  }

  private static func json(_ step: TokenDecoder.Step) -> JSONValue {
    switch step {
    case .wordPiece(let prefix, let cleansUp):
      ["type": "WordPiece", "prefix": .string(prefix), "cleanup": .bool(cleansUp)]
    case .byteLevel: PreTokenizerFile.byteLevel(PreTokenizer.ByteLevel(addsPrefixSpace: true))
    case .metaspace(let mark, let prepending):
      PreTokenizerFile.metaspace(PreTokenizer.Metaspace(mark: mark, prepending: prepending))
    case .bytePairs(let suffix): ["type": "BPEDecoder", "suffix": .string(suffix)]
    case .fuse: ["type": "Fuse"]
    case .strip(let content, let start, let stop):
      ["type": "Strip", "content": .string(String(content)), "start": JSONValue(start), "stop": JSONValue(stop)]
    case .byteFallback: ["type": "ByteFallback"]
    case .replace(let pattern, let content):
      ["type": "Replace", "pattern": PatternFile.json(pattern), "content": .string(content)]
    case .spaced: .null
    }
  }
}
