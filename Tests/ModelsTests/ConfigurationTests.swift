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
