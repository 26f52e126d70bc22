/// Trees put on top of each other.
enum YAMLMerge {
  /// `node` on top of `base`: maps merge key by key, anything else replaces, and a key without a value takes away what
  /// is below it. Of settings that exclude each other, those on top push the others out.
  static func merged(_ node: YAMLNode, over base: YAMLNode) -> YAMLNode {
    var result = base
    removeAlternatives(to: paths(of: node), from: &result)
    return joined(node, over: result)
  }

  private static func joined(_ node: YAMLNode, over base: YAMLNode) -> YAMLNode {
    guard case .map(let upper) = node.content, case .map(var entries) = base.content else { return node }
    for entry in upper {
      if let index = entries.firstIndex(where: { $0.key == entry.key }) {
        entries[index] = YAMLEntry(
          entry.key, place: entry.place, value: joined(entry.value, over: entries[index].value))
      } else {
        entries.append(entry)
      }
    }
    return YAMLNode(.map(entries), place: node.place, folder: node.folder)
  }

  /// Sets the value at a path of keys; elements of a list are named by their number or by their `name`. Without a value
  /// the key is left as if it were not written.
  /// - Returns: what is wrong with the path, nil if nothing is.
  static func set(_ path: [String], _ value: YAMLNode, in root: inout YAMLNode) -> String? {
    if !value.isNull { removeAlternatives(to: [path.joined(separator: ".")], from: &root) }
    return set(path[...], value, in: &root)
  }

  private static func set(_ path: ArraySlice<String>, _ value: YAMLNode, in node: inout YAMLNode) -> String? {
    guard let key = path.first else {
      node = value
      return nil
    }
    if key.isEmpty { return "has an empty part in its path" }
    switch node.content {
    case .map(var entries):
      let index = entries.firstIndex { $0.key == key } ?? entries.count
      if index == entries.count {
        let empty = YAMLNode(.text("", isPlain: true), place: .commandLine)
        entries.append(YAMLEntry(key, place: .commandLine, value: empty))
      }
      if path.count == 1 { entries[index].place = .commandLine }
      let message = set(path.dropFirst(), value, in: &entries[index].value)
      node.content = .map(entries)
      return message
    case .list(var elements):
      let byName = elements.firstIndex { $0["name"]?.text == key }
      guard let index = byName ?? Int(key), elements.indices.contains(index) else {
        let names = elements.compactMap { $0["name"]?.text }
        return "has no element \(shown(key)); there are \(names.isEmpty ? "\(elements.count)" : listed(names, "and"))"
      }
      let message = set(path.dropFirst(), value, in: &elements[index])
      node.content = .list(elements)
      return message
    case .text:
      guard node.isNull else { return "goes below a value that is no map" }
      node = YAMLNode(.map([]), place: .commandLine)
      return set(path, value, in: &node)
    }
  }

  /// The dotted paths of every key with a value in a tree of maps.
  private static func paths(of node: YAMLNode, below path: String = "") -> [String] {
    (node.entries ?? []).filter { !$0.value.isNull }.flatMap { entry in
      let inner = path.isEmpty ? entry.key : "\(path).\(entry.key)"
      return [inner] + paths(of: entry.value, below: inner)
    }
  }

  private static func removeAlternatives(to paths: [String], from root: inout YAMLNode) {
    for group in PipelineFile.alternatives where group.contains(where: paths.contains) {
      for path in group where !paths.contains(path) {
        remove(path.split(separator: ".").map(String.init)[...], from: &root)
      }
    }
  }

  private static func remove(_ path: ArraySlice<String>, from node: inout YAMLNode) {
    guard case .map(var entries) = node.content, let key = path.first,
      let index = entries.firstIndex(where: { $0.key == key })
    else { return }
    if path.count == 1 { entries.remove(at: index) } else { remove(path.dropFirst(), from: &entries[index].value) }
    node.content = .map(entries)
  }
}

extension YAMLNode {
  /// Gives the value, and all in it, the command line as its place and the current folder for its paths.
  mutating func moveToCommandLine() {
    place = .commandLine
    folder = ""
    switch content {
    case .text: break
    case .list(var elements):
      for index in elements.indices { elements[index].moveToCommandLine() }
      content = .list(elements)
    case .map(var entries):
      for index in entries.indices {
        entries[index].place = .commandLine
        entries[index].value.moveToCommandLine()
      }
      content = .map(entries)
    }
  }
}
