extension BERT {
  /// The names of this model's parameters in Hugging Face files.
  public var publishedKeys: PublishedKeys {
    var keys = PublishedKey.affine("bert.embeddings.LayerNorm", "embeddings.norm")
    keys.append(PublishedKey("bert.embeddings.word_embeddings.weight", "embeddings.words.weight"))
    keys.append(PublishedKey("bert.embeddings.position_embeddings.weight", "embeddings.positions.weight"))
    keys.append(PublishedKey("bert.embeddings.token_type_embeddings.weight", "embeddings.tokenTypes.weight"))
    for layer in 0..<configuration.layerCount { keys += layerKeys(layer) }
    if headKinds.usesPooler { keys += PublishedKey.affine("bert.pooler.dense", "pooler") }
    if headKinds.predictsTokens {
      keys += PublishedKey.affine("cls.predictions.transform.dense", "predictions.transform")
      keys += PublishedKey.affine("cls.predictions.transform.LayerNorm", "predictions.norm")
      keys.append(PublishedKey("cls.predictions.bias", "predictions.bias"))
    }
    if headKinds.predictsNextSentence { keys += PublishedKey.affine("cls.seq_relationship", "relationship") }
    if !headKinds.labels.isEmpty { keys += PublishedKey.affine("classifier", "classifier") }
    return PublishedKeys(
      keys: keys, basePrefix: "bert.",
      tiedAliases: [
        "cls.predictions.decoder.weight": "bert.embeddings.word_embeddings.weight",
        "cls.predictions.decoder.bias": "cls.predictions.bias",
      ])
  }

  /// Queries, keys and values are three tensors in the files and thirds of one parameter here.
  private func layerKeys(_ layer: Int) -> [PublishedKey] {
    let (theirs, ours, width) = ("bert.encoder.layer.\(layer)", "layers.\(layer)", configuration.width)
    var keys: [PublishedKey] = []
    for (index, part) in ["query", "key", "value"].enumerated() {
      keys += PublishedKey.affine(
        "\(theirs).attention.self.\(part)", "\(ours).attention.projection",
        rows: [index * width..<(index + 1) * width])
    }
    keys += PublishedKey.affine("\(theirs).attention.output.dense", "\(ours).attention.output")
    keys += PublishedKey.affine("\(theirs).attention.output.LayerNorm", "\(ours).attentionNorm")
    keys += PublishedKey.affine("\(theirs).intermediate.dense", "\(ours).feedForward.intermediate")
    keys += PublishedKey.affine("\(theirs).output.dense", "\(ours).feedForward.output")
    keys += PublishedKey.affine("\(theirs).output.LayerNorm", "\(ours).outputNorm")
    return keys
  }
}
