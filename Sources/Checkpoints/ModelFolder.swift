import JSON
import Models
import NN
import Safetensors
import Tensors
import Tokenizers

/// A model that is ready to use: the network, its parameters and its tokenizer.
public struct LoadedModel {
  /// The network.
  public let model: any PublishedModel
  /// Its parameters.
  public let store: ParameterStore
  /// Its tokenizer; nil if the folder holds none.
  public let tokenizer: Tokenizer?
  /// The folder it came from; empty for a new model.
  public let folder: String

  /// A model and its parameters.
  public init(model: any PublishedModel, store: ParameterStore, tokenizer: Tokenizer?, folder: String = "") {
    self.model = model
    self.store = store
    self.tokenizer = tokenizer
    self.folder = folder
  }

  /// A new model in the memory of `allocate`, with parameters drawn from `seed`; with those that lie there if it is nil.
  public init(
    new model: any PublishedModel, seed: UInt64?, tokenizer: Tokenizer?,
    allocate: @escaping (Int) -> Slab = { Slab(count: $0) }
  ) {
    let store = ParameterStore(model, allocate: allocate)
    if let seed { store.initialize(seed: seed) }
    self.init(model: model, store: store, tokenizer: tokenizer)
  }
}
