import Checkpoints
import Models
import NN
import Objectives
import Tokenizers

/// Turns rows of text into what a classifier reads, and counts the texts that were cut.
public struct RowEncoder {
  /// Texts that were longer than the limit.
  public private(set) var cutCount = 0
  /// The longest input in tokens, special tokens included.
  public let maximumLength: Int
  private let tokenizer: Tokenizer
  private let knowsPairs: Bool
  private let filler: Int32

  /// An encoder for `loaded`; texts are cut at `maximumLength` or at the model's own limit.
  public init(_ loaded: LoadedModel, maximumLength: Int? = nil) throws(FineTuningError) {
    guard let tokenizer = loaded.tokenizer else { throw .noTokenizer(folder: loaded.folder) }
    self.tokenizer = tokenizer
    self.maximumLength = max(1, min(maximumLength ?? .max, loaded.model.extents.maximumLength))
    knowsPairs = ((loaded.model as? BERT)?.configuration.tokenTypeCount ?? 1) > 1
    filler = tokenizer.specials.pad ?? tokenizer.specials.unknown ?? 0
  }

  /// A row as ids, with the number of its label.
  public mutating func encode(_ row: TextRow, label: Int32 = -100, sample: UInt64) -> LabeledText {
    var encoding = tokenizer.encode(row.text, pair: row.pair)
    if encoding.count > maximumLength {
      cutCount += 1
      encoding = tokenizer.encode(row.text, pair: row.pair, maximumLength: maximumLength)
    }
    // A tokenizer without special tokens makes nothing of an empty text, and a segment needs a token.
    let ids = encoding.ids.isEmpty ? [filler] : encoding.ids
    let types = knowsPairs && !encoding.ids.isEmpty ? encoding.typeIds : [Int32](repeating: 0, count: ids.count)
    return LabeledText(ids: ids, typeIds: types, label: label, sample: sample)
  }

  /// The ids of a row's words, without special tokens: a bag of words.
  public func words(_ row: TextRow) -> [Int32] {
    tokenizer.ids(row.text) + (row.pair.map { tokenizer.ids($0) } ?? [])
  }

  /// The number of ids.
  public var vocabularySize: Int { tokenizer.vocabularySize }
}
