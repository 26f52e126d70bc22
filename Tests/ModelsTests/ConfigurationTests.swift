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
