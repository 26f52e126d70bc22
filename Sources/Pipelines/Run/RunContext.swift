import DurableFiles
import FoundationEssentials
import Glibc
import JSON

/// What the stages of a pipeline share.
public final class RunContext {
  /// The pipeline.
  public let configuration: PipelineConfiguration
  /// Where each setting was written.
  public let places: [String: Place]
  /// The folder that relative paths of the pipeline begin at.
  public let base: String
  /// The run's folder.
  public let folder: RunFolder
  /// What the run is and which stages are done.
  public internal(set) var record: RunRecord
  /// Whether bits of another CPU level may be trained on.
  public let acceptsNumerics: Bool
  /// Whether every byte of the shards is read again before training goes on.
  public let verifiesData: Bool
  /// What processes of their own are told that train; nil to train in this one.
  let job: WorkerJob?
  private let observers: [any PipelineObserver]
  private let stop: () -> Bool

  /// A context.
  public init(
    configuration: PipelineConfiguration, places: [String: Place], base: String, folder: RunFolder, record: RunRecord,
    acceptsNumerics: Bool = false, verifiesData: Bool = false, job: WorkerJob? = nil,
    observers: [any PipelineObserver], stop: @escaping () -> Bool
  ) {
    self.job = job
    self.configuration = configuration
    self.places = places
    self.base = base
    self.folder = folder
    self.record = record
    self.acceptsNumerics = acceptsNumerics
    self.verifiesData = verifiesData
    self.observers = observers
    self.stop = stop
  }

  /// Whether somebody asked for the run to stop.
  public var shouldStop: Bool { stop() }

  /// Tells every observer.
  public func tell(_ event: PipelineEvent) {
    for observer in observers { observer.observe(event) }
  }

  /// A path of the pipeline file, made absolute.
  public func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : Paths.join(base, path)
  }

  /// Remembers a decision durably, before it takes effect.
  public func decide(_ what: String, _ details: [(String, JSONValue)]) throws {
    let file = try AppendFile(folder.decisions)
    let entry = JSONObject(
      [
        ("decision", .string(what)), ("start", .integer(Int64(record.starts))),
        ("time", .string(Date().formatted(.iso8601))),
      ] + details)
    try file.append(JSONValue.object(entry).text())
  }
}

/// Thrown by a stage that stopped on request, with everything saved.
public struct StoppedOnRequest: Error, Equatable, Sendable {
  /// Where it stands, such as `step 184,000 of 300,000`.
  public let standing: String
}
