extension BERT {
  /// The names of this model's parameters in Hugging Face files.
  public var publishedKeys: PublishedKeys {
    var keys = BERT.affine("bert.embeddings.LayerNorm", "embeddings.norm")
    keys.append(PublishedKey("bert.embeddings.word_embeddings.weight", "embeddings.words.weight"))
    keys.append(PublishedKey("bert.embeddings.position_embeddings.weight", "embeddings.positions.weight"))
    keys.append(PublishedKey("bert.embeddings.token_type_embeddings.weight", "embeddings.tokenTypes.weight"))
    for layer in 0..<configuration.layerCount { keys += layerKeys(layer) }
    if headKinds.usesPooler { keys += BERT.affine("bert.pooler.dense", "pooler") }
    if headKinds.predictsTokens {
      keys += BERT.affine("cls.predictions.transform.dense", "predictions.transform")
      keys += BERT.affine("cls.predictions.transform.LayerNorm", "predictions.norm")
      keys.append(PublishedKey("cls.predictions.bias", "predictions.bias"))
    }
    if headKinds.predictsNextSentence { keys += BERT.affine("cls.seq_relationship", "relationship") }
    if !headKinds.labels.isEmpty { keys += BERT.affine("classifier", "classifier") }
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
      for kind in ["weight", "bias"] {
        keys.append(
          PublishedKey(
            "\(theirs).attention.self.\(part).\(kind)", "\(ours).attention.projection.\(kind)",
            rows: index * width..<(index + 1) * width))
      }
    }
    keys += BERT.affine("\(theirs).attention.output.dense", "\(ours).attention.output")
    keys += BERT.affine("\(theirs).attention.output.LayerNorm", "\(ours).attentionNorm")
    keys += BERT.affine("\(theirs).intermediate.dense", "\(ours).feedForward.intermediate")
    keys += BERT.affine("\(theirs).output.dense", "\(ours).feedForward.output")
    keys += BERT.affine("\(theirs).output.LayerNorm", "\(ours).outputNorm")
    return keys
  }

  private static func affine(_ theirs: String, _ ours: String) -> [PublishedKey] {
    [PublishedKey("\(theirs).weight", "\(ours).weight"), PublishedKey("\(theirs).bias", "\(ours).bias")]
  }

}
