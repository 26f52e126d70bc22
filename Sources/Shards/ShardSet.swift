/// The shards of a corpus, sorted by name.
public struct ShardSet: Sendable, Equatable {
  /// The shards, sorted by the bytes of their names; each path once.
  public let shards: [ShardFile]

  /// The shards that a source's globs, folders and files stand for.
  ///
  /// A folder stands for all files below it with a known extension, hidden ones left out; links to folders are not
  /// followed below it. Every path a glob matches must have a known extension.
  /// - Parameter folder: where relative paths begin; usually the folder of the pipeline file.
  /// - Throws: `ShardError` naming the pattern without a match, or the path that is no shard.
  public init(resolving source: CorpusSource, relativeTo folder: String = "") throws(ShardError) {
    var paths: Set<String> = []
    for entry in source.shards {
      let found = try ShardSet.paths(of: PathText.resolve(entry, in: folder))
      if found.isEmpty { throw .noMatch(pattern: entry, hint: ShardSet.hint(PathText.resolve(entry, in: folder))) }
      paths.formUnion(found)
    }
    if paths.isEmpty { throw .noMatch(pattern: "the empty list", hint: nil) }
    try self.init(paths: Array(paths))
  }

  /// The shards at these paths, named by what is below the folder they share.
  public init(paths: [String]) throws(ShardError) {
    let paths = paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    var shards: [ShardFile] = []
    for (path, name) in zip(paths, PathText.shortNames(paths)) {
      guard let shard = ShardFile(path: path, name: name) else { throw .unknownExtension(path: path) }
      shards.append(shard)
    }
    self.shards = shards.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  private static func paths(of entry: String) throws(ShardError) -> [String] {
    switch PathKind.of(entry) {
    case .success(.folder):
      try refuseFolderNamedLikeShard(entry)
      return try files(below: PathText.normalized(entry), onlyShards: true)
    case .success(.file): return [PathText.normalized(entry)]
    case .success(.other(let kind)): throw .notRegularFile(path: entry, kind: kind)
    case .failure(let fault):
      if Glob.isPattern(entry) { return try matches(of: entry) }
      throw fault.errno == 2 ? .notFound(path: entry) : .unreadable(path: entry, errno: fault.errno)
    }
  }

  /// All files that match a glob, found one component after the other.
  private static func matches(of pattern: String) throws(ShardError) -> [String] {
    let components = PathText.components(pattern)
    let isAbsolute = pattern.hasPrefix("/")
    let fixed = components.prefix { !Glob.isPattern($0) }
    let base = (isAbsolute ? "/" : "") + fixed.joined(separator: "/")
    guard PathKind.of(base.isEmpty ? "." : base) == .success(.folder) else { return [] }
    var found = [base]
    for (place, component) in components.enumerated().dropFirst(fixed.count) {
      if component == "**" {
        let glob = Glob(components[place...].joined(separator: "/"))
        var files: [String] = []
        for folder in found {
          for path in try self.files(below: folder, onlyShards: false)
          where glob.matches(String(path.dropFirst(folder.isEmpty || folder == "/" ? folder.count : folder.count + 1)))
          {
            files.append(path)
          }
        }
        return files
      }
      found = try step(from: found, into: Glob(component), isLast: place == components.count - 1)
    }
    return found
  }

  private static func step(from folders: [String], into glob: Glob, isLast: Bool) throws(ShardError) -> [String] {
    var found: [String] = []
    for folder in folders {
      for name in try visibleNames(in: folder.isEmpty ? "." : folder) where glob.matches(name) {
        let path = join(folder, name)
        switch PathKind.of(path) {
        case .success(.folder):
          if isLast { try refuseFolderNamedLikeShard(path) } else { found.append(path) }
        case .success(.file): if isLast { found.append(path) }
        case .success(.other(let kind)): if isLast { throw .notRegularFile(path: path, kind: kind) }
        case .failure(let fault): throw .unreadable(path: path, errno: fault.errno)
        }
      }
    }
    return found
  }

  /// The files below a folder. Only with `onlyShards`, names with other extensions are left out.
  private static func files(below folder: String, onlyShards: Bool) throws(ShardError) -> [String] {
    var folders = [folder]
    var files: [String] = []
    while let current = folders.popLast() {
      for name in try visibleNames(in: current.isEmpty ? "." : current) {
        let path = join(current, name)
        let isShard = ShardFile.kind(of: name) != nil
        switch PathKind.of(path, followsLinks: false) {
        case .success(.folder):
          try refuseFolderNamedLikeShard(path)
          folders.append(path)
        case .success(.file): if isShard || !onlyShards { files.append(path) }
        case .success(.other):
          guard isShard else { continue }
          switch PathKind.of(path) {
          case .success(.file): files.append(path)
          case .success(.folder): continue
          case .success(.other(let kind)): throw .notRegularFile(path: path, kind: kind)
          case .failure(let fault): throw .unreadable(path: path, errno: fault.errno)
          }
        case .failure(let fault): throw .unreadable(path: path, errno: fault.errno)
        }
      }
    }
    return files
  }

  private static func refuseFolderNamedLikeShard(_ path: String) throws(ShardError) {
    if ShardFile.kind(of: path) != nil { throw .notRegularFile(path: path, kind: "a folder") }
  }

  private static func join(_ folder: String, _ name: String) -> String {
    folder.isEmpty || folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  /// What the folder of a pattern without matches does hold: "letters holds 412 *.jsonl.gz".
  private static func hint(_ pattern: String) -> String? {
    let components = PathText.components(pattern).prefix { !Glob.isPattern($0) }
    let folder = (pattern.hasPrefix("/") ? "/" : "") + components.joined(separator: "/")
    guard let names = try? visibleNames(in: folder.isEmpty ? "." : folder) else { return "\(folder) does not exist" }
    var counts: [String: Int] = [:]
    for name in names {
      if let kind = ShardFile.kind(of: name) {
        counts["*.\(kind.format.rawValue)\(kind.codec.pathExtension)", default: 0] += 1
      }
    }
    let kinds = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }
    return "\(folder) holds " + (kinds.isEmpty ? "no shard" : kinds.joined(separator: ", "))
  }
}
