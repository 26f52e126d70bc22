import Checkpoints
import Models
import NN
import Tensors

/// Classifiers on pretrained encoders, and the same networks from scratch.
public enum ClassifierFactory {
  /// A classifier whose encoder starts from `base`, and whose head is drawn from `seed`.
  public static func pretrained(
    _ base: LoadedModel, labels: [String], configuration: FineTuningConfiguration, seed: UInt64
  ) throws(FineTuningError) -> LoadedModel {
    let classifier = try scratch(base, labels: labels, configuration: configuration, seed: seed)
    classifier.store.copyValues(from: base.store) { !$0.hasPrefix("classifier.") }
    return classifier
  }

  /// The same network with every parameter drawn from `seed`: the control that shows what pretraining was worth.
  public static func scratch(
    _ base: LoadedModel, labels: [String], configuration: FineTuningConfiguration, seed: UInt64
  ) throws(FineTuningError) -> LoadedModel {
    guard let bert = base.model as? BERT else {
      throw .unsuitableModel(architecture: base.model.architecture)
    }
    guard labels.count > 1 else { throw .tooFewLabels(labels) }
    var network = bert.configuration
    network.dropoutRate = configuration.dropoutRate
    network.attentionDropoutRate = configuration.dropoutRate
    network.classifierDropoutRate = nil
    let pooling = configuration.pooling ?? (bert.headKinds.predictsNextSentence ? .cls : .mean)
    let model = BERT(network, heads: .classification(labels, pooling: pooling))
    return LoadedModel(new: model, seed: seed, tokenizer: base.tokenizer)
  }
}
