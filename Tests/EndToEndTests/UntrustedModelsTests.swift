import Foundation
import Testing

/// Files of others are looked at before they are believed.
@Suite struct UntrustedModelsTests {
  /// A pipeline that goes on with the model of a finished run, copied to `model`.
  private func withModel(_ body: (Toy, _ pipeline: String) throws -> Void) throws {
    try Toy.with { toy in
      #expect(try toy.cloze(try toy.pipeline("[mlm]", ["  max_steps: 2"])).code == 0)
      try FileManager.default.copyItem(
        atPath: toy.run("toy") + "/pretrain/step-000000002", toPath: toy.path("model"))
      let pipeline = try toy.pipeline(
        "[mlm]", ["name: next", "model: {from: model}", "  max_steps: 2"], name: "next.yaml")
      let text = try toy.text("next.yaml").replacing("tokenizer:\n  kind: wordpiece\n  vocab_size: 200\n", with: "")
      try toy.write(text, to: "next.yaml")
      try body(toy, pipeline)
    }
  }

  @Test func aModelOfAnotherRunCanBeTrainedFurther() throws {
    try withModel { toy, pipeline in
      let finished = try toy.cloze(pipeline)
      #expect(finished.code == 0, "\(finished.errors)")
    }
  }

  @Test func hostileHeadersOfSafetensorsAreRefused() throws {
    try withModel { toy, pipeline in
      let good = try toy.bytes("model/model.safetensors")
      let headers: [(what: String, start: [UInt8])] = [
        ("a length of 2⁶²", [0, 0, 0, 0, 0, 0, 0, 0x40]), ("a length of 2⁶⁴ − 1", [UInt8](repeating: 0xFF, count: 8)),
        ("no length", [UInt8](repeating: 0, count: 8)), ("no object", Array(good[..<8]) + [0x5B]),
        ("a name twice", headed(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{}}"#)),
        (
          "an overflowing shape",
          headed(#"{"a":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,4]}}"#)
        ),
        ("offsets outside", headed(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[99999999,100000003]}}"#)),
      ]
      for (number, (what, start)) in headers.enumerated() {
        try toy.write(start + good[start.count...], to: "model/model.safetensors")
        let finished = try toy.cloze(pipeline, "--as", "hostile-\(number)")
        expect(finished, code: 77, "model/model.safetensors", "do:")
        #expect(finished.code == 77, "\(what)")
      }
    }
  }

  @Test func aConfigurationThatDoesNotFitTheWeightsAsksForNoMemory() throws {
    try withModel { toy, pipeline in
      let good = try toy.text("model/config.json")
      for (key, value, message) in [
        ("vocab_size", "400000", "config.json asks for [400000"), ("hidden_size", "2048", "has shape"),
        ("num_hidden_layers", "4096", "lack the tensor"), ("intermediate_size", "9e18", "must be"),
        ("num_hidden_layers", "9000000000000000000", "must be at most 4096"),
      ] {
        let line = try #require(good.split(separator: "\n").first { $0.contains("\"\(key)\"") })
        try toy.write(good.replacing(line, with: "  \"\(key)\": \(value),"), to: "model/config.json")
        let finished = try toy.cloze(pipeline)
        #expect(finished.code == 65, "\(key) \(value): \(finished.ending) \(finished.errors)")
        #expect(finished.message.contains(message), "\(key) \(value): \(finished.errors)")
      }
    }
  }

  @Test func picklesAreRefusedWithTheWayToConvertThem() throws {
    try withModel { toy, pipeline in
      try FileManager.default.removeItem(atPath: toy.path("model/model.safetensors"))
      try toy.write([0x80, 0x02, 0x63] + Array("posix\nsystem\n".utf8), to: "model/pytorch_model.bin")
      expect(
        try toy.cloze(pipeline), code: 77, "model/pytorch_model.bin is a pickle file", "refused", "do: convert it",
        "safe_serialization=True")
      // A pickle under a safe name is one all the same.
      try toy.write([0x50, 0x4B, 0x03, 0x04] + [UInt8](repeating: 0, count: 99), to: "model/model.safetensors")
      expect(try toy.cloze(pipeline), code: 77, "model/model.safetensors is a pickle file")
    }
  }

  /// A header of its length and these bytes.
  private func headed(_ text: String) -> [UInt8] {
    let length = UInt64(text.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) } + Array(text.utf8)
  }
}
