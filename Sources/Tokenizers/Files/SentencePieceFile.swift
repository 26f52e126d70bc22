/// Reads a SentencePiece `.model`: pieces with scores and how text is prepared (`sentencepiece_model.proto`).
///
/// The tokenizer is made of the parts that the Hugging Face library has, so that it can be written for it. Ids are
/// SentencePiece's, but where a rule of normalization begins with a shorter rule: the library's looks at grapheme
/// clusters and takes the shorter, SentencePiece's the longer.
struct SentencePieceFile {
  /// What a piece is for.
  private enum Kind: UInt64 { case normal = 1, unknown, control, userDefined, unused, byte }

  private enum Algorithm: UInt64 { case unigram = 1, bytePairs, words, characters }

  private var pieces: [String] = []
  private var scores: [Double] = []
  private var kinds: [Kind] = []
  private var algorithm: UInt64 = Algorithm.unigram.rawValue
  private var fallsBackToBytes = false
  private var map: [UInt8] = []
  private var addsPrefix = true
  private var removesSpaces = true
  private var endsWords = false
  private let file: String

  init(_ bytes: [UInt8], file: String) throws(TokenizerError) {
    self.file = file
    do throws(ProtocolBufferReader.Malformed) {
      var reader = ProtocolBufferReader(bytes[...])
      while let (field, value) = try reader.next() {
        guard case .bytes(let bytes) = value else { continue }
        switch field {
        case 1: try readPiece(bytes)
        case 2: try readTrainer(bytes)
        case 3: try readNormalizer(bytes)
        default: break
        }
      }
    } catch {
      throw .malformed(file: file, place: "byte \(error.byte)", problem: "it is no SentencePiece model")
    }
    if pieces.isEmpty { throw .malformed(file: file, place: "the whole", problem: "it holds no pieces") }
  }

  private mutating func readPiece(_ bytes: ArraySlice<UInt8>) throws(ProtocolBufferReader.Malformed) {
    var reader = ProtocolBufferReader(bytes)
    var (piece, score, kind) = ("", Float(0), Kind.normal)
    while let (field, value) = try reader.next() {
      switch (field, value) {
      case (1, .bytes(let bytes)): piece = String(decoding: bytes, as: UTF8.self)
      case (2, .word(let bits)): score = Float(bitPattern: bits)
      case (3, .integer(let number)): kind = Kind(rawValue: number) ?? .unused
      default: break
      }
    }
    pieces.append(piece)
    scores.append(Double(score))
    kinds.append(kind)
  }

  private mutating func readTrainer(_ bytes: ArraySlice<UInt8>) throws(ProtocolBufferReader.Malformed) {
    var reader = ProtocolBufferReader(bytes)
    while let (field, value) = try reader.next() {
      switch (field, value) {
      case (3, .integer(let number)): algorithm = number
      case (24, .integer(let flag)): endsWords = flag != 0
      case (35, .integer(let flag)): fallsBackToBytes = flag != 0
      default: break
      }
    }
  }

  private mutating func readNormalizer(_ bytes: ArraySlice<UInt8>) throws(ProtocolBufferReader.Malformed) {
    var reader = ProtocolBufferReader(bytes)
    while let (field, value) = try reader.next() {
      switch (field, value) {
      case (2, .bytes(let bytes)): map = Array(bytes)
      case (3, .integer(let flag)): addsPrefix = flag != 0
      case (4, .integer(let flag)): removesSpaces = flag != 0
      default: break
      }
    }
  }

  func tokenizer(_ settings: TokenizerSettings) throws(TokenizerError) -> Tokenizer {
    if endsWords {
      throw .unsupported(file: file, place: "treat_whitespace_as_suffix", part: "a mark at the end of words")
    }
    var entries = try VocabularyFile(
      tokens: pieces, hasGaps: algorithm == Algorithm.bytePairs.rawValue, file: file)
    let added = try addedTokens() + settings.addedTokens(&entries)
    let vocabulary = try entries.vocabulary(file: file)
    let unknown = kinds.firstIndex(of: .unknown).map { Int32(truncatingIfNeeded: $0) }
    let model: TextModel
    let parts: (normalizer: Normalizer?, splitter: PreTokenizer?, decoder: [TokenDecoder.Step])
    switch Algorithm(rawValue: algorithm) {
    case .unigram?:
      var scores = scores
      scores += [Double](repeating: 0, count: vocabulary.tokens.count - scores.count)
      model = .unigram(
        try UnigramModel(
          tokens: vocabulary.modelTokens, scores: scores, unknown: unknown, byteFallback: fallsBackToBytes,
          file: file, place: "pieces"))
      parts = try unigramParts()
    case .bytePairs?:
      let options = BytePairModel.Options(unknown: unknown, fusesUnknown: true, fallsBackToBytes: fallsBackToBytes)
      model = .bytePairs(
        BytePairModel(vocabulary, merges: merges(vocabulary), options: options, isByteLevel: false))
      parts = try bytePairParts()
    case let other:
      throw .unsupported(
        file: file, place: "model_type", part: "SentencePiece's \(other == .words ? "word" : "character") model")
    }
    return Tokenizer(
      vocabulary: vocabulary,
      encoder: TextEncoder(
        normalizer: parts.normalizer, splitter: parts.splitter, model: model, vocabulary: vocabulary),
      added: added, postProcessor: PostProcessor(), decoder: TokenDecoder(steps: parts.decoder),
      specials: try settings.specials(in: vocabulary, modelUnknown: unknown),
      modelMaximumLength: settings.modelMaximumLength)
  }

  private func addedTokens() -> [AddedToken] {
    pieces.indices.compactMap { id in
      let kind = kinds[id]
      guard [.unknown, .control, .userDefined].contains(kind), !pieces[id].isEmpty else { return nil }
      return AddedToken(
        id: Int32(truncatingIfNeeded: id), content: pieces[id], isNormalized: false, isSpecial: kind != .userDefined)
    }
  }

  /// The map, no spaces at the ends, and one between words.
  private func cleaning() throws(TokenizerError) -> [Normalizer] {
    var parts: [Normalizer] = []
    if !map.isEmpty {
      guard let map = PrecompiledMap(map) else {
        throw .malformed(file: file, place: "precompiled_charsmap", problem: "it is no compiled character map")
      }
      parts.append(.precompiled(map))
    }
    if removesSpaces {
      parts += [.replace(.regex(.outerSpaces), with: ""), .replace(.regex(.spaces), with: " ")]
    }
    return parts
  }

  private func unigramParts() throws(TokenizerError) -> (Normalizer?, PreTokenizer?, [TokenDecoder.Step]) {
    let metaspace = PreTokenizer.Metaspace(prepending: addsPrefix ? .always : .never)
    return (
      .sequence(try cleaning()), .metaspace(metaspace),
      [.metaspace(mark: metaspace.mark, prepending: metaspace.prepending)]
    )
  }

  private func bytePairParts() throws(TokenizerError) -> (Normalizer?, PreTokenizer?, [TokenDecoder.Step]) {
    var normalizers = try cleaning()
    if addsPrefix { normalizers.append(.prepend("\u{2581}")) }
    normalizers.append(.replace(.text(" "), with: "\u{2581}"))
    var decoder: [TokenDecoder.Step] = [.replace(.text("\u{2581}"), with: " "), .byteFallback, .fuse]
    if addsPrefix { decoder.append(.strip(" ", start: 1, stop: 0)) }
    return (.sequence(normalizers), nil, decoder)
  }

  /// Every way of cutting a piece in two pieces, the best scores first; ties to the shorter left part from the end.
  private func merges(_ vocabulary: Vocabulary) -> [BytePairModel.Merge] {
    var merges: [(merge: BytePairModel.Merge, score: Double, left: Int, right: Int)] = []
    let lengths = Set(pieces.map(\.unicodeScalars.count)).subtracting([0])
    let cuts = lengths.sorted()
    for (id, piece) in pieces.enumerated() where kinds[id] == .normal || kinds[id] == .userDefined {
      let scalars = Array(piece.unicodeScalars)
      guard scalars.count > 1 else { continue }
      var local: [(merge: BytePairModel.Merge, score: Double, left: Int, right: Int)] = []
      for cut in cuts.prefix(while: { $0 < scalars.count }) where lengths.contains(scalars.count - cut) {
        guard let left = vocabulary.modelID(of: String(scalars[..<cut])),
          let right = vocabulary.modelID(of: String(scalars[cut...]))
        else { continue }
        let merge = BytePairModel.Merge(left: left, right: right, result: Int32(truncatingIfNeeded: id))
        local.append((merge, scores[id], cut, scalars.count - cut))
      }
      merges += local.sorted { ($0.merge.left, $0.merge.right) < ($1.merge.left, $1.merge.right) }
    }
    // A stable sort: equal ones keep the order of their pieces.
    let order = merges.indices.sorted { a, b in
      let (x, y) = (merges[a], merges[b])
      if x.score != y.score { return x.score > y.score }
      return (x.left, x.right, -a) > (y.left, y.right, -b)
    }
    return order.map { merges[$0].merge }
  }
}

extension String {
  fileprivate init(_ scalars: some Sequence<Unicode.Scalar>) {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    self.init(view)
  }
}
