import Glibc
import Synchronization

// The protocol documents the operations.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
/// A file system in memory, for tests that need thousands of them. Links are followed at the end of a path only.
public final class MemoryFileSystem: FileSystem {
  enum Node {
    case file([UInt8])
    case folder([String: Int])
    case link(String)
  }

  fileprivate struct State {
    var nodes: [Int: Node] = [0: .folder([:])]
    var lastNode = 0
    var open: [Int32: Int] = [:]
    var lastFile: Int32 = 0
  }

  private let state: Mutex<State>

  /// An empty file system: a root folder.
  public init() { state = Mutex(State()) }

  /// A file system with `nodes`, of which 0 is the root folder.
  init(nodes: [Int: Node]) {
    state = Mutex(State(nodes: nodes, lastNode: nodes.keys.max() ?? 0))
  }

  /// The count of files now open: a test of leaks.
  public var openFileCount: Int { state.withLock { $0.open.count } }

  /// Every file and its bytes by path, and links as their targets: for comparisons.
  public func contents() -> [String: [UInt8]] {
    state.withLock { state in
      var found: [String: [UInt8]] = [:]
      var visit: [(path: String, node: Int)] = [("", 0)]
      while let (path, number) = visit.popLast() {
        switch state.nodes[number] {
        case .file(let bytes): found[path] = bytes
        case .link(let target): found[path] = Array("→ \(target)".utf8)
        case .folder(let names): visit += names.map { ("\(path)/\($0.key)", $0.value) }
        case nil: break
        }
      }
      return found
    }
  }

  public func create(_ path: String, mode: UInt32) throws(FileError) -> OpenFile {
    try change(path, .create) { (state, place) throws(FileError) in
      guard place.node == nil else { throw FileError(path: path, operation: .create, cause: .system(EEXIST)) }
      return state.open(state.add(.file([]), at: place), path)
    }
  }

  public func openForReading(_ path: String, followingLinks: Bool) throws(FileError) -> OpenFile {
    try change(path, .open, followingLinks: followingLinks) { (state, place) throws(FileError) in
      guard let node = place.node else { throw FileError(path: path, operation: .open, cause: .system(ENOENT)) }
      guard case .file = state.nodes[node] else { throw FileError(path: path, operation: .open, cause: .notAFile) }
      return state.open(node, path)
    }
  }

  public func openForAppending(_ path: String, mode: UInt32) throws(FileError) -> OpenFile {
    try change(path, .create) { (state, place) throws(FileError) in
      guard let node = place.node else { return state.open(state.add(.file([]), at: place), path) }
      guard case .file = state.nodes[node] else { throw FileError(path: path, operation: .create, cause: .notAFile) }
      return state.open(node, path)
    }
  }

  public func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile) throws(FileError) -> Int {
    try change(file, .write) { content in content.append(contentsOf: bytes) }
    return bytes.count
  }

  public func read(
    _ file: OpenFile, at offset: UInt64, into bytes: UnsafeMutableRawBufferPointer
  ) throws(FileError) -> Int {
    var count = 0
    try change(file, .read) { content in
      guard offset < UInt64(content.count) else { return }
      let rest = content[Int(offset)...].prefix(bytes.count)
      bytes.copyBytes(from: rest)
      count = rest.count
    }
    return count
  }

  public func truncate(_ file: OpenFile, to bytes: UInt64) throws(FileError) {
    try change(file, .truncate) { content in content = Array(content.prefix(Int(min(bytes, 1 << 40)))) }
  }

  public func synchronize(_ file: OpenFile) throws(FileError) {
    try change(file, .synchronize) { _ in }
  }

  public func close(_ file: OpenFile) throws(FileError) {
    let known = state.withLock { $0.open.removeValue(forKey: file.number) != nil }
    if !known { throw FileError(path: file.path, operation: .close, cause: .system(EBADF)) }
  }

  public func synchronizeFolder(_ path: String) throws(FileError) {
    _ = try names(in: path, .synchronizeFolder)
  }

  public func rename(_ from: String, to: String, replacing: Bool) throws(FileError) {
    try state.withLock { (state: inout State) throws(FileError) in
      let source = try state.place(from, .rename)
      let target = try state.place(to, .rename)
      guard let node = source.node else { throw FileError(path: from, operation: .rename, cause: .system(ENOENT)) }
      if let old = target.node {
        guard replacing else { throw FileError(path: to, operation: .rename, cause: .system(EEXIST)) }
        if case .folder(let names) = state.nodes[old], !names.isEmpty {
          throw FileError(path: to, operation: .rename, cause: .system(ENOTEMPTY))
        }
      }
      state.setName(source, nil)
      state.setName(target, node)
    }
  }

  public func makeFolder(_ path: String, mode: UInt32) throws(FileError) {
    try add(.folder([:]), path, .makeFolder)
  }

  public func makeLink(_ path: String, to target: String) throws(FileError) {
    try add(.link(target), path, .makeLink)
  }

  public func removeFile(_ path: String) throws(FileError) {
    try change(path, .removeFile) { (state, place) throws(FileError) in
      guard let node = place.node else {
        throw FileError(path: path, operation: .removeFile, cause: .system(ENOENT))
      }
      if case .folder = state.nodes[node] {
        throw FileError(path: path, operation: .removeFile, cause: .system(EISDIR))
      }
      state.setName(place, nil)
    }
  }

  public func removeFolder(_ path: String) throws(FileError) {
    guard try names(in: path, .removeFolder).isEmpty else {
      throw FileError(path: path, operation: .removeFolder, cause: .system(ENOTEMPTY))
    }
    try change(path, .removeFolder) { (state, place) in state.setName(place, nil) }
  }

  public func readLink(_ path: String) throws(FileError) -> String {
    try change(path, .readLink) { (state, place) throws(FileError) in
      guard let node = place.node, case .link(let target) = state.nodes[node] else {
        throw FileError(path: path, operation: .readLink, cause: .system(place.node == nil ? ENOENT : EINVAL))
      }
      return target
    }
  }

  public func list(_ folder: String) throws(FileError) -> [String] {
    try names(in: folder, .list).keys.sorted()
  }

  public func status(_ path: String, followingLinks: Bool) throws(FileError) -> FileStatus? {
    do throws(FileError) {
      return try change(path, .status, followingLinks: followingLinks) { (state, place) in
        place.node.flatMap { state.status($0) }
      }
    } catch {
      guard error.number == ENOENT || error.number == ENOTDIR else { throw error }
      return nil
    }
  }

  public func status(of file: OpenFile) throws(FileError) -> FileStatus {
    let found = state.withLock { state in state.open[file.number].flatMap { state.status($0) } }
    guard let found else { throw FileError(path: file.path, operation: .status, cause: .system(EBADF)) }
    return found
  }

  public func space(at path: String) throws(FileError) -> FileSpace {
    FileSpace(freeBytes: 1 << 40, freeInodes: 1 << 20)
  }
}

extension MemoryFileSystem {
  /// A name in a folder, and the node it names now.
  fileprivate struct Place {
    var folder: Int
    var name: String
    var node: Int?
  }

  private func change<Result>(
    _ path: String, _ operation: FileError.Operation, followingLinks: Bool = false,
    _ body: (inout State, Place) throws(FileError) -> Result
  ) throws(FileError) -> Result {
    try state.withLock { (state: inout State) throws(FileError) in
      try body(&state, try state.place(path, operation, followingLinks: followingLinks))
    }
  }

  private func change(
    _ file: OpenFile, _ operation: FileError.Operation, _ body: (inout [UInt8]) -> Void
  ) throws(FileError) {
    try state.withLock { (state: inout State) throws(FileError) in
      guard let node = state.open[file.number], case .file(var content) = state.nodes[node] else {
        throw FileError(path: file.path, operation: operation, cause: .system(EBADF))
      }
      state.nodes[node] = nil
      body(&content)
      state.nodes[node] = .file(content)
    }
  }

  private func add(_ node: Node, _ path: String, _ operation: FileError.Operation) throws(FileError) {
    try change(path, operation) { (state, place) throws(FileError) in
      guard place.node == nil else { throw FileError(path: path, operation: operation, cause: .system(EEXIST)) }
      _ = state.add(node, at: place)
    }
  }

  private func names(in path: String, _ operation: FileError.Operation) throws(FileError) -> [String: Int] {
    try change(path, operation) { (state, place) throws(FileError) in
      guard let node = place.node else { throw FileError(path: path, operation: operation, cause: .system(ENOENT)) }
      guard case .folder(let names) = state.nodes[node] else {
        throw FileError(path: path, operation: operation, cause: .system(ENOTDIR))
      }
      return names
    }
  }
}

extension MemoryFileSystem.State {
  fileprivate typealias Place = MemoryFileSystem.Place

  fileprivate func place(
    _ path: String, _ operation: FileError.Operation, followingLinks: Bool = false
  ) throws(FileError) -> Place {
    var path = path
    for _ in 0..<8 {
      var place = Place(folder: 0, name: "", node: 0)
      for name in path.split(separator: "/") where name != "." {
        guard let folder = place.node else {
          throw FileError(path: path, operation: operation, cause: .system(ENOENT))
        }
        guard case .folder(let names) = nodes[folder] else {
          throw FileError(path: path, operation: operation, cause: .system(ENOTDIR))
        }
        place = Place(folder: folder, name: String(name), node: names[String(name)])
      }
      guard followingLinks, let node = place.node, case .link(let target) = nodes[node] else { return place }
      path = Paths.join(Paths.parent(of: path), target)
    }
    throw FileError(path: path, operation: operation, cause: .system(ELOOP))
  }

  fileprivate mutating func setName(_ place: Place, _ node: Int?) {
    guard case .folder(var names) = nodes[place.folder] else { return }
    names[place.name] = node
    nodes[place.folder] = .folder(names)
  }

  fileprivate mutating func add(_ node: MemoryFileSystem.Node, at place: Place) -> Int {
    lastNode += 1
    nodes[lastNode] = node
    setName(place, lastNode)
    return lastNode
  }

  fileprivate mutating func open(_ node: Int, _ path: String) -> OpenFile {
    lastFile += 1
    open[lastFile] = node
    return OpenFile(number: lastFile, path: path)
  }

  fileprivate func status(_ number: Int) -> FileStatus? {
    switch nodes[number] {
    case .file(let bytes): FileStatus(kind: .file, bytes: UInt64(bytes.count), inode: UInt64(number))
    case .folder: FileStatus(kind: .folder, bytes: 0, inode: UInt64(number))
    case .link(let target): FileStatus(kind: .link, bytes: UInt64(target.utf8.count), inode: UInt64(number))
    case nil: nil
    }
  }
}
