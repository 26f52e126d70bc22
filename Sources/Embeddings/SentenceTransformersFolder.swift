import Checkpoints
import JSON
import Models
import NN
import Tensors
import Tokenizers

/// The files of a folder that the sentence-transformers library loads: a bare encoder, its pooling, its normalization.
public enum SentenceTransformersFolder {
  /// The library whose layout the files have.
  private static let versions: JSONObject = [
    "sentence_transformers": "5.0.0", "transformers": "4.50.0", "pytorch": "2.6.0",
  ]

  /// The files, to be written in order.
  ///
  /// - Parameters:
  ///   - loaded: a BERT with its tokenizer; its heads are left out.
  ///   - pooling: how a text's token vectors become one.
  ///   - normalizes: whether vectors are divided by their length.
  ///   - maximumLength: the longest input in tokens; the model's own limit if nil.
  /// - Throws: `EmbeddingError` if the model is no encoder or has no tokenizer.
  public static func files(
    _ loaded: LoadedModel, pooling: Pooling = .mean, normalizes: Bool = true, maximumLength: Int? = nil
  ) throws -> [FolderFile] {
    guard loaded.model is BERT else { throw EmbeddingError.noEncoder(architecture: loaded.model.architecture) }
    guard var tokenizer = loaded.tokenizer else { throw EmbeddingError.noTokenizer(folder: loaded.folder) }
    let limit = min(maximumLength ?? .max, loaded.model.extents.maximumLength)
    tokenizer.modelMaximumLength = limit
    let bare = LoadedModel(model: loaded.model, store: loaded.store, tokenizer: tokenizer, folder: loaded.folder)
    var files = try ModelWriter.files(bare, isBare: true)
    files.append(FolderFile("1_Pooling/config.json", text: pretty(poolingObject(pooling, loaded.model.extents.width))))
    files.append(
      FolderFile(
        "sentence_bert_config.json", text: pretty(["max_seq_length": JSONValue(limit), "do_lower_case": false])))
    files.append(
      FolderFile(
        "config_sentence_transformers.json",
        text: pretty([
          "__version__": .object(versions), "prompts": [:], "default_prompt_name": .null,
          "similarity_fn_name": "cosine",
        ])))
    files.append(FolderFile("modules.json", text: pretty(modules(normalizes: normalizes))))
    return files
  }

  private static func modules(normalizes: Bool) -> JSONValue {
    var kinds = [("", "Transformer"), ("1_Pooling", "Pooling")]
    if normalizes { kinds.append(("2_Normalize", "Normalize")) }
    return .array(
      kinds.enumerated().map { place, module in
        [
          "idx": JSONValue(place), "name": .string("\(place)"), "path": .string(module.0),
          "type": .string("sentence_transformers.models.\(module.1)"),
        ]
      })
  }

  private static func poolingObject(_ pooling: Pooling, _ width: Int) -> JSONValue {
    [
      "word_embedding_dimension": JSONValue(width),
      "pooling_mode_cls_token": .bool(pooling == .cls),
      "pooling_mode_mean_tokens": .bool(pooling == .mean),
      "pooling_mode_max_tokens": .bool(pooling == .max),
      "pooling_mode_mean_sqrt_len_tokens": false,
      "pooling_mode_weightedmean_tokens": false,
      "pooling_mode_lasttoken": false,
      "include_prompt": true,
    ]
  }

  private static func pretty(_ value: JSONValue) -> String { value.text(pretty: true) + "\n" }
}
