import Checkpoints
import Foundation
import Models
import NN
import Safetensors
import TestSupport
import Testing

@testable import Pipelines

/// Folders as they lie about: old names, shards, half precision, missing prefixes, tied tensors written twice.
@Suite struct ImportTests {
  static let folders = [
    "bert-encoder", "bert-encoder-without-pooler", "bert-float16", "bert-old-names", "bert-sharded", "gpt2-bfloat16",
    "gpt2-original", "gpt2-untied-copy", "llama-old", "ernie", "bloom-original",
  ]

  @Test(arguments: folders)
  func importedModelGivesTheLogitsOfTransformers(_ name: String) throws {
    let loaded = try ModelReader.load(Fixtures.path("imports/\(name)"))
    let input = try PaddedBatch(safetensors: Fixtures.path("imports/\(name)/inputs.safetensors"))
    let expected = try SafetensorsFile.open(Fixtures.path("imports/\(name)/outputs.safetensors"))
    let outputs = ModelProbe(loaded, input).outputs(gradients: false)
    let found = Dictionary(outputs.map { ($0.name, $0.values) }) { first, _ in first }
    for entry in expected.entries where entry.name != "pooler_output" {
      let reference = try expected.floats(entry.name)
      let values = try #require(found[entry.name], "\(entry.name) was not computed")
      let largest = reference.map { abs($0) }.max() ?? 0
      let error = zip(values, reference).map { abs($0 - $1) }.max() ?? .infinity
      #expect(values.count == reference.count && error < 1e-5 * largest, "\(entry.name): \(error) of \(largest)")
    }
  }

  /// What is written here is read again to the same bits, tied weights once.
  @Test(arguments: ["bert", "gpt2", "llama", "bloom", "bert-classifier", "imports/ernie"])
  func writtenFolderIsReadAgainToTheSameBits(_ name: String) throws {
    try withTemporaryFolder { folder in
      let loaded = try ModelReader.load(Fixtures.path(name))
      try FolderWriter.replace(folder + "/model", try ModelWriter.files(loaded, shardLimit: 4_000))
      let again = try ModelReader.load(folder + "/model")
      #expect(again.model.architecture == loaded.model.architecture && again.model.labels == loaded.model.labels)
      for entry in loaded.store.entries {
        let other = try #require(again.store[entry.path])
        #expect(again.store.values(other) == loaded.store.values(entry), "\(entry.path)")
      }
      #expect(FileManager.default.fileExists(atPath: folder + "/model/model.safetensors.index.json"))
    }
  }

  @Test func pickledWeightsAreRefused() {
    #expect(throws: SafetensorsError.self) { try ModelReader.load(Fixtures.path("imports/bert-pickled")) }
  }
}
