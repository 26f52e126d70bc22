import DurableFiles
import JSON

/// Why a safetensors file cannot be read or written.
public enum SafetensorsError: Error, Equatable, Sendable {
  /// The operating system refused.
  case file(FileError)
  /// A file of Python's pickle format, which can run code and is never opened.
  case pickle(path: String)
  /// The file as a whole is not as the format wants it.
  case header(path: String, problem: HeaderProblem)
  /// One tensor is not described as the format wants it.
  case tensor(path: String, name: String, problem: TensorProblem)
  /// The file has no tensor of that name.
  case missingTensor(path: String, name: String)
  /// The tensor's elements are of another kind than asked for.
  case wrongType(path: String, name: String, dtype: SafetensorsDtype, wanted: String)
  /// A buffer or the bytes given to a writer do not fit the tensor.
  case wrongCount(name: String, expected: UInt64, found: UInt64)
  /// A tensor to be written appears twice.
  case duplicateName(String)
  /// The list of a model's files is not as it should be.
  case index(path: String, problem: IndexProblem)
  /// The folder holds no model that can be read.
  case noModel(folder: String)

  /// What can be wrong with a header.
  public enum HeaderProblem: Equatable, Sendable {
    case tooShort(bytes: UInt64)
    case beyondFile(header: UInt64, file: UInt64)
    case tooLong(header: UInt64, limit: Int)
    case noBrace
    case json(JSONError)
    case tooManyTensors(limit: Int)
    case metadata
    case hole(at: UInt64)
    case overlap(at: UInt64)
    case dataCutShort(expected: UInt64, found: UInt64)
    case trailingBytes(from: UInt64, bytes: UInt64)
  }

  /// What can be wrong with a tensor's description.
  public enum TensorProblem: Equatable, Sendable {
    case name
    case keys
    case dtype
    case shape
    case offsets
    case size(expected: UInt64, found: UInt64)
    case tooLarge
  }

  /// What can be wrong with a list of files.
  public enum IndexProblem: Equatable, Sendable {
    case json(JSONError)
    case noWeightMap
    case fileName
    case tensorElsewhere(name: String, file: String)
    case tooManyFiles(limit: Int)
  }

  /// The program's exit code: 65 nothing there, 70 our mistake, 77 refused, or the file error's.
  public var exitCode: Int32 {
    switch self {
    case .file(let error): error.exitCode
    case .pickle, .header, .tensor, .index, .missingTensor, .wrongType: 77
    case .noModel: 65
    case .wrongCount, .duplicateName: 70
    }
  }
}

extension SafetensorsError: CustomStringConvertible {
  /// One sentence: file, place, cause.
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .pickle(let path):
      "\(path): a pickle file can run code when opened and is refused; convert it in Python: "
        + "AutoModel.from_pretrained(folder).save_pretrained(folder, safe_serialization=True) writes model.safetensors"
    case .header(let path, let problem): "\(path): not a valid safetensors file: \(problem.words)"
    case .tensor(let path, let name, let problem): "\(path): tensor \(shown(name)): \(problem.words)"
    case .missingTensor(let path, let name): "\(path): there is no tensor \(shown(name))"
    case .wrongType(let path, let name, let dtype, let wanted):
      "\(path): tensor \(shown(name)) is \(dtype.rawValue); \(wanted) is needed"
    case .wrongCount(let name, let expected, let found):
      "tensor \(shown(name)) has \(expected) bytes, not \(found)"
    case .duplicateName(let name): "tensor \(shown(name)) is to be written twice"
    case .index(let path, let problem): "\(path): \(problem.words)"
    case .noModel(let folder): "\(folder): it holds neither model.safetensors nor model.safetensors.index.json"
    }
  }
}

extension SafetensorsError.HeaderProblem {
  var words: String {
    switch self {
    case .tooShort(let bytes): "it has \(bytes) bytes, too few for a header"
    case .beyondFile(let header, let file): "its header claims \(header) bytes and the file has \(file)"
    case .tooLong(let header, let limit): "its header has \(header) bytes; at most \(limit) are accepted"
    case .noBrace: "its header does not begin with '{'"
    case .json(let error): "its header is \(error)"
    case .tooManyTensors(let limit): "it lists more than \(limit) tensors"
    case .metadata: "__metadata__ is not an object of strings"
    case .hole(let place): "no tensor owns the data from byte \(place) on, but a later one does"
    case .overlap(let place): "two tensors own data byte \(place)"
    case .dataCutShort(let expected, let found): "its tensors need \(expected) bytes of data and it has \(found)"
    case .trailingBytes(let place, let bytes): "\(bytes) bytes from data byte \(place) on belong to no tensor"
    }
  }
}

extension SafetensorsError.TensorProblem {
  var words: String {
    switch self {
    case .name: "the name is empty, too long or has control characters"
    case .keys: "it is not described by exactly dtype, shape and data_offsets"
    case .dtype:
      "its dtype is none of " + SafetensorsDtype.allCases.map(\.rawValue).joined(separator: ", ")
    case .shape: "its shape is not a list of non-negative integers"
    case .offsets: "its data_offsets are not two non-negative integers in order"
    case .size(let expected, let found): "its shape needs \(expected) bytes and its offsets give \(found)"
    case .tooLarge: "its shape needs more bytes than 64 bits count"
    }
  }
}

extension SafetensorsError.IndexProblem {
  var words: String {
    switch self {
    case .json(let error): error.description
    case .noWeightMap: "weight_map is not an object of file names"
    case .fileName: "weight_map names a file that is not a plain name ending in .safetensors"
    case .tensorElsewhere(let name, let file): "tensor \(shown(name)) should be in \(file) and is not"
    case .tooManyFiles(let limit): "weight_map names more than \(limit) files"
    }
  }
}

/// What `body` returns; its file error becomes one of ours.
func reading<Result>(_ body: () throws(FileError) -> Result) throws(SafetensorsError) -> Result {
  do {
    return try body()
  } catch {
    throw .file(error)
  }
}

/// A name from a file, made safe for a terminal: printable ASCII, at most 120 characters.
private func shown(_ name: String) -> String {
  let plain = name.utf8.prefix(120).map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: "?") }
  return String(decoding: plain, as: UTF8.self)
}
