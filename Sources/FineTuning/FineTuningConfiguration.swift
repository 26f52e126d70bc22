import Tensors

/// What fine-tuning depends on beside model and data.
public struct FineTuningConfiguration: Sendable, Equatable {
  /// The peak learning rate; it falls linearly to zero.
  public var learningRate = 1e-4
  /// Passes over the training texts.
  public var epochs = 3
  /// Texts per step.
  public var batchSize = 32
  /// The longest input in tokens, special tokens included; longer texts are cut.
  public var maximumLength = 128
  /// The share of steps that the learning rate rises over.
  public var warmupRatio = 0.1
  /// AdamW's λ.
  public var weightDecay = 0.01
  /// Dropout, whatever pretraining used.
  public var dropoutRate = 0.1
  /// What the classifier reads; by default `[CLS]` if the model was pretrained with next sentence, otherwise the mean.
  public var pooling: Pooling?
  /// Micro-slots of a step.
  public var microBatches = 4

  /// Every default.
  public init() {}
}
