import DurableFiles
import Safetensors
import Testing

/// Builds safetensors files by hand, from the format's definition.
enum Raw {
  static func file(_ header: String, data: [UInt8] = []) -> [UInt8] {
    file(Array(header.utf8), data: data)
  }

  static func file(_ header: [UInt8], data: [UInt8] = []) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: header.count >> ($0 * 8)) } + header + data
  }

  static func open(_ bytes: [UInt8], limits: SafetensorsLimits = SafetensorsLimits()) throws -> SafetensorsFile {
    let disk = MemoryFileSystem()
    try disk.createFile("m.safetensors", bytes: bytes)
    return try SafetensorsFile.open("m.safetensors", limits: limits, fileSystem: disk)
  }
}

@Suite struct SafetensorsReadingTests {
  @Test func everyElementTypeIsReadByItsDefinition() throws {
    // 1.5 and -2 in each floating-point type, from IEEE 754; 1 and -2 in each integer type, two's complement.
    let table: [(String, [UInt8], [Float])] = [
      ("F64", [0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0], [1.5, -2]),
      ("F32", [0, 0, 0xC0, 0x3F, 0, 0, 0, 0xC0], [1.5, -2]),
      ("F16", [0, 0x3E, 0, 0xC0], [1.5, -2]),
      ("BF16", [0xC0, 0x3F, 0, 0xC0], [1.5, -2]),
    ]
    for (dtype, data, expected) in table {
      let file = try Raw.open(
        Raw.file(#"{"x":{"dtype":"\#(dtype)","shape":[2],"data_offsets":[0,\#(data.count)]}}"#, data: data))
      #expect(try file.floats("x") == expected, "\(dtype)")
      #expect(try file.bytes("x") == data)
      #expect(throws: SafetensorsError.self) { try file.int64s("x") }
      // One element from the middle.
      var one = [Float](repeating: 0, count: 1)
      let entry = try #require(file.entry("x"))
      try one.withUnsafeMutableBufferPointer { try file.read(entry, from: 1, into: $0) }
      #expect(one == [-2], "\(dtype)")
    }
    let integers: [(String, [UInt8], [Int64])] = [
      ("I64", [1, 0, 0, 0, 0, 0, 0, 0] + [0xFE] + [UInt8](repeating: 0xFF, count: 7), [1, -2]),
      ("I32", [1, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF], [1, -2]), ("I16", [1, 0, 0xFE, 0xFF], [1, -2]),
      ("I8", [1, 0xFE], [1, -2]), ("U8", [1, 0xFE], [1, 254]), ("BOOL", [1, 0], [1, 0]),
    ]
    for (dtype, data, expected) in integers {
      let file = try Raw.open(
        Raw.file(#"{"x":{"dtype":"\#(dtype)","shape":[2,1],"data_offsets":[0,\#(data.count)]}}"#, data: data))
      #expect(try file.int64s("x") == expected, "\(dtype)")
      #expect(file.entry("x")?.shape == [2, 1])
      #expect(throws: SafetensorsError.self) { try file.floats("x") }
    }
  }

  @Test func everyHalfIsReadAsTheProcessorReadsIt() throws {
    let data = (0...UInt16.max).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    let header = #"{"x":{"dtype":"F16","shape":[65536],"data_offsets":[0,131072]}}"#
    let found = try Raw.open(Raw.file(header, data: data)).floats("x")
    for bits in 0...UInt16.max {
      let expected = Float(Float16(bitPattern: bits))
      let number = found[Int(bits)]
      let isSame = expected.isNaN ? number.isNaN : number.bitPattern == expected.bitPattern
      #expect(isSame, "\(String(bits, radix: 16)): \(number), not \(expected)")
    }
  }

  @Test func aHeaderMayBePaddedUnsortedAndEmpty() throws {
    let header = """
      { "b" : {"shape":[],"dtype":"U8","data_offsets":[4,5]}, "a":{"dtype":"I32","shape":[1],"data_offsets":[0,4]},\
      "none":{"dtype":"F32","shape":[0,3],"data_offsets":[5,5]}, "__metadata__":{"format":"pt","note":"ü"}}
      """
    let file = try Raw.open(Raw.file(header + "     ", data: [7, 0, 0, 0, 9]))
    #expect(file.entries.map(\.name) == ["a", "b", "none"])
    #expect(file.metadata == ["format": "pt", "note": "ü"])
    #expect(try file.int64s("b") == [9] && file.int64s("a") == [7] && file.floats("none") == [])
    let error = #expect(throws: SafetensorsError.self) { try file.floats("c") }
    #expect(error == .missingTensor(path: "m.safetensors", name: "c"))
    #expect(try Raw.open(Raw.file("{}")).entries == [])
  }

  @Test func aBufferThatDoesNotFitIsRefused() throws {
    let file = try Raw.open(
      Raw.file(#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, data: [UInt8](repeating: 0, count: 8)))
    let entry = try #require(file.entry("x"))
    for count in [0, 1, 3] {
      var numbers = [Float](repeating: 0, count: count)
      #expect(throws: SafetensorsError.self) {
        try numbers.withUnsafeMutableBufferPointer { try file.read("x", into: $0) }
      }
    }
    for place in [-1, 2, 3, Int.max] {
      var numbers = [Float](repeating: 0, count: 1)
      #expect(throws: SafetensorsError.self) {
        try numbers.withUnsafeMutableBufferPointer { try file.read(entry, from: place, into: $0) }
      }
    }
    var bytes = [UInt8](repeating: 0, count: 8)
    #expect(throws: SafetensorsError.self) {
      try bytes.withUnsafeMutableBytes { try file.readBytes(of: entry, from: 1, into: $0) }
    }
  }

  @Test func aFileCutAfterOpeningIsAnError() throws {
    let disk = MemoryFileSystem()
    let header = #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
    let bytes = Raw.file(header, data: [UInt8](repeating: 0, count: 8))
    try disk.createFile("m", bytes: bytes)
    let file = try SafetensorsFile.open("m", fileSystem: disk)
    let cut = try disk.openForAppending("m", mode: 0)
    try disk.truncate(cut, to: UInt64(bytes.count - 3))
    try disk.close(cut)
    let error = #expect(throws: SafetensorsError.self) { try file.floats("x") }
    #expect(error?.exitCode == 74)
    #expect(disk.openFileCount == 1)
  }
}

@Suite struct SafetensorsWritingTests {
  private func bytes(
    _ writer: SafetensorsWriter, _ contents: (SafetensorsEntry) -> [UInt8]
  ) throws -> [UInt8] {
    var file: [UInt8] = []
    try writer.write(to: { file += $0 }) { entry, send in
      for byte in contents(entry) { try [byte].withUnsafeBytes { try send($0) } }
    }
    return file
  }

  @Test func aWrittenFileIsAsTheFormatSays() throws {
    let writer = try SafetensorsWriter([
      SafetensorsTensor(name: "z", dtype: .float32, shape: [1, 2]),
      SafetensorsTensor(name: "flags", dtype: .bool, shape: [3]),
      SafetensorsTensor(name: "a", dtype: .float32, shape: []),
      SafetensorsTensor(name: "step", dtype: .int64, shape: [1]),
    ])
    let data: [String: [UInt8]] = [
      "z": [1, 2, 3, 4, 5, 6, 7, 8], "flags": [1, 0, 1], "a": [9, 9, 9, 9], "step": [8, 0, 0, 0, 0, 0, 0, 0],
    ]
    let file = try bytes(writer) { data[$0.name] ?? [] }
    let header = """
      {"__metadata__":{"format":"pt"},"step":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},\
      "a":{"dtype":"F32","shape":[],"data_offsets":[8,12]},"z":{"dtype":"F32","shape":[1,2],"data_offsets":[12,20]},\
      "flags":{"dtype":"BOOL","shape":[3],"data_offsets":[20,23]}}
      """
    let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    let payload = ["step", "a", "z", "flags"].flatMap { data[$0] ?? [] }
    #expect(file == Raw.file(padded, data: payload))
    #expect(UInt64(file.count) == writer.totalBytes && writer.headerBytes.count % 8 == 0)
    let read = try Raw.open(file)
    #expect(read.entries == writer.entries && read.metadata == ["format": "pt"])
  }

  @Test func tooFewOrTooManyBytesAreAnError() throws {
    let writer = try SafetensorsWriter([SafetensorsTensor(name: "x", dtype: .int16, shape: [2])])
    for count in [0, 3, 5] {
      let error = #expect(throws: SafetensorsError.self) {
        try bytes(writer) { _ in [UInt8](repeating: 0, count: count) }
      }
      #expect(error == .wrongCount(name: "x", expected: 4, found: UInt64(count)))
      #expect(error?.exitCode == 70)
    }
    let twice = SafetensorsTensor(name: "x", dtype: .int8, shape: [1])
    #expect(throws: SafetensorsError.duplicateName("x")) { try SafetensorsWriter([twice, twice]) }
    for shape in [[-1], [Int.max, 2], [Int.max, Int.max]] {
      #expect(throws: SafetensorsError.self) {
        try SafetensorsWriter([SafetensorsTensor(name: "x", dtype: .float32, shape: shape)])
      }
    }
  }

  @Test func floatsAreRoundedToNearestEven() throws {
    // 1 + 2^-8 lies halfway between two bfloat16 numbers, 1 and 1 + 2^-7; 1 + 3 * 2^-8 between 1 + 2^-7 and 1 + 2^-6.
    let numbers: [Float] = [1 + 0x1p-8, 1 + 0x3p-8, 1 + 0x1.01p-8, 0x1p-133, .infinity, 0x1.FEp127, -0.0]
    let expected: [UInt16] = [0x3F80, 0x3F82, 0x3F81, 0x0001, 0x7F80, 0x7F7F, 0x8000]
    var sent: [UInt16] = []
    func collect(_ numbers: [Float], _ dtype: SafetensorsDtype) throws {
      sent = []
      try numbers.withUnsafeBufferPointer { numbers in
        try SafetensorsWriter.send(numbers, as: dtype) { bytes in sent += bytes.bindMemory(to: UInt16.self) }
      }
    }
    try collect(numbers, .bfloat16)
    #expect(sent == expected, "\(sent.map { String($0, radix: 16) })")
    try collect([.nan, -Float.nan, Float(bitPattern: 0x7F80_0001)], .bfloat16)
    #expect(sent.allSatisfy { $0 & 0x7F80 == 0x7F80 && $0 & 0x7F != 0 }, "NaN stays NaN: \(sent)")
    // binary16: 65519 is the last to round to 65504; 1 + 2^-11 is a tie.
    try collect([65_519, 65_520, 1 + 0x1p-11, 1 + 0x3p-11, 0x1p-24], .float16)
    #expect(sent == [0x7BFF, 0x7C00, 0x3C00, 0x3C02, 0x0001])
  }

  @Test func conversionRunsInPieces() throws {
    let count = 300_001
    let numbers = (0..<count).map { Float($0 % 1024) / 8 }
    for dtype in [SafetensorsDtype.float64, .float32, .float16] {
      let writer = try SafetensorsWriter([SafetensorsTensor(name: "x", dtype: dtype, shape: [count])])
      var file: [UInt8] = []
      try numbers.withUnsafeBufferPointer { numbers in
        try writer.write(to: { file += $0 }) { _, send in
          try SafetensorsWriter.send(numbers, as: dtype, to: send)
        }
      }
      #expect(try Raw.open(file).floats("x") == numbers, "\(dtype)")
    }
  }
}

@Suite struct SafetensorsFolderTests {
  let tensors = [3, 1, 2, 2].enumerated().map {
    SafetensorsTensor(name: "t\($0.offset)", dtype: .uint8, shape: [$0.element])
  }

  private func write(_ plan: SafetensorsPlan, to disk: MemoryFileSystem) throws {
    for file in plan.files {
      var bytes: [UInt8] = []
      try file.writer.write(to: { bytes += $0 }) { entry, send in
        try [UInt8](repeating: entry.name.utf8.last ?? 0, count: entry.elementCount).withUnsafeBytes { try send($0) }
      }
      try disk.createFile(file.name, bytes: bytes)
    }
    if let index = plan.index { try disk.createFile(SafetensorsFolder.indexName, bytes: Array(index.utf8)) }
  }

  @Test func weightsAboveTheLimitGoToSeveralFiles() throws {
    let plan = try SafetensorsPlan(tensors, limit: 4)
    #expect(plan.files.map(\.name) == ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"])
    #expect(plan.files.map { $0.writer.entries.map(\.name) } == [["t0", "t1"], ["t2", "t3"]])
    let disk = MemoryFileSystem()
    try write(plan, to: disk)
    let folder = try SafetensorsFolder.open(".", fileSystem: disk)
    #expect(folder.entries.map(\.name) == ["t0", "t1", "t2", "t3"])
    #expect(try folder.int64s("t3") == [51, 51] && folder.int64s("t0") == [48, 48, 48])
    #expect(plan.index?.contains("\"total_size\": 8") == true, "\(plan.index ?? "none")")
    // A tensor larger than the limit has a file of its own.
    #expect(try SafetensorsPlan(tensors, limit: 1).files.count == 4)
  }

  @Test func weightsBelowTheLimitAreOneFile() throws {
    let plan = try SafetensorsPlan(tensors)
    #expect(plan.files.map(\.name) == ["model.safetensors"] && plan.index == nil)
    let disk = MemoryFileSystem()
    try write(plan, to: disk)
    #expect(try SafetensorsFolder.open("/", fileSystem: disk).int64s("t2") == [50, 50])
    #expect(try SafetensorsFolder.open("model.safetensors", fileSystem: disk).entries.count == 4)
  }

  @Test func anIndexThatLeavesTheFolderOrLiesIsRefused() throws {
    let plan = try SafetensorsPlan(tensors, limit: 4)
    for (from, to) in [
      ("model-00001-of-00002.safetensors", "../model-00001-of-00002.safetensors"),
      ("model-00001-of-00002.safetensors", "/etc/passwd"), ("model-00001-of-00002.safetensors", "a.bin"),
      ("\"t0\"", "\"t9\""), ("\"weight_map\"", "\"weights\""), ("}", "]"), ("\"t1\"", "\"t0\""),
    ] {
      let disk = MemoryFileSystem()
      try write(plan, to: disk)
      try disk.removeFile(SafetensorsFolder.indexName)
      let index = (plan.index ?? "").split(separator: from, omittingEmptySubsequences: false).joined(separator: to)
      try disk.createFile(SafetensorsFolder.indexName, bytes: Array(index.utf8))
      let error = #expect(throws: SafetensorsError.self, "\(from) → \(to)") {
        try SafetensorsFolder.open("/", fileSystem: disk)
      }
      #expect(error?.exitCode == 77, "\(String(describing: error))")
    }
  }

  @Test func pickledWeightsAreRefusedWithTheWayToConvertThem() throws {
    let disk = MemoryFileSystem()
    let empty = #expect(throws: SafetensorsError.self) { try SafetensorsFolder.open("/", fileSystem: disk) }
    #expect(empty == .noModel(folder: "/") && empty?.exitCode == 65)
    try disk.createFile("pytorch_model.bin", bytes: [0x50, 0x4B, 3, 4, 0, 0, 0, 0, 0, 0, 0])
    let error = #expect(throws: SafetensorsError.self) { try SafetensorsFolder.open("/", fileSystem: disk) }
    #expect(error == .pickle(path: "/pytorch_model.bin") && error?.exitCode == 77)
    #expect(error?.description.contains("save_pretrained") == true)
    // Whatever they are called.
    try disk.createFile("zip.safetensors", bytes: [0x50, 0x4B, 3, 4, 0, 0, 0, 0, 0, 0, 0])
    try disk.createFile("bare.safetensors", bytes: [0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20])
    for name in ["zip.safetensors", "bare.safetensors"] {
      let error = #expect(throws: SafetensorsError.self) { try SafetensorsFile.open(name, fileSystem: disk) }
      #expect(error == .pickle(path: name))
    }
    // A header of 640 bytes begins as a pickle of protocol 2 does, and is none.
    let header = "{}" + String(repeating: " ", count: 638)
    #expect(try Raw.open(Raw.file(header)).entries == [])
  }
}
