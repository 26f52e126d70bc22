import DurableFiles
import Glibc
import JSON

extension Tokenizer {
  /// Files above this size are refused.
  static let maximumFileBytes = 512 << 20

  /// The files that a tokenizer is read from, the first that exists; `vocab.json` needs `merges.txt` beside it.
  public static let fileNames: [String] =
    ["tokenizer.json", "vocab.json", "vocab.txt", "spiece.model", "sentencepiece.bpe.model", "sentencepiece.model"]
    + TiktokenFile.patterns.map(\.name)

  /// The tokenizer in a folder, read from one of `fileNames`, or in one such file; roles and limits from
  /// `tokenizer_config.json` and `special_tokens_map.json` beside it.
  public init(folder: String) throws(TokenizerError) {
    let isFile = (try? RealFileSystem().status(folder, followingLinks: true))?.kind == .file
    let files = FolderFiles(folder: isFile ? Paths.parent(of: folder) : folder)
    let settings = TokenizerSettings(
      config: try files.json("tokenizer_config.json"), map: try files.json("special_tokens_map.json"))
    for name in isFile ? [Paths.name(of: folder)] : Self.fileNames {
      guard let bytes = try files.bytes(name) else { continue }
      self = try Self.tokenizer(bytes, name, files, settings)
      return
    }
    throw .noTokenizer(folder: folder)
  }

  private static func tokenizer(
    _ bytes: [UInt8], _ name: String, _ files: FolderFiles, _ settings: TokenizerSettings
  ) throws(TokenizerError) -> Tokenizer {
    let file = files.path(name)
    if name == "vocab.json" || name == "vocab.txt", try files.bytes("added_tokens.json") != nil {
      throw .unsupported(
        file: files.path("added_tokens.json"), place: "the whole", part: "added_tokens.json without tokenizer.json")
    }
    switch name {
    case "vocab.json": return try bytePairs(JSONPlace(parsing: bytes, file: file), files, settings)
    case "vocab.txt": return try wordPiece(bytes, files, settings)
    case _ where name.utf8.suffix(5).elementsEqual(".json".utf8):
      return try TokenizerJSONReader(bytes, file: file).tokenizer(settings)
    case _ where TiktokenFile.isRanks(bytes):
      guard let pattern = TiktokenFile.patterns.first(where: { $0.name == name })?.pattern else {
        let names = TiktokenFile.patterns.map(\.name).joined(separator: ", ")
        throw .unsupported(
          file: file, place: "its name", part: "a rank file whose pattern its name does not tell (\(names))")
      }
      return try TiktokenFile.tokenizer(bytes, file: file, pattern: pattern, settings)
    default: return try SentencePieceFile(bytes, file: file).tokenizer(settings)
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
      vocabulary: vocabulary,
      encoder: TextEncoder(
        normalizer: .bert(normalizer), splitter: .bert, model: .wordPiece(model), vocabulary: vocabulary),
      added: added(specials, vocabulary), postProcessor: PostProcessor(template: template),
      decoder: TokenDecoder(steps: [.wordPiece(prefix: "##", cleansUp: true)]), specials: specials,
      modelMaximumLength: settings.modelMaximumLength)
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
    let options = PreTokenizer.ByteLevel(addsPrefixSpace: try settings.bool("add_prefix_space", default: false))
    let model = BytePairModel(vocabulary, merges: merges, isByteLevel: true)
    return Tokenizer(
      vocabulary: vocabulary,
      encoder: TextEncoder(
        normalizer: nil, splitter: .byteLevel(options), model: .bytePairs(model), vocabulary: vocabulary),
      added: added(specials, vocabulary), postProcessor: PostProcessor(), decoder: TokenDecoder(steps: [.byteLevel]),
      specials: specials, modelMaximumLength: settings.modelMaximumLength)
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
