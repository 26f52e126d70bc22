import Testing

@testable import Pipelines

private let now = LocalTime(day: 20_000, hour: 10, minute: 46)

private func letters(_ style: TerminalStyle) -> [String] {
  let training = TrainingView(
    loss: 2.114, history: (0..<100).map { 9 - Double($0) * 0.07 },
    terms: [.init("MLM", "2.071"), .init("NSP", "0.043")], learningRate: 2e-4, tokensPerSecond: 38_214,
    shareOfPeak: 0.16, memoryBytes: 1_900_000_000,
    evaluation: .init(
      step: 180_000, loss: 2.162, isBest: true, figures: [.init("MLM", "58.9 %"), .init("NSP", "98.4 %")]),
    saved: .init(step: 184_000, secondsAgo: 180))
  return ProgressLines(style).lines(
    RunView(
      header: "Cloze 0.1 · 2 workers × 1 thread · checkpoints/letters-bert",
      stages: [
        StageView(
          "corpus", .done(seconds: 372),
          summary: "412 shards · 40.2 GB · 9.41 M documents · 1,204 bad records skipped → corpus/report.md"),
        StageView("tokenizer", .done(seconds: 80), summary: "wordpiece 16,384 · 4.31 bytes/token · 0.02 % unknown"),
        StageView(
          "pretrain", .running, summary: "bert-mini, step 184,320 of 300,000",
          progress: .init(done: 184_320, total: 300_000, secondsLeft: 99_240), training: training),
        StageView("finetune department", .waiting), StageView("export", .waiting),
      ], notice: "Ctrl-C saves and stops; the same command goes on", now: now))
}

@Suite struct ProgressLinesTests {
  @Test func theBlockLooksAsTheInterfaceShowsIt() {
    let lines = letters(TerminalStyle(width: 112))
    #expect(
      lines.joined(separator: "\n") == """
        Cloze 0.1 · 2 workers × 1 thread · checkpoints/letters-bert
        ✓ corpus     412 shards · 40.2 GB · 9.41 M documents · 1,204 bad records skipped → corpus/report.md      6m 12s
        ✓ tokenizer  wordpiece 16,384 · 4.31 bytes/token · 0.02 % unknown                                        1m 20s
        ▸ pretrain   bert-mini, step 184,320 of 300,000 ━━━━━━━━━━━━━━━╺────────── 61 %      1d 3h 34m left (Sat 14:20)
                     loss 2.114 █▇▆▆▅▄▃▃▂▁ (MLM 2.071 NSP 0.043)   lr 2.0e-4   38,200 tokens/s   16 % of peak   1.9 GB
                     validation at 180,000: 2.162 (best)   MLM 58.9 %   NSP 98.4 %   saved 3m ago: step 184,000
        · finetune department  · export                                Ctrl-C saves and stops; the same command goes on
        """, "\(lines.joined(separator: "\n"))")
  }

  @Test func stagesOfOneKindAreToldApartByTheirNames() {
    let stages = [
      StageView("corpus", .done(seconds: 3), summary: "4 shards"),
      StageView("finetune mood", .done(seconds: 60), summary: "accuracy 71.0 %"),
      StageView("finetune department", .running, summary: "epoch 2"),
      StageView("embed sample-vectors", .done(seconds: nil), summary: "2 × 16 → exports/sample-vectors.npy"),
      StageView("finetune a-name-of-many-words", .failed, summary: "stopped"), StageView("embed x", .waiting),
    ]
    let lines = ProgressLines(TerminalStyle(width: 81)).lines(RunView(header: "h", stages: stages, now: now))
    #expect(
      lines.dropFirst().joined(separator: "\n") == """
        ✓ corpus           4 shards                                                 3.0s
        ✓ mood             accuracy 71.0 %                                        1m 00s
        ▸ department       epoch 2
        ✓ sample-vectors   2 × 16 → exports/sample-vectors.npy               done before
        ✗ a-name-of-many-… stopped
        · embed x
        """, "\(lines.joined(separator: "\n"))")
    let block = FinalBlock(
      stages: stages, scores: [.init("mood accuracy", arms: [.init("pretrained", "71.0 %")])], weightsDigest: "41d0",
      folder: "checkpoints/x", next: [.init("cloze predict x", "labels")], seconds: 63)
    #expect(
      block.lines(TerminalStyle(width: 81)).suffix(3) == [
        "  mood accuracy    pretrained 71.0 %", "  weights          sha256 41d0",
        "  next             cloze predict x   # labels",
      ])
    for width in [20, 30, 40, 60, 80] {
      for line in ProgressLines(TerminalStyle(width: width)).lines(RunView(header: "h", stages: stages, now: now)) {
        #expect(displayWidth(line) < max(width, 21), "\(width): \(line)")
      }
    }
  }

  @Test(arguments: [20, 30, 40, 60, 80, 81, 106, 200], [false, true])
  func noLineReachesTheLastColumn(_ width: Int, _ hasColor: Bool) {
    for hasUnicode in [true, false] {
      for line in letters(TerminalStyle(width: width, hasColor: hasColor, hasUnicode: hasUnicode)) {
        let plain = ProgressLines.withoutColors(line)
        #expect(displayWidth(plain) < max(width, 21), "\(displayWidth(plain)) of \(width): \(plain)")
        #expect(hasColor || plain == line)
        #expect(hasUnicode || plain.allSatisfy(\.isASCII), "\(plain)")
      }
    }
  }

  @Test func namesFromOutsideCannotSteerTheTerminal() {
    let view = RunView(
      header: "a\u{1B}[2Jb", stages: [StageView("x\u{1B}]0;t\u{7}\n", .running, summary: "\u{9B}31m\u{202E}abc")],
      now: now)
    for line in ProgressLines(TerminalStyle(width: 80)).lines(view) {
      #expect(
        !line.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x9B || $0.value == 0x202E },
        "\(line.debugDescription)")
    }
  }

  @Test func theEnvironmentDecidesAboutColorsAndMarks() {
    #expect(TerminalStyle(environment: ["LANG": "de_DE.UTF-8"], width: 80) == TerminalStyle(width: 80, hasColor: true))
    #expect(!TerminalStyle(environment: ["NO_COLOR": "1", "LANG": "C.UTF-8"], width: 80).hasColor)
    #expect(TerminalStyle(environment: ["NO_COLOR": ""], width: 80).hasColor)
    #expect(!TerminalStyle(environment: ["TERM": "dumb"], width: 80).hasColor)
    #expect(!TerminalStyle(environment: ["LC_ALL": "C", "LANG": "de_DE.UTF-8"], width: 80).hasUnicode)
  }

  @Test func theBarIsAsLongAsTheShare() {
    let style = TerminalStyle(hasUnicode: false)
    #expect(style.bar(0, width: 10) == "----------")
    #expect(style.bar(0.55, width: 10) == "=====-----")
    #expect(style.bar(1, width: 10) == "==========")
    #expect(TerminalStyle().bar(0.5, width: 4) == "━━╺─")
  }

  @Test func theCurveGoesFromTheLargestToTheSmallest() {
    #expect(TerminalStyle().curve([8, 7, 6, 5, 4, 3, 2, 1]) == "█▇▆▅▄▃▂▁")
    #expect(TerminalStyle().curve([1, .nan, 1]) == "▁▁")
    #expect(TerminalStyle().curve([]) == "")
  }

  @Test func theBlockIsDrawnOverTheOneBefore() {
    var block = LiveBlock()
    #expect(block.draw(["a", "b"], height: 24) == "a\u{1B}[K\nb\u{1B}[K\n\u{1B}[J")
    #expect(block.draw(["c"], height: 24) == "\r\u{1B}[2Ac\u{1B}[K\n\u{1B}[J")
    #expect(
      block.draw((0..<50).map(String.init), height: 4) == "\r\u{1B}[1A47\u{1B}[K\n48\u{1B}[K\n49\u{1B}[K\n\u{1B}[J")
  }

  @Test func aPlainLineHasEverythingOnOneLine() {
    let training = TrainingView(loss: 2.1144, learningRate: 2e-4, tokensPerSecond: 38_214)
    let stage = StageView(
      "pretrain", .running, summary: "step 184,320 of 300,000",
      progress: .init(done: 61, total: 100, secondsLeft: 99_240),
      training: training)
    let line = PlainLines().progress(RunView(header: "", stages: [stage], now: now))
    #expect(
      line
        == "10:46 pretrain: step 184,320 of 300,000 (61 %), loss 2.114, lr 2.0e-4, 38,200 tokens/s, 1d 3h 34m left (Sat 14:20)",
      "\(line ?? "none")")
    #expect(
      PlainLines().end(StageView("corpus", .done(seconds: 372), summary: "412 shards"), now: now)
        == "10:46 corpus: done in 6m 12s: 412 shards")
    #expect(PlainLines().progress(RunView(header: "", stages: [], now: now)) == nil)
  }

  @Test func theFinalBlockShowsScoresBesideTheirControlsAndTheNextCommands() {
    let block = FinalBlock(
      stages: [StageView("pretrain", .done(seconds: 100), summary: "MLM 58.9 %")],
      scores: [
        .init(
          "sample accuracy", arms: [.init("pretrained", "71.0 %"), .init("from scratch", "73.1 %")],
          remark: "from scratch is better")
      ],
      interruptions: (2, 40), weightsDigest: "41d0", folder: "checkpoints/x",
      next: [.init("cloze predict x", "labels for your texts")], seconds: 130)
    #expect(
      block.lines(TerminalStyle(width: 80)).joined(separator: "\n") == """
        Done in 2m 10s · checkpoints/x
        ✓ pretrain   MLM 58.9 %                                                  1m 40s
          sample accuracy pretrained 71.0 %   from scratch 73.1 %   from scratch is better
          interrupted 2 times, 40 steps done again
          weights    sha256 41d0
          next       cloze predict x   # labels for your texts
        """)
  }
}

@Suite struct FiguresTests {
  @Test(arguments: [
    (0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567"), (.max, "9,223,372,036,854,775,807"),
  ])
  func countsHaveCommas(_ value: Int, _ text: String) { #expect(Figures.count(value) == text) }

  @Test(arguments: [(0, "0 bad records"), (1, "1 bad record"), (2, "2 bad records"), (1_204, "1,204 bad records")])
  func oneThingIsNamedInTheSingular(_ value: Int, _ text: String) {
    #expect(Figures.count(value, "bad record") == text)
    #expect(Figures.count(value, "story", plural: "stories").hasSuffix(value == 1 ? " story" : " stories"))
  }

  @Test(arguments: [
    (9_999, "9,999"), (12_345, "12.3 k"), (9_412_000, "9.41 M"), (999_960, "1.00 M"), (412_000_000, "412 M"),
  ])
  func largeCountsAreShort(_ value: Int, _ text: String) { #expect(Figures.short(value) == text) }

  @Test(arguments: [
    (0, "0 B"), (999, "999 B"), (1_900_000_000, "1.9 GB"), (40_200_000_000, "40.2 GB"), (999_700, "1 MB"),
  ])
  func bytesAreDecimal(_ value: Int, _ text: String) { #expect(Figures.bytes(value) == text) }

  @Test(arguments: [
    (0.84, "0.8s"), (9.9, "9.9s"), (59.4, "59s"), (59.6, "1m 00s"), (372, "6m 12s"), (3_600, "1h 0m"),
    (99_240, "1d 3h 34m"),
    (.infinity, "forever"), (-1, "0.0s"),
  ])
  func timesHaveTheirLargestUnits(_ seconds: Double, _ text: String) { #expect(Figures.duration(seconds) == text) }

  @Test(arguments: [(2e-4, "2.0e-4"), (9.96e-4, "1.0e-3"), (1, "1.0e0"), (0, "0"), (-3.14e5, "-3.1e5")])
  func ratesOfLearningAreScientific(_ value: Double, _ text: String) { #expect(Figures.scientific(value) == text) }

  @Test(arguments: [(38_214, "38,200"), (999.6, "1,000"), (4.321, "4.32"), (56.78, "56.8"), (1_234_567, "1,230,000")])
  func ratesHaveThreeDigits(_ value: Double, _ text: String) { #expect(Figures.rate(value) == text) }

  @Test func fixedNumbersAreRoundedAndNeverMinusZero() {
    #expect(Figures.fixed(2.1145, 3) == "2.115" || Figures.fixed(2.1145, 3) == "2.114")
    #expect(Figures.fixed(-0.0001, 2) == "0.00")
    #expect(Figures.fixed(-12.5, 0) == "-13" && Figures.fixed(0.05, 1) == "0.1")
    #expect(Figures.fixed(.nan, 2) == "nan" && Figures.percent(0.589) == "58.9 %")
  }

  @Test func momentsAreCalledAsSeenFromNow() {
    #expect(now.weekday == "Fri" && LocalTime(day: 0, hour: 0, minute: 0).weekday == "Thu")
    #expect(now.after(3_600).description(from: now) == "11:46")
    #expect(now.after(86_400 * 12).description(from: now) == "in 12 days")
    #expect(LocalTime(secondsSince1970: 0).clock.count == 5)
  }
}
