import DurableFiles
import Embeddings
import Foundation
import JSON
import Safetensors
import TestSupport
import Testing

/// Files of vectors.
@Suite struct VectorFileTests {
  private let vectors: [[Float]] = [[1, 2, 3], [-0.5, 0.25, 1e-7]]

  private func write(_ format: VectorFormat, _ path: String) throws {
    let file = try VectorFile(path, format: format, width: 3)
    for (vector, name) in zip(vectors, ["a", "bü"]) { try file.append(vector, name: name) }
    try file.finish()
  }

  @Test func anArrayFileHasItsHeaderItsNumbersAndItsNames() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/v.npy"
      try write(.npy, path)
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      #expect(bytes.prefix(8) == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0])
      let start = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
      #expect(start % 64 == 0)
      #expect(String(decoding: bytes[10..<start], as: UTF8.self).contains("'shape': (2, 3)"))
      let data = bytes[start...]
      #expect(
        Array(data)
          == vectors.joined().flatMap { value in
            withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
          })
      #expect(try String(contentsOfFile: folder + "/v.ids.txt", encoding: .utf8) == "a\nbü\n")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["v.ids.txt", "v.npy"])
    }
  }

  @Test func aTensorFileHoldsVectorsAndNames() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/v.safetensors"
      try write(.safetensors, path)
      let file = try SafetensorsFile.open(path)
      #expect(try file.floats("embeddings") == Array(vectors.joined()))
      #expect(try file.int64s("id_offsets") == [0, 1, 4])
      #expect(String(decoding: try file.bytes("ids"), as: UTF8.self) == "abü")
    }
  }

  @Test func linesHoldOneVectorEach() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/v.jsonl"
      try write(.jsonl, path)
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      let values = try lines.map { try JSONValue.parse(Array($0.utf8)) }
      #expect(values.map { $0["id"]?.string } == ["a", "bü"])
      let numbers = values.map { ($0["embedding"]?.array ?? []).map { Float($0.double ?? .nan) } }
      #expect(numbers == vectors)
    }
  }

  @Test func aFileThatIsNotFinishedLeavesNothing() throws {
    try withTemporaryFolder { folder in
      do {
        let file = try VectorFile(folder + "/v.npy", format: .npy, width: 3)
        try file.append([1, 2, 3], name: "a")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }

  @Test func aNameWithALineBreakIsRefusedBesideAnArray() throws {
    try withTemporaryFolder { folder in
      let file = try VectorFile(folder + "/v.npy", format: .npy, width: 3)
      #expect(throws: EmbeddingError.lineBreakInName(row: 0)) { try file.append([1, 2, 3], name: "a\nb") }
    }
  }
}
