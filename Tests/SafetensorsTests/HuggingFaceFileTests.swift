import DurableFiles
import JSON
import Safetensors
import Testing

/// Files that Hugging Face's safetensors library wrote (Tests/Fixtures).
@Suite struct HuggingFaceFileTests {
  static let fixtures = Paths.join(Paths.parent(of: Paths.parent(of: #filePath)), "Fixtures")

  @Test func everyTypeIsReadAsTheLibraryReadsIt() throws {
    let file = try SafetensorsFile.open(Paths.join(Self.fixtures, "safetensors/types.safetensors"))
    let text = try RealFileSystem().readBounded(
      Paths.join(Self.fixtures, "safetensors/types.json"), limit: 1 << 20)
    let expected = try #require(try JSONValue.parse(text).object)
    #expect(file.entries.count == expected.count)
    for (name, tensor) in expected.pairs {
      let entry = try #require(file.entry(name), "\(name)")
      #expect(entry.shape == tensor["shape"]?.array?.compactMap(\.int), "\(name)")
      let values = try #require(tensor["values"]?.array)
      #expect(values.count == entry.elementCount)
      if entry.dtype.isFloating {
        for (found, value) in zip(try file.floats(name), values) {
          let expected = value.string == "nan" ? Double.nan : value.string.flatMap { Double($0) } ?? value.double
          let wanted = Float(try #require(expected))
          #expect(found == wanted && found.sign == wanted.sign || found.isNaN && wanted.isNaN, "\(name): \(found)")
        }
      } else {
        let wanted = values.map { $0.int ?? ($0.bool == true ? 1 : 0) }
        #expect(try file.int64s(name) == wanted.map { Int64($0) }, "\(name)")
      }
    }
  }

  @Test func aFileWithoutMetadataIsRead() throws {
    let file = try SafetensorsFile.open(Paths.join(Self.fixtures, "safetensors/without-metadata.safetensors"))
    #expect(file.metadata.isEmpty && file.entries.count == 1)
    #expect(try file.floats("only") == [0, 1, 2, 3, 4, 5])
  }

  @Test func ourFileOfTheirTensorsIsTheirFile() throws {
    // Both order tensors by size and name and pad to eight bytes: the bytes are the same.
    for name in ["bert/model.safetensors", "gpt2/model.safetensors", "bert/outputs.safetensors"] {
      let path = Paths.join(Self.fixtures, name)
      let theirs = try SafetensorsFile.open(path)
      let writer = try SafetensorsWriter(
        theirs.entries.map { SafetensorsTensor(name: $0.name, dtype: $0.dtype, shape: $0.shape) },
        metadata: theirs.metadata)
      var ours: [UInt8] = []
      try writer.write(to: { ours += $0 }) { entry, send in
        try theirs.bytes(entry.name).withUnsafeBytes { try send($0) }
      }
      #expect(try ours == RealFileSystem().readBounded(path, limit: 1 << 24), "\(name)")
    }
  }

  @Test func shardsAreReadAsOneModelAndPicklesRefused() throws {
    let folder = try SafetensorsFolder.open(Paths.join(Self.fixtures, "imports/bert-sharded"))
    #expect(folder.files.count == 2)
    #expect(folder.entries.count == folder.files.reduce(0) { $0 + $1.entries.count })
    for entry in folder.entries { #expect(try folder.floats(entry.name).count == entry.elementCount) }
    let pickled = Paths.join(Self.fixtures, "imports/bert-pickled")
    let error = #expect(throws: SafetensorsError.self) { try SafetensorsFolder.open(pickled) }
    #expect(error == .pickle(path: Paths.join(pickled, "pytorch_model.bin")))
    let file = #expect(throws: SafetensorsError.self) {
      try SafetensorsFile.open(Paths.join(pickled, "pytorch_model.bin"))
    }
    #expect(file == error)
  }
}
