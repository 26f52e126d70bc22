import DurableFiles
import JSON

/// The weights of a model folder: `model.safetensors`, or several files with an index, seen as one.
public struct SafetensorsFolder: Sendable {
  /// The folder.
  public let folder: String
  /// The files, in the order of their names.
  public let files: [SafetensorsFile]
  /// Every tensor, in the order of the files and their data.
  public let entries: [SafetensorsEntry]
  /// Which file a tensor is in.
  private let places: [String: Int]

  /// The name of a single file of weights.
  public static let fileName = "model.safetensors"
  /// The name of the list of several files.
  public static let indexName = "model.safetensors.index.json"
  private static let fileLimit = 10_000

  /// The weights in `folder`; `folder` may also be a `.safetensors` file itself. A folder with nothing but pickled
  /// weights is refused with the way to convert them.
  public static func open(
    _ folder: String, limits: SafetensorsLimits = SafetensorsLimits(),
    fileSystem: any FileSystem = RealFileSystem()
  ) throws(SafetensorsError) -> SafetensorsFolder {
    func exists(_ name: String) throws(SafetensorsError) -> Bool {
      let path = Paths.join(folder, name)
      return try reading { () throws(FileError) in try fileSystem.status(path, followingLinks: true) } != nil
    }
    let kind = try reading { () throws(FileError) in try fileSystem.status(folder, followingLinks: true)?.kind }
    if kind == .file {
      return SafetensorsFolder(folder, single: try .open(folder, limits: limits, fileSystem: fileSystem))
    }
    if try exists(fileName) {
      let path = Paths.join(folder, fileName)
      return SafetensorsFolder(folder, single: try .open(path, limits: limits, fileSystem: fileSystem))
    }
    if try exists(indexName) { return try SafetensorsFolder(indexed: folder, limits, fileSystem) }
    let names = kind == .folder ? try reading { () throws(FileError) in try fileSystem.list(folder) } : []
    if let pickled = names.first(where: isPickleName) { throw .pickle(path: Paths.join(folder, pickled)) }
    throw .noModel(folder: folder)
  }

  private static func isPickleName(_ name: String) -> Bool {
    [".bin", ".pt", ".pth", ".ckpt"].contains { name.hasSuffix($0) } && name != "training_args.bin"
  }

  private init(_ folder: String, single file: SafetensorsFile) {
    self.folder = folder
    files = [file]
    entries = file.entries
    places = Dictionary(file.entries.map { ($0.name, 0) }) { first, _ in first }
  }

  private init(
    indexed folder: String, _ limits: SafetensorsLimits, _ fileSystem: any FileSystem
  ) throws(SafetensorsError) {
    let index = Paths.join(folder, Self.indexName)
    let map = try Self.weightMap(index, limits, fileSystem)
    let names = Set(map.map(\.file)).sorted()
    guard names.count <= Self.fileLimit else {
      throw .index(path: index, problem: .tooManyFiles(limit: Self.fileLimit))
    }
    var files: [SafetensorsFile] = []
    for name in names {
      files.append(try .open(Paths.join(folder, name), limits: limits, fileSystem: fileSystem))
    }
    let numbers = Dictionary(zip(names, names.indices)) { first, _ in first }
    var places: [String: Int] = [:]
    for (tensor, file) in map {
      guard let number = numbers[file], files[number].entry(tensor) != nil else {
        throw .index(path: index, problem: .tensorElsewhere(name: tensor, file: file))
      }
      places[tensor] = number
    }
    self.folder = folder
    self.files = files
    self.places = places
    entries = files.indices.flatMap { number in
      files[number].entries.filter { places[$0.name] == number }
    }
  }

  private static func weightMap(
    _ path: String, _ limits: SafetensorsLimits, _ fileSystem: any FileSystem
  ) throws(SafetensorsError) -> [(tensor: String, file: String)] {
    let bytes = try reading { () throws(FileError) in
      try fileSystem.readBounded(path, limit: limits.headerBytes)
    }
    let index: JSONValue
    do {
      index = try JSONValue.parse(bytes, limits: JSONLimits(maximumDepth: 8, maximumBytes: limits.headerBytes))
    } catch {
      throw .index(path: path, problem: .json(error))
    }
    guard let map = index["weight_map"]?.object, !map.isEmpty else {
      throw .index(path: path, problem: .noWeightMap)
    }
    var pairs: [(tensor: String, file: String)] = []
    for (tensor, value) in map.pairs {
      guard let file = value.string else { throw .index(path: path, problem: .noWeightMap) }
      guard Paths.isPlainName(file), file.hasSuffix(".safetensors") else {
        throw .index(path: path, problem: .fileName)
      }
      pairs.append((tensor, file))
    }
    return pairs
  }

  /// The file that holds the tensor of that name; nil if none does.
  public func file(holding name: String) -> SafetensorsFile? { places[name].map { files[$0] } }

  /// The tensor of that name; nil if there is none.
  public func entry(_ name: String) -> SafetensorsEntry? { file(holding: name)?.entry(name) }

  /// All numbers of a tensor of floats, in row-major order.
  public func floats(_ name: String) throws(SafetensorsError) -> [Float] { try existing(name).floats(name) }

  /// Fills `numbers` with a tensor of floats, all of it.
  public func read(_ name: String, into numbers: UnsafeMutableBufferPointer<Float>) throws(SafetensorsError) {
    try existing(name).read(name, into: numbers)
  }

  /// All numbers of a tensor of integers, in row-major order.
  public func int64s(_ name: String) throws(SafetensorsError) -> [Int64] { try existing(name).int64s(name) }

  private func existing(_ name: String) throws(SafetensorsError) -> SafetensorsFile {
    guard let file = file(holding: name) else { throw .missingTensor(path: folder, name: name) }
    return file
  }
}
