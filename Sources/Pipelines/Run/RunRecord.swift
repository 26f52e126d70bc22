import DurableFiles
import FoundationEssentials
import Glibc
import JSON

/// `run.json`: which run a folder belongs to, and which of its stages are done.
public struct RunRecord: Sendable, Equatable {
  /// A finished stage.
  public struct Stage: Sendable, Equatable {
    /// What the stage depended on; it is done again when this changes.
    public var fingerprint: String
    /// One line for people.
    public var summary: String
    /// How long it took, over all starts.
    public var seconds: Double
    /// Figures for the report.
    public var figures: JSONObject
  }

  /// The run's identity, kept in every checkpoint.
  public var identifier: String
  /// How often the run was started.
  public var starts: Int
  /// Seconds the run was running, over all starts.
  public var seconds: Double
  /// Steps that were taken more than once because a start ended before they were saved, as far as the metrics show.
  public var repeatedSteps = 0
  /// Seconds that starts spent on stages they did not finish, by name.
  public var unfinishedSeconds: [String: Double] = [:]
  /// Finished stages by name.
  public var stages: [String: Stage] = [:]

  static let schema = 1

  /// A new run.
  public init() {
    identifier = UUID().uuidString.lowercased()
    starts = 0
    seconds = 0
  }

  /// Reads a record; nil where there is none.
  public static func load(_ folder: RunFolder) throws -> RunRecord? {
    guard let json = try folder.json(folder.record) else { return nil }
    guard json["schema"]?.int == schema, let identifier = json["run"]?.string, let stages = json["stages"]?.object
    else {
      throw UserError("\(folder.record) is not a run record of this version", .data)
    }
    var record = RunRecord()
    record.identifier = identifier
    record.starts = json["starts"]?.int ?? 0
    record.seconds = json["seconds"]?.double ?? 0
    record.repeatedSteps = json["repeated_steps"]?.int ?? 0
    let unfinished = json["unfinished_seconds"]?.object ?? JSONObject()
    for (name, seconds) in unfinished.pairs { record.unfinishedSeconds[name] = seconds.double }
    for (name, stage) in stages.pairs {
      record.stages[name] = Stage(
        fingerprint: stage["fingerprint"]?.string ?? "", summary: stage["summary"]?.string ?? "",
        seconds: stage["seconds"]?.double ?? 0, figures: stage["figures"]?.object ?? JSONObject())
    }
    return record
  }

  /// Writes the record durably.
  public func save(_ folder: RunFolder) throws(FileError) {
    try folder.write(json.text(pretty: true) + "\n", to: folder.record)
  }

  /// The record as JSON.
  public var json: JSONValue {
    let stages = stages.sorted { $0.key < $1.key }.map { name, stage in
      let object = JSONObject([
        ("fingerprint", .string(stage.fingerprint)), ("summary", .string(stage.summary)),
        ("seconds", .number(stage.seconds)), ("figures", .object(stage.figures)),
      ])
      return (name, JSONValue.object(object))
    }
    let unfinished = unfinishedSeconds.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.number($0.value)) }
    let object = JSONObject([
      ("schema", .integer(Int64(RunRecord.schema))), ("run", .string(identifier)),
      ("starts", .integer(Int64(starts))), ("seconds", .number(seconds)),
      ("repeated_steps", .integer(Int64(repeatedSteps))),
      ("unfinished_seconds", .object(JSONObject(unfinished))), ("stages", .object(JSONObject(stages))),
    ])
    return .object(object)
  }
}
