import JSON
import Models
import NN
import Testing

@Suite struct ConfigurationTests {
  @Test func everyProblemIsReportedAtOnceWithItsKey() {
    var configuration = BERTConfiguration()
    configuration.headCount = 5
    configuration.dropoutRate = 1.5
    configuration.layerCount = 0
    #expect(
      Set(configuration.issues().map(\.key)) == ["num_attention_heads", "hidden_dropout_prob", "num_hidden_layers"])
  }

  @Test func headsThatDoNotDivideTheWidthNameThoseThatDo() {
    var configuration = BERTConfiguration()
    (configuration.width, configuration.headCount) = (256, 3)
    let message = configuration.issues().first?.message ?? ""
    #expect(message == "3 does not divide hidden_size 256; 1, 2, 4, 8 and 16 do")
    (configuration.width, configuration.headCount) = (768, 1_000)
    #expect(configuration.issues().first?.message.hasSuffix("384 and 768 do") == true)
  }

  @Test func wrongTypesInConfigurationFilesAreNamed() throws {
    let json = try JSONValue.parse(Array(#"{"model_type": "gpt2", "n_embd": "wide", "n_layer": 1.5}"#.utf8))
    let (_, issues) = GPT2Configuration.read(try #require(json.object))
    #expect(issues.map(\.key) == ["n_layer", "n_embd"] || issues.map(\.key) == ["n_embd", "n_layer"])
  }

  @Test func configurationSurvivesItsFile() throws {
    var configuration = GPT2Configuration()
    (configuration.width, configuration.innerWidth, configuration.endID) = (96, 100, nil)
    let text = JSONValue.object(GPT2(configuration).json).text()
    let json = try #require(try JSONValue.parse(Array(text.utf8)).object)
    #expect(GPT2Configuration.read(json).0 == configuration)
    #expect(json["architectures"]?[0]?.string == "GPT2LMHeadModel")
  }

  @Test func rotaryParametersAreReadAsOldAndNewFilesHaveThem() throws {
    func read(_ text: String) throws -> (LlamaConfiguration, [ConfigurationIssue]) {
      LlamaConfiguration.read(try #require(try JSONValue.parse(Array(text.utf8)).object))
    }
    #expect(try read(#"{"rope_theta": 500.0, "rope_scaling": null}"#).0.rotaryBase == 500)
    #expect(try read(#"{"rope_parameters": {"rope_type": "default", "rope_theta": 500.0}}"#).0.rotaryBase == 500)
    let scaled = #"{"rope_type": "llama3", "factor": 8.0, "rope_theta": 500000.0}"#
    for key in ["rope_parameters", "rope_scaling"] {
      #expect(try read("{\"\(key)\": \(scaled)}").1.map(\.key) == [key])
    }
    #expect(try read(#"{"hidden_act": "gelu"}"#).1.map(\.key) == ["hidden_act"])
    var configuration = LlamaConfiguration()
    (configuration.rotaryBase, configuration.keyHeadCount, configuration.tiesEmbeddings) = (7, 8, true)
    let json = try #require(try JSONValue.parse(Array(JSONValue.object(Llama(configuration).json).text().utf8)).object)
    #expect(LlamaConfiguration.read(json).0 == configuration)
  }

  @Test func bloomIsReadInTheWordsOfItsPublishedFilesAndWrittenInThoseOfTransformers() throws {
    func read(_ text: String) throws -> (BloomConfiguration, [ConfigurationIssue]) {
      BloomConfiguration.read(try #require(try JSONValue.parse(Array(text.utf8)).object))
    }
    let (configuration, issues) = try read(#"{"n_embed": 64, "num_attention_heads": 4, "num_hidden_layers": 3}"#)
    #expect(issues.isEmpty && configuration.width == 64)
    #expect(configuration.headCount == 4 && configuration.layerCount == 3)
    let json = JSONObject(configuration.json)
    #expect(json["hidden_size"] == .integer(64) && json["n_head"] == .integer(4) && json["n_embed"] == nil)
    #expect(BloomConfiguration.read(json).0 == configuration)
    let other = "apply_residual_connection_post_layernorm"
    let wrong = try read(#"{"\#(other)": true, "num_attention_heads": "4"}"#).1
    #expect(wrong.map(\.key) == ["num_attention_heads", other])
  }

  /// No product of extents that are let through overflows, whatever a file says.
  @Test func extentsBeyondAnyNetworkAreRefused() {
    var bert = BERTConfiguration()
    (bert.width, bert.layerCount, bert.vocabularySize) = (1 << 40, 1 << 13, .max)
    #expect(Set(bert.issues().map(\.key)).isSuperset(of: ["hidden_size", "num_hidden_layers", "vocab_size"]))
    var gpt = GPT2Configuration()
    (gpt.width, gpt.headCount, gpt.innerWidth) = (.max, .max, .max)
    #expect(Set(gpt.issues().map(\.key)).isSuperset(of: ["n_embd", "n_head", "n_inner"]))
    var llama = LlamaConfiguration()
    (llama.headSize, llama.keyHeadCount, llama.innerWidth) = (.max, .max, 1 << 21)
    #expect(
      Set(llama.issues().map(\.key)).isSuperset(of: ["head_dim", "num_key_value_heads", "intermediate_size"]))
    // The largest that are let through can be counted.
    (llama.headSize, llama.headCount, llama.keyHeadCount) = (1 << 10, 1 << 14, 1 << 14)
    (llama.width, llama.innerWidth, llama.vocabularySize) = (1 << 18, 1 << 20, 1 << 24)
    llama.layerCount = 2
    #expect(llama.issues().isEmpty && ParameterCount(of: Llama(llama)).total > 1 << 43)
  }

  @Test func sharedKeyHeadsMustDivideTheHeadsAndHeadsMustBeEven() {
    var configuration = LlamaConfiguration()
    (configuration.width, configuration.headCount, configuration.keyHeadCount) = (48, 8, 3)
    #expect(configuration.issues().first?.message == "3 does not divide num_attention_heads 8; 1, 2, 4 and 8 do")
    (configuration.headCount, configuration.keyHeadCount) = (16, 4)
    #expect(configuration.issues().map(\.message) == ["makes heads of 3, which must be even"])
  }

  /// Sizes of Turc et al. 2019 and of the published GPT-2.
  @Test(arguments: [
    (Preset.bertTiny, 4_416_698), (.bertMini, 11_201_594), (.bertBase, 109_514_298), (.gpt2, 124_439_808),
  ])
  func presetsHaveThePublishedParameterCounts(_ preset: Preset, _ expected: Int) {
    let model: any Module =
      preset.bert.map { BERT($0, heads: .pretraining(nextSentence: false)) as any Module }
      ?? GPT2(preset.gpt ?? GPT2Configuration())
    #expect(ParameterCount(of: model).total == expected)
  }
}
