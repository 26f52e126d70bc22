import Foundation
import Pipelines
import Testing

@Suite struct RecipesTests {
  /// The folder of recipes, beside this package's tests.
  private static let folder = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .appending(path: "../../pipelines").standardizedFileURL

  @Test(arguments: ["quickstart", "quickstart-gpt", "books-bert-mini", "books-gpt-mini", "shakespeare"])
  func everyRecipeIsReadWithoutProblems(_ name: String) throws {
    let path = Self.folder.appending(path: "\(name).yaml").path(percentEncoded: false)
    let file = PipelineFile(Array(try Data(contentsOf: URL(filePath: path))), path: path)
    #expect(file.problems.isEmpty, "\(file.problems)")
    #expect(file.configuration.name == name)
    #expect(file.configuration.corpus.shards?.first?.path.contains("/pipelines/../data/") == true)
    let again = PipelineFile(Array(file.configuration.resolved(explained: true).utf8), path: "resolved.yaml")
    #expect(again.configuration == file.configuration)
  }

  @Test func noRecipeIsForgottenHere() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path(percentEncoded: false))
    #expect(names.filter { $0.hasSuffix(".yaml") }.count == 5)
  }
}
