import DurableFiles
import Glibc
import JSON

extension Tokenizer {
  /// Files above this size are refused.
  static let maximumFileBytes = 512 << 20

  /// The tokenizer in a folder: `tokenizer.json`, else `vocab.json` with `merges.txt`, else `vocab.txt`; roles and
  /// limits from `tokenizer_config.json` and `special_tokens_map.json`.
  public init(folder: String) throws(TokenizerError) {
    let files = FolderFiles(folder: folder)
    let settings = TokenizerSettings(
      config: try files.json("tokenizer_config.json"), map: try files.json("special_tokens_map.json"))
    if let bytes = try files.bytes("tokenizer.json") {
      self = try TokenizerJSONReader(bytes, file: files.path("tokenizer.json")).tokenizer(settings)
      return
    }
    if try files.bytes("added_tokens.json") != nil {
      throw .unsupported(
        file: files.path("added_tokens.json"), place: "the whole", part: "added_tokens.json without tokenizer.json")
    }
    if let vocabulary = try files.json("vocab.json") {
      self = try Self.bytePairs(vocabulary, files, settings)
    } else if let lines = try files.bytes("vocab.txt") {
      self = try Self.wordPiece(lines, files, settings)
    } else {
      throw .noTokenizer(folder: folder)
    }
  }

  /// The tokenizer that the text of a `tokenizer.json` describes; `file` is its name in errors.
  public init(tokenizerJSON bytes: [UInt8], file: String = "tokenizer.json") throws(TokenizerError) {
    let settings = TokenizerSettings(config: nil, map: nil)
    self = try TokenizerJSONReader(bytes, file: file).tokenizer(settings)
  }

  private static func wordPiece(
    _ lines: [UInt8], _ files: FolderFiles, _ settings: TokenizerSettings
  ) throws(TokenizerError) -> Tokenizer {
    let file = files.path("vocab.txt")
    let vocabulary = try VocabularyFile(lines: lines, file: file).vocabulary(file: file)
    let specials = try settings.specials(in: vocabulary, modelUnknown: nil)
    guard let unknown = specials.unknown, let unknownToken = vocabulary.token(of: unknown) else {
      throw .malformed(file: file, place: "the whole", problem: "it has no unknown token, usually [UNK]")
    }
    let normalizer = BertNormalizer(
      spacesIdeographs: try settings.bool("tokenize_chinese_chars", default: true),
      stripsAccents: try settings.optionalBool("strip_accents"),
      lowercases: try settings.bool("do_lower_case", default: true))
    let model = WordPieceModel(
      tokens: vocabulary.modelTokens, unknown: unknown, unknownToken: unknownToken, prefix: "##",
      maximumWordLength: 100)
    var template = Template.plain
    if let cls = specials.cls, let sep = specials.sep, let clsToken = vocabulary.token(of: cls),
      let sepToken = vocabulary.token(of: sep)
    {
      template = .bert(cls: (clsToken, cls), sep: (sepToken, sep))
    }
    return Tokenizer(
      vocabulary: vocabulary, encoder: TextEncoder(normalizer: normalizer, model: .wordPiece(model)),
      added: added(specials, vocabulary), template: template, decoder: .wordPiece(prefix: "##", cleansUp: true),
      specials: specials, modelMaximumLength: settings.modelMaximumLength)
  }

  private static func bytePairs(
    _ place: JSONPlace, _ files: FolderFiles, _ settings: TokenizerSettings
  ) throws(TokenizerError) -> Tokenizer {
    let vocabulary = try VocabularyFile(object: place).vocabulary(file: files.path("vocab.json"))
    guard let lines = try files.bytes("merges.txt") else {
      throw .unreadable(file: files.path("merges.txt"), cause: "it is missing beside vocab.json")
    }
    let merges = try MergeFile.merges(lines: lines, file: files.path("merges.txt"), in: vocabulary)
    let specials = try settings.specials(in: vocabulary, modelUnknown: nil)
    let options = ByteLevelOptions(addsPrefixSpace: try settings.bool("add_prefix_space", default: false))
    let model = BytePairModel(byteIDs: ByteAlphabet.ids(in: vocabulary), merges: merges)
    return Tokenizer(
      vocabulary: vocabulary, encoder: TextEncoder(normalizer: nil, model: .bytePairs(model, options)),
      added: added(specials, vocabulary), template: .plain, decoder: .byteLevel, specials: specials,
      modelMaximumLength: settings.modelMaximumLength)
  }

  private static func added(_ specials: SpecialTokens, _ vocabulary: Vocabulary) -> [AddedToken] {
    specials.ids.compactMap { id in vocabulary.token(of: id).map { AddedToken(id: id, content: $0) } }
  }
}

/// The files of one folder, each read once, whole and within bounds.
private struct FolderFiles {
  let folder: String

  func path(_ name: String) -> String { folder.utf8.last == UInt8(ascii: "/") ? folder + name : folder + "/" + name }

  /// A file's bytes, nil where it does not exist.
  func bytes(_ name: String) throws(TokenizerError) -> [UInt8]? {
    do throws(FileError) {
      return try RealFileSystem().readBounded(path(name), limit: Tokenizer.maximumFileBytes)
    } catch {
      if error.number == ENOENT { return nil }
      if case .tooLarge(let bytes, let limit) = error.cause {
        throw .tooLarge(file: path(name), bytes: Int(clamping: bytes), limit: Int(clamping: limit))
      }
      throw .unreadable(file: path(name), cause: "\(error)")
    }
  }

  func json(_ name: String) throws(TokenizerError) -> JSONPlace? {
    guard let bytes = try bytes(name) else { return nil }
    return try JSONPlace(parsing: bytes, file: path(name))
  }
}
