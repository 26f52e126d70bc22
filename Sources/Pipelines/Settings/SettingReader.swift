/// Reads maps into groups of settings by their tables, and collects every problem on the way.
public struct SettingReader {
  /// Every problem so far.
  public private(set) var problems: [Problem] = []
  /// Where each setting that is written stands, by its dotted path.
  public private(set) var places: [String: Place] = [:]

  /// A reader that has read nothing.
  public init() {}

  /// Adds a problem.
  public mutating func report(_ place: Place, _ path: String, _ message: String) {
    problems.append(Problem(place, path, message))
  }

  /// Adds a problem with a setting, at the place of the setting or of the nearest one around it.
  public mutating func report(_ path: String, _ message: String) {
    report(place(of: path), path, message)
  }

  /// True if the setting is written.
  public func isWritten(_ path: String) -> Bool { places[path] != nil }

  /// Where a setting stands, or the nearest one around it.
  public func place(of path: String) -> Place {
    var path = path[...]
    while true {
      if let place = places[String(path)] { return place }
      guard let dot = path.lastIndex(of: ".") else { return .start }
      path = path[..<dot]
    }
  }

  /// Reads the map at `node` into `group`.
  public mutating func read<Group: SettingGroup>(_ node: YAMLNode, _ path: String, into group: inout Group) {
    if !path.isEmpty, places[path] == nil { places[path] = node.place }
    if node.isNull { return }
    guard let entries = node.entries else {
      report(node.place, path, "\(node.found); wants a map: keys with their values, indented")
      return
    }
    for entry in entries {
      let inner = path.isEmpty ? entry.key : "\(path).\(entry.key)"
      places[inner] = entry.place
      if let key = Group.keys.first(where: { $0.name == entry.key }) {
        let before = problems.count
        key.read(&group, entry.value, inner, &self)
        // A wrong value is shown where its key stands; a wrong element of a list where the element stands.
        for index in before..<problems.count where problems[index].path == inner {
          problems[index].place = entry.place
        }
        // An optional key without a value is as if it were not written.
        if entry.value.isNull, problems.count == before, !key.isGroup { places[inner] = nil }
      } else if !group.take(entry, path: inner, &self) {
        let names = Group.keys.map(\.name) + Group.furtherNames
        report(entry.place, shownPath(inner), Self.unknown(entry.key, among: names))
      }
    }
  }

  private func shownPath(_ path: String) -> String { shown(path, limit: 60) }

  /// What to say about an unknown key.
  static func unknown(_ name: String, among names: [String]) -> String {
    if let guess = nearestName(to: name, among: names) { return "unknown key; did you mean \(guess)?" }
    return names.count <= 12 ? "unknown key; there are \(listed(names, "and"))" : "unknown key"
  }
}

/// The name that `text` is most likely a misspelling of, nil if none is near.
func nearestName(to text: String, among names: [String]) -> String? {
  let word = Array(text.lowercased().unicodeScalars.prefix(64)).map { $0 == "-" ? "_" : $0 }
  var best: (name: String, distance: Int)?
  for name in names {
    let distance = editDistance(word, Array(name.unicodeScalars))
    if distance < best?.distance ?? .max { best = (name, distance) }
  }
  guard let best, best.distance <= max(1, min(word.count, best.name.count) / 3) else { return nil }
  return best.name
}

/// The least number of scalars to insert, remove, change or swap with a neighbor to turn `a` into `b`.
func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
  var before: [Int] = []
  var last = Array(0...b.count)
  for i in 0..<a.count {
    var row = [i + 1]
    row.reserveCapacity(b.count + 1)
    for j in 0..<b.count {
      var distance = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { distance = min(distance, before[j - 1] + 1) }
      row.append(distance)
    }
    (before, last) = (last, row)
  }
  return last[b.count]
}
