import JSON

/// Texts to turn into vectors at the end of a run.
public struct EmbedSettings: SettingGroup {
  /// How the vectors of a text become one.
  public enum Pooling: String, SettingValue, CaseIterable {
    /// The `[CLS]` vector.
    case cls
    /// The mean of all vectors.
    case mean
    /// The largest of each number.
    case max
  }

  /// File formats of vectors.
  public enum Format: String, SettingValue, CaseIterable {
    /// NumPy's, with the row ids in a file beside it.
    case npy
    /// One object a line.
    case jsonl
    /// A tensor.
    case safetensors
  }

  /// The stage's name: its file is `exports/<name>.<format>`.
  public var name = ""
  /// The rows.
  public var input = FilePath("")
  /// The column of the text.
  public var text = Column.name("text")
  /// The column of the row's id; nil for the row's number from 0.
  public var id: Column?
  /// Whether the first line names the columns.
  public var hasHeader = true
  /// How the vectors of a text become one.
  public var pooling = Pooling.mean
  /// The layer, counted from 0 (the embeddings) or from the end (−1).
  public var layer = -1
  /// Whether vectors have length one.
  public var normalize = true
  /// The file format.
  public var format = Format.npy

  /// Every default.
  public init() {}

  /// The keys of an element of `embed`.
  public static var keys: [SettingKey<Self>] {
    [
      SettingKey("name", \.name, "the stage's name; its file is exports/<name>.<format>"),
      SettingKey("input", \.input, "rows to embed: .txt .tsv .csv .jsonl"),
      SettingKey("text", \.text, "column of the text: a name, or a number from 0"),
      SettingKey("id", \.id, "column of the row's id, kept in every format; default: the row's number from 0"),
      SettingKey("header", \.hasHeader, "the first line names the columns"),
      SettingKey("pooling", \.pooling, "how the vectors of a text become one"),
      SettingKey("layer", \.layer, "0: the embeddings, 1 and up: a layer's output, -1: the last"),
      SettingKey("normalize", \.normalize, "make every vector one long"),
      SettingKey("format", \.format, "file format"),
    ]
  }
}
