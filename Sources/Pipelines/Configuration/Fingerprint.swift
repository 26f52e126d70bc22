import Digests
import JSON

/// What can never change in a run that has begun: the settings that shape bits already trained, and the identity of
/// the corpus, the tokenizer and the model it started from.
public struct Fingerprint: Equatable, Sendable {
  /// The frozen settings, as an object of objects.
  public let settings: JSONValue

  /// The frozen settings of a pipeline.
  /// - Parameter identities: digests of what the settings name: corpus, tokenizer, starting model.
  public init(_ configuration: PipelineConfiguration, identities: [String: String] = [:]) {
    guard var object = configuration.frozenSettings.object else {
      settings = configuration.frozenSettings
      return
    }
    for (name, digest) in identities.sorted(by: { $0.key < $1.key }) { object.set("\(name)_sha256", .string(digest)) }
    settings = .object(object)
  }

  /// Frozen settings as they were saved.
  public init(settings: JSONValue) { self.settings = settings }

  /// The canonical JSON: keys sorted, no white space.
  public var canonical: String { settings.text(sortedKeys: true) }

  /// The SHA-256 of the canonical JSON, in hexadecimal.
  public var digest: String { SHA256.hex(of: Array(canonical.utf8)) }

  /// One setting that differs.
  public struct Change: Equatable, Sendable {
    /// The dotted path.
    public var key: String
    /// The saved value, nil where it was not set.
    public var was: JSONValue?
    /// The value now, nil where it is not set.
    public var now: JSONValue?
    /// Where it is written now, nil if it is a default.
    public var place: Place?

    /// A setting that differs.
    public init(key: String, was: JSONValue?, now: JSONValue?, place: Place? = nil) {
      self.key = key
      self.was = was
      self.now = now
      self.place = place
    }
  }

  /// The settings in which this fingerprint differs from a saved one.
  public func changes(since saved: Fingerprint, places: [String: Place] = [:]) -> [Change] {
    settingChanges(from: saved.settings, to: settings, places: places)
  }
}

/// The settings in which two objects of objects differ, in the order of their paths.
func settingChanges(from old: JSONValue, to new: JSONValue, places: [String: Place]) -> [Fingerprint.Change] {
  let (was, now) = (flattened(old), flattened(new))
  return Set(was.keys).union(now.keys).sorted().compactMap { key in
    was[key] == now[key] ? nil : Fingerprint.Change(key: key, was: was[key], now: now[key], place: places[key])
  }
}

/// The values of an object of objects, by their dotted paths.
private func flattened(_ value: JSONValue, path: String = "") -> [String: JSONValue] {
  let members: [(String, JSONValue)]
  if let object = value.object {
    members = object.pairs.map { ($0.0, $0.1) }
  } else if let elements = value.array, elements.contains(where: { $0.object != nil }) {
    members = elements.enumerated().map { ("\($0)", $1) }
  } else {
    return [path: value]
  }
  return members.reduce(into: [:]) { result, member in
    let inner = flattened(member.1, path: path.isEmpty ? member.0 : "\(path).\(member.0)")
    result.merge(inner) { first, _ in first }
  }
}

extension PipelineConfiguration {
  /// The settings that shape pretrained bits; fine-tuning has a fingerprint of its own.
  public var frozenSettings: JSONValue {
    var copy = self
    copy.finetune = []
    copy.embed = []
    // Defaults that depend on other settings are written out, so that naming them changes nothing.
    if copy.pretrain != nil {
      copy.pretrain?.objective = pretrain?.resolvedObjective(model.resolvedFamily)
      if copy.pretrain?.batchTokens == nil, copy.pretrain?.batchSize == nil {
        copy.pretrain?.batchSize = PretrainSettings.defaultBatchSize
      }
    }
    return copy.settings(.frozen)
  }

  /// The settings that may change when a run goes on, and are recorded then.
  public var tunableSettings: JSONValue { settings(.tunable) }
}
