/// Where a setting was written: a line and column of a file, or the command line.
public struct Place: Equatable, Sendable {
  /// The file as the person named it; empty for the pipeline file itself, `--set` for the command line.
  public var file: String
  /// The line, counted from 1; 0 where there is none.
  public var line: Int
  /// The column, counted from 1 in Unicode scalars; 0 where there is none.
  public var column: Int

  /// A place in a file.
  public init(file: String = "", line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }

  /// A setting given on the command line.
  public static let commandLine = Place(file: "--set", line: 0, column: 0)

  /// The start of the pipeline file.
  public static let start = Place(line: 1, column: 1)
}

extension Place: CustomStringConvertible {
  /// `8:3`, `base.yaml:8:3` or `--set`.
  public var description: String {
    if line == 0 { return file }
    return file.isEmpty ? "\(line):\(column)" : "\(file):\(line):\(column)"
  }
}

/// One thing that is wrong with a pipeline file: where, which setting, and what would be right.
public struct Problem: Equatable, Sendable {
  /// Where it is written.
  public var place: Place
  /// The dotted path of the setting, such as `pretrain.learning_rate`.
  public var path: String
  /// What is wrong, and what would be right.
  public var message: String

  /// A problem with one setting.
  public init(_ place: Place, _ path: String, _ message: String) {
    self.place = place
    self.path = path
    self.message = message
  }
}
