import Shards

extension CorpusReport {
  /// The report for people: counts, lengths and places, without a word of the text.
  func markdown(_ index: ShardIndex) -> String {
    var lines = [
      "# What is in the corpus", "",
      "| | |", "|---|---|",
      "| shards | \(Figures.count(index.entries.count)), \(Figures.bytes(Int(clamping: index.bytes))) as they lie |",
      "| documents | \(Figures.count(index.documents)) |",
      "| text | \(Figures.bytes(Int(clamping: index.textBytes))) |",
      "| records skipped | \(Figures.count(index.skippedCount)) |",
      "| records repaired | \(Figures.count(index.repairedCount)) |",
      "| identity (SHA-256) | `\(index.fingerprint)` |", "",
      "Bytes of text per document: least \(Figures.count(lengths.minimum)), "
        + "5 % \(Figures.count(lengths.percentile(0.05))), median \(Figures.count(lengths.percentile(0.5))), "
        + "95 % \(Figures.count(lengths.percentile(0.95))), most \(Figures.count(lengths.maximum)).", "",
    ]
    lines += issueLines()
    for damage in damages { lines.append("- given up: \(damage)") }
    lines += ["", "## Shards", "", "| shard | documents | text | SHA-256 |", "|---|---|---|---|"]
    lines += index.entries.map { entry in
      "| \(entry.name) | \(Figures.count(entry.documents)) | \(Figures.bytes(Int(clamping: entry.textBytes))) | `\(entry.sha256.prefix(16))…` |"
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func issueLines() -> [String] {
    guard !issues.isEmpty else { return ["No bad records."] }
    var lines = ["## Bad records", ""]
    for (shard, issues) in issues {
      for (what, counts) in [("skipped", issues.skipped), ("repaired", issues.repaired)] {
        for kind in RecordIssue.allCases {
          if let count = counts[kind] { lines.append("- \(shard): \(Figures.count(count)) \(what) for \(kind)") }
        }
      }
      let places = issues.places.prefix(10).map { "record \($0.record) (line \($0.line), byte \($0.offset))" }
      if !places.isEmpty { lines.append("  - first places: " + places.joined(separator: ", ")) }
    }
    return lines
  }
}
