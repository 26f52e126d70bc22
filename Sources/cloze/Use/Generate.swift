import ArgumentParser
import Checkpoints
import Generation
import JSON
import Models
import NN
import Pipelines
import Tokenizers

/// Continues texts.
struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Continue a text, token by token.",
    discussion: """
      The text is printed as it comes; several are computed together and printed at the end. Without --temperature the likeliest token is taken every time; the same seed gives \
      the same text.

        cloze generate checkpoints/stories --prompt "Once upon a time" --temperature 0.8 --top-p 0.95 --seed 7
      """)

  @OptionGroup var model: ModelArgument
  @Option(help: "What to continue; - is standard input as a whole; nothing begins a new text.")
  var prompt: String?
  @Option(help: "0 takes the likeliest token; higher is bolder.")
  var temperature = 0.0
  @Option(help: "Choose among so many likeliest tokens; 0 for all.")
  var topK = 0
  @Option(help: "Choose among the likeliest tokens that add up to this probability; 1 for all.")
  var topP = 1.0
  @Option(help: "Make tokens that occurred less likely: 1 for not at all, 1.2 for a little.")
  var repetitionPenalty = 1.0
  @Option(help: "The seed of the choices.")
  var seed: UInt64 = 42
  @Option(help: "Stop after so many tokens, if the text has not ended before.")
  var maxNewTokens = 200
  @Option(help: "How many continuations.")
  var count = 1
  @OptionGroup var products: ProductOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup var machine: MachineOptions

  func validate() throws {
    if !(temperature >= 0 && temperature.isFinite) { throw ValidationError("--temperature must be 0 or more") }
    if !(topP > 0 && topP <= 1) { throw ValidationError("--top-p must be above 0 and at most 1") }
    if !(repetitionPenalty > 0 && repetitionPenalty.isFinite) {
      throw ValidationError("--repetition-penalty must be above 0")
    }
    if topK < 0 { throw ValidationError("--top-k must be 0 or more") }
    if maxNewTokens < 1 { throw ValidationError("--max-new-tokens must be at least 1") }
    if count < 1 { throw ValidationError("--count must be at least 1") }
  }

  func run() throws {
    machine.start()
    let loaded = try ModelReference.load(model.model)
    guard let causal = loaded.model as? any CausalLanguageModel else {
      throw UserError("\(model.model) holds a \(loaded.model.architecture), which can't continue texts", .usage)
        .action("use a GPT model; for BERT there is cloze fill-mask")
    }
    guard let tokenizer = loaded.tokenizer else { throw UserError("\(model.model) holds no tokenizer", .usage) }
    let text = prompt == "-" ? try wholeInput() : prompt ?? ""
    var ids = tokenizer.encode(text).ids
    if ids.isEmpty {
      guard let end = tokenizer.specials.endOfText else {
        throw UserError("an empty prompt needs a tokenizer with an end-of-text token", .usage).action("give --prompt")
      }
      ids = [end]
    }
    let limit = causal.extents.maximumLength
    if ids.count > limit {
      Console.talk("note: the model reads only the prompt's last \(limit) tokens of \(ids.count)")
    }
    let sampler = Sampler(temperature: temperature, topK: topK, topP: topP, repetitionPenalty: repetitionPenalty)
    let generator = Generator(
      causal, sampler: sampler, endOfText: tokenizer.specials.endOfText, precision: products.precision, seed: seed)
    if count == 1, !report.json { return try stream(generator, tokenizer, ids, text) }
    var new = [[Int32]](repeating: [], count: count)
    generator.generate([[Int32]](repeating: ids, count: count), maximumNewTokens: maxNewTokens) { number, id in
      new[number].append(id)
      return true
    }
    for (number, tokens) in new.enumerated() {
      if number > 0, !report.json { try Console.line("---") }
      try write(tokens, tokenizer, ids, text)
    }
  }

  /// Prints a continuation as it comes.
  private func stream(_ generator: Generator, _ tokenizer: Tokenizer, _ ids: [Int32], _ text: String) throws {
    var decoder = StreamingDecoder(tokenizer)
    for id in ids { _ = decoder.append(id) }
    try Console.write(text)
    try generator.generate([ids], maximumNewTokens: maxNewTokens) { _, id in
      let piece = decoder.append(id)
      if !piece.isEmpty {
        try Console.write(piece)
        try Console.flush()
      }
      return true
    }
    try Console.line(decoder.finish())
  }

  private func write(_ new: [Int32], _ tokenizer: Tokenizer, _ ids: [Int32], _ text: String) throws {
    guard report.json else {
      var decoder = StreamingDecoder(tokenizer)
      for id in ids { _ = decoder.append(id) }
      return try Console.line(text + new.map { decoder.append($0) }.joined() + decoder.finish())
    }
    try Console.line(
      [
        "prompt": .string(text), "ids": .array(ids.map { JSONValue($0) }),
        "new_ids": .array(new.map { JSONValue($0) }), "text": .string(tokenizer.decode(new)),
        "ended": .bool(new.count < maxNewTokens),
      ] as JSONValue)
  }

  private func wholeInput() throws -> String {
    let lines = try InputLines("-")
    var all: [String] = []
    while let line = try lines.next() { all.append(line) }
    return all.joined(separator: "\n")
  }
}
