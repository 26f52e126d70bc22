/// Cuts text into sentences by rules; no model, no locale.
///
/// A sentence ends
/// - at an empty line, and at a line end unless the next line goes on in lower case (a wrapped line);
/// - after `.` `!` `?` `…` (and `؟` `।` `॥` `։` `።`) with what closes behind it, before white space, unless the next
///   word is in lower case or the `.` belongs to an abbreviation or an initial; a mark that stands alone between
///   spaces always ends one (text already cut into tokens);
/// - after `。` `！` `？` `｡` with what closes behind it, white space or not.
public enum SentenceSplitter {
  /// The sentences in order, without the white space around them; none is empty.
  public static func sentences(in text: String) -> [Substring] {
    var text = text
    text.makeContiguousUTF8()
    let ranges = text.utf8.withContiguousStorageIfAvailable { byteRanges(in: $0) } ?? []
    let bytes = text.utf8
    return ranges.map { range in
      let start = bytes.index(bytes.startIndex, offsetBy: range.lowerBound)
      return text[start..<bytes.index(start, offsetBy: range.count)]
    }
  }

  /// The sentences as ranges of UTF-8 bytes.
  static func byteRanges(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
    var scanner = SentenceScanner(text: text)
    return scanner.ranges()
  }

  /// Words whose full stop does not end a sentence, in lower case.
  static let abbreviations: Set<String> = [
    "adm", "approx", "apr", "art", "aug", "ave", "blvd", "bros", "brig", "ca", "capt", "cf", "ch", "chap", "cmdr",
    "co", "col", "comdr", "corp", "cpl", "dec", "dept", "dr", "e.g", "ed", "eds", "eq", "esp", "esq", "est", "et",
    "feb", "fig", "figs", "fr", "gen", "gov", "hon", "i.e", "inc", "jan", "jul", "jun", "lieut", "lt", "ltd", "m",
    "maj", "mar", "messrs", "mlle", "mme", "mr", "mrs", "ms", "mt", "no", "nos", "nov", "oct", "op", "p", "pp",
    "pres", "prof", "ref", "refs", "rep", "rev", "sec", "sen", "sep", "sept", "sergt", "sgt", "sr", "ss", "st",
    "ste", "supt", "u.s", "vol", "vols", "vs", "z.b",
  ]
}
