import Foundation
import Testing

/// What the pages tell people to type is there: verbs and their flags, suites of tests, targets of make, files.
@Suite struct DocumentedCommandsTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../..").standardizedFileURL

  /// The words of every command on the pages, each command with its page.
  private static let commands: [(page: String, words: [String])] = {
    let documentation = (try? FileManager.default.contentsOfDirectory(atPath: root.path + "/Documentation")) ?? []
    let pages =
      ["README.md", "CONTRIBUTING.md", "data/README.md", "checkpoints/README.md", "Tests/Interop/README.md"]
      + documentation.filter { $0.hasSuffix(".md") }.sorted().map { "Documentation/\($0)" }
    return pages.flatMap { page in
      let text = (try? String(contentsOfFile: "\(root.path)/\(page)", encoding: .utf8)) ?? ""
      return commands(in: text).map { (page, $0) }
    }
  }()

  /// The commands in a page's code: cut at pipes and semicolons, comments left out.
  private static func commands(in text: String) -> [[String]] {
    // Every second piece stands between backticks, in a line or in a block.
    let lines = text.components(separatedBy: "```").enumerated().flatMap { place, piece -> [String] in
      if place % 2 == 1 { return piece.replacing("\\\n", with: " ").components(separatedBy: "\n") }
      return piece.components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    }
    return lines.flatMap { line in
      let words = line.split(separator: " ").map(String.init).prefix { $0 != "#" }
      return words.split { ["|", ";", "&&", "do", ">", "<"].contains($0) }.map { part in
        part.map { $0.trimmingCharacters(in: CharacterSet(charactersIn: ";)\"'")) }
      }
    }
  }

  /// The words behind the program's name, where a command names it.
  private static func arguments(of program: String, _ words: [String]) -> [String]? {
    words.firstIndex { $0 == program || $0.hasSuffix("/\(program)") }.map { Array(words[($0 + 1)...]) }
  }

  @Test func everyVerbIsThereWithItsFlags() throws {
    var helps: [[String]: String] = [:]
    var count = 0
    for (page, words) in Self.commands {
      guard let typed = Self.arguments(of: "cloze", words), let verb = typed.first, verb != "help",
        verb.allSatisfy({ $0.isLetter || $0 == "-" }), !verb.hasPrefix("-")
      else { continue }
      let hasParts = ["model", "corpus", "tokenizer"].contains(verb) && typed.count > 1
      let path = Array(typed.prefix(hasParts ? 2 : 1))
      if helps[path] == nil {
        let help = try Program.run(path + ["--help"])
        #expect(help.code == 0, "\(page): cloze \(path.joined(separator: " ")) is no command")
        helps[path] = help.output
      }
      count += 1
      for flag in typed where flag.hasPrefix("--") {
        let name = flag.prefix { $0 != "=" }
        #expect(helps[path]?.contains(name) == true, "\(page): cloze \(path.joined(separator: " ")) has no \(name)")
      }
    }
    #expect(count > 20 && helps.count > 10, "\(count) commands of \(helps.count) verbs were found")
  }

  @Test func everyFilterMatchesTests() throws {
    let names = try FileManager.default.subpathsOfDirectory(atPath: Self.root.path + "/Tests").flatMap { name in
      guard name.hasSuffix(".swift") else { return [String]() }
      let text = try String(contentsOfFile: "\(Self.root.path)/Tests/\(name)", encoding: .utf8)
      let suites = text.components(separatedBy: "struct ").dropFirst().map { piece in
        String(piece.prefix { $0.isLetter || $0.isNumber })
      }
      return suites.filter { $0.hasSuffix("Tests") } + [String(name.prefix { $0 != "/" })]
    }
    var count = 0
    for (page, words) in Self.commands {
      guard let place = words.firstIndex(of: "--filter"), words.indices.contains(place + 1) else { continue }
      for filter in words[place + 1].split(separator: "|") {
        count += 1
        #expect(names.contains { $0.contains(filter) }, "\(page): nothing is called \(filter)")
      }
    }
    #expect(count > 8, "\(count) filters were found")
  }

  @Test func everyTargetOfMakeAndEveryFileIsThere() throws {
    let makefile = try String(contentsOfFile: Self.root.path + "/Makefile", encoding: .utf8)
    var count = 0
    for (page, words) in Self.commands {
      if words.first == "make", words.count > 1 {
        count += 1
        #expect(makefile.contains("\n\(words[1]):"), "\(page): make \(words[1])")
      }
      for word in words where ["pipelines/", "Tests/", "Benchmarks/"].contains(where: word.hasPrefix) {
        guard word.hasSuffix(".yaml") || word.hasSuffix(".py") || word.hasSuffix(".md") else { continue }
        count += 1
        #expect(FileManager.default.fileExists(atPath: "\(Self.root.path)/\(word)"), "\(page): \(word)")
      }
    }
    #expect(count > 15, "\(count) were found")
  }

  @Test func aCommandIsFoundInALineAndInABlock() {
    let page = "so `cloze run a.yaml --as b` and\n```\nx=1; time cloze plan \\\n  c.yaml --json | head  # --not\n```\n"
    #expect(
      Self.commands(in: page).compactMap { Self.arguments(of: "cloze", $0) } == [
        ["run", "a.yaml", "--as", "b"], ["plan", "c.yaml", "--json"],
      ])
  }
}
