import ArgumentParser
import Checkpoints
import Generation
import JSON
import Models
import NN
import Pipelines
import Tokenizers

/// What could stand at each `[MASK]`.
struct FillMask: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Guess the hidden words of texts.",
    discussion: """
        cloze fill-mask checkpoints/letters "The patient was given [MASK] twice a day."
      """)

  @OptionGroup var model: ModelArgument
  @Argument(help: "Texts with [MASK] in them; standard input's lines for - or none.")
  var texts: [String] = []
  @Option(help: "How many tokens to show for each place.")
  var top = 5
  @OptionGroup var report: ReportOptions
  @OptionGroup var machine: MachineOptions

  func validate() throws {
    if top < 1 { throw ValidationError("--top must be at least 1, not \(top)") }
  }

  func run() throws {
    machine.start()
    let loaded = try ModelReference.load(model.model)
    guard let bert = loaded.model as? BERT, bert.headKinds.predictsTokens else {
      throw UserError("\(model.model) holds a \(loaded.model.architecture), which has no masked-LM head", .usage)
    }
    guard let tokenizer = loaded.tokenizer, let mask = tokenizer.specials.mask else {
      throw UserError("\(model.model) has no tokenizer with a mask token", .usage)
    }
    let filler = MaskFiller(bert)
    var withoutMask = 0
    func answer(_ text: String) throws {
      let encoding = tokenizer.encode(text, maximumLength: bert.extents.maximumLength)
      let places = encoding.ids.indices.filter { encoding.ids[$0] == mask }
      if places.isEmpty { withoutMask += 1 }
      let types = bert.configuration.tokenTypeCount > 1 ? encoding.typeIds : encoding.typeIds.map { _ in 0 }
      let found = filler.candidates(encoding.ids, typeIds: types, at: places.map { Int32($0) }, count: top)
      try write(text, zip(places, found).map { (place: $0, candidates: $1) }, tokenizer)
    }
    if texts.isEmpty || texts == ["-"] {
      let lines = try InputLines("-")
      while let line = try lines.next() {
        try answer(line)
        if lines.isTyped { try Console.flush() }
      }
    } else {
      for text in texts { try answer(text) }
    }
    let name = tokenizer.token(mask) ?? "[MASK]"
    let limit = bert.extents.maximumLength
    Console.talk(withoutMask, "text", "without \(name), or with it only beyond the model's \(limit) tokens")
  }

  private func write(
    _ text: String, _ blanks: [(place: Int, candidates: [MaskFiller.Candidate])], _ tokenizer: Tokenizer
  ) throws {
    guard report.json else {
      for (number, blank) in blanks.enumerated() {
        for candidate in blank.candidates {
          let prefix = blanks.count > 1 ? "\(number + 1)\t" : ""
          let token = tokenizer.token(candidate.id) ?? "\(candidate.id)"
          try Console.line("\(prefix)\(token)\t\(Figures.fixed(candidate.probability, 4))")
        }
      }
      return
    }
    let list: [JSONValue] = blanks.map { blank in
      let top: [JSONValue] = blank.candidates.map { candidate in
        [
          "id": JSONValue(candidate.id), "token": .string(tokenizer.token(candidate.id) ?? ""),
          "score": .number(candidate.probability),
        ]
      }
      return ["position": JSONValue(blank.place), "top": .array(top)]
    }
    try Console.line(["text": .string(text), "blanks": .array(list)] as JSONValue)
  }
}
