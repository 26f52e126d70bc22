import JSON

/// Reads and writes the `post_processor` of `tokenizer.json`; its templates are `TemplateFile`'s.
enum PostProcessorFile {
  static func postProcessor(
    _ place: JSONPlace?, _ vocabulary: Vocabulary
  ) throws(TokenizerError) -> PostProcessor {
    var result = PostProcessor()
    guard let place else { return result }
    var hasTemplate = false
    try read(place, vocabulary, &result, &hasTemplate)
    return result
  }

  private static func read(
    _ place: JSONPlace, _ vocabulary: Vocabulary, _ result: inout PostProcessor, _ hasTemplate: inout Bool
  ) throws(TokenizerError) {
    let type = try place.type()
    if type == "Sequence" {
      for part in try place.required("processors").elements() { try read(part, vocabulary, &result, &hasTemplate) }
      return
    }
    if hasTemplate { throw place.unsupported("post-processor \(type) after one that adds special tokens") }
    switch type {
    case "TemplateProcessing": result.template = try TemplateFile.template(place, vocabulary)
    case "BertProcessing": result.template = try TemplateFile.bert(place, vocabulary)
    case "RobertaProcessing":
      result.template = try TemplateFile.roberta(place, vocabulary)
      try readTrimming(place, &result)
    case "ByteLevel":
      try readTrimming(place, &result)
      return
    default: throw place.unsupported("post-processor \(type)")
    }
    hasTemplate = true
  }

  private static func readTrimming(_ place: JSONPlace, _ result: inout PostProcessor) throws(TokenizerError) {
    guard try place.bool("trim_offsets", default: true) else { return }
    if result.trimming != nil { throw place.unsupported("a second post-processor that trims offsets") }
    result.trimming = OffsetTrimming(isPrefixed: try place.bool("add_prefix_space", default: true))
  }

  /// `isByteLevel` models name the library's part for them even where it does nothing.
  static func json(_ postProcessor: PostProcessor, isByteLevel: Bool) -> JSONValue {
    let template = TemplateFile.json(postProcessor.template)
    let hasTemplate = postProcessor.template != .plain
    guard isByteLevel || postProcessor.trimming != nil else { return hasTemplate ? template : .null }
    let options = PreTokenizer.ByteLevel(addsPrefixSpace: postProcessor.trimming?.isPrefixed ?? true)
    let trimmer = PreTokenizerFile.byteLevel(options, trimsOffsets: postProcessor.trimming != nil)
    return hasTemplate ? ["type": "Sequence", "processors": [trimmer, template]] : trimmer
  }
}
