import Shards
import Testing

@Suite struct GlobTests {
  @Test(arguments: [
    ("*.txt", "a.txt", true), ("*.txt", ".txt", false), ("*.txt", "d/a.txt", false), (".*", ".a", true),
    ("a?c", "abc", true), ("a?c", "ac", false), ("a?c", "a/c", false), ("?", "é", true), ("[a-c]x", "bx", true),
    ("[a-c]x", "dx", false), ("[!a-c]x", "dx", true), ("[!a-c]x", "ax", false), ("[]x]", "]", true),
    ("[a", "[a", true), ("\\*", "*", true), ("\\*", "a", false), ("**/a.txt", "a.txt", true),
    ("**/a.txt", "x/y/a.txt", true), ("**/a.txt", ".x/a.txt", false), ("x/**", "x/y/z", true),
    ("x/**/z", "x/z", true), ("x/**/z", "x/y/w", false), ("*/*", "a/b", true), ("*/*", "a", false),
    ("*a*b*c*", "xxaxxbxxcxx", true), ("*a*b*c*", "xxcxxbxxaxx", false), ("", "", true), ("a", "", false),
    ("train-0000[0-6]*", "train-00005-of-8", true), ("train-0000[0-6]*", "train-00007-of-8", false),
  ])
  func patternsMatchAsInAShell(pattern: String, path: String, matches: Bool) {
    #expect(Glob(pattern).matches(path) == matches)
  }

  @Test func hostilePatternsStayCheap() {
    let name = String(repeating: "a", count: 2000)
    #expect(!Glob(String(repeating: "*a", count: 200) + "b").matches(name))
    #expect(!Glob(String(repeating: "**/", count: 200) + "b").matches(String(repeating: "a/", count: 200)))
  }
}
