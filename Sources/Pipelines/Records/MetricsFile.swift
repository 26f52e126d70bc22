import DurableFiles
import JSON

/// `metrics.jsonl`: one JSON object a line, only ever longer.
///
/// Where a run goes on from an earlier step, a line `{"resumed_at": step}` says that later lines before it were done
/// again: `records` leaves those out.
public final class MetricsFile {
  private let file: AppendFile

  /// Opens the file, and marks the step from which the run goes on.
  public init(_ path: String, resumedAt step: Int? = nil, fileSystem: any FileSystem = RealFileSystem())
    throws(FileError)
  {
    file = try AppendFile(path, isSynchronized: false, fileSystem: fileSystem)
    if let step { try file.append(JSONValue.object(JSONObject([("resumed_at", JSONValue(step))])).text()) }
  }

  /// Adds a line.
  public func append(_ record: MetricRecord) throws(FileError) {
    try file.append(record.json.text())
  }

  /// The lines of the history that led to the newest step, oldest first; lines that are no objects are left out.
  public static func records(
    _ path: String, fileSystem: any FileSystem = RealFileSystem()
  ) throws(FileError) -> [JSONObject] {
    var records: [JSONObject] = []
    for line in try AppendFile.lines(path, fileSystem: fileSystem) {
      guard let object = (try? JSONValue.parse(Array(line.utf8)))?.object else { continue }
      if let step = object["resumed_at"]?.int {
        while let last = records.last?["step"]?.int, last > step { records.removeLast() }
      } else if let step = object["step"]?.int {
        // An evaluation that was cut short, or whose step was not saved again since, is made again.
        if let last = records.last, last["step"]?.int == step, last["eval_loss"] != nil, object["eval_loss"] != nil {
          records.removeLast()
        }
        records.append(object)
      }
    }
    return records
  }
}
