import Foundation
import Tokenizers

// tokenizers FOLDER TEXT [--lines] [--rounds 5]: how fast a tokenizer's folder encodes a file from memory, in MB/s
// (10⁶ bytes): ids alone, ids with word starts, and whole encodings with offsets and word ids; with one thread and with
// all processors. Texts are the file's paragraphs joined to some 24 kB, or with --lines its lines. Medians.
var arguments = Array(CommandLine.arguments.dropFirst())
let byLine = arguments.contains("--lines")
arguments.removeAll { $0 == "--lines" }
var rounds = 5
if let place = arguments.firstIndex(of: "--rounds"), place + 1 < arguments.count {
  rounds = Int(arguments[place + 1]) ?? rounds
  arguments.removeSubrange(place...place + 1)
}
guard arguments.count == 2 else {
  print("usage: tokenizers FOLDER TEXT [--lines] [--rounds 5]")
  exit(64)
}
let measurement = Measurement(
  tokenizer: try Tokenizer(folder: arguments[0]), texts: try Texts.read(arguments[1], byLine: byLine), rounds: rounds)
measurement.report()
