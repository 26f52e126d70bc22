import JSON

/// What is to be said of a masked model that knows how frequent words are and little else.
///
/// Masked models spend their first million tokens and more there, with an accuracy near that of always predicting the most
/// frequent words; what they learn beyond comes after they have left this plateau.
struct PlateauWarning {
  /// The accuracy under which a model counts as not having left it.
  static let leastAccuracy = 0.25
  /// The sentence for people.
  let text: String

  /// The warning that the scores on held-out text ask for; nil if they ask for none or are not those of a masked model.
  init?(_ scores: JSONValue?) {
    guard let accuracy = scores?["mlm_accuracy"]?.double, accuracy < PlateauWarning.leastAccuracy else { return nil }
    let unigram = scores?["unigram_accuracy"]?.double.map { " (unigram \(Figures.percent($0, digits: 1)))" } ?? ""
    text =
      "MLM accuracy is \(Figures.percent(accuracy, digits: 1))\(unigram), under \(Figures.percent(Self.leastAccuracy, digits: 0)): "
      + "pretraining has not left the unigram plateau. More steps help, then a longer warm-up (a high learning rate too early "
      + "keeps the model there), smaller batches, and model.initialization: positional_heads."
  }
}
