extension Bloom {
  /// The names of this model's parameters in Hugging Face files. Rows of the fused projection are, head by head, that head's
  /// queries, keys and values.
  public var publishedKeys: PublishedKeys {
    var keys = [PublishedKey("transformer.word_embeddings.weight", "tokens.weight")]
    keys += PublishedKey.affine("transformer.word_embeddings_layernorm", "embeddingNorm")
    let (headCount, headSize) = (configuration.headCount, configuration.width / configuration.headCount)
    let headByHead = (0..<headCount).flatMap { head in
      (0..<3).map { part in
        let first = (part * headCount + head) * headSize
        return first..<first + headSize
      }
    }
    for layer in 0..<configuration.layerCount {
      let (theirs, ours) = ("transformer.h.\(layer)", "layers.\(layer)")
      keys += PublishedKey.affine("\(theirs).input_layernorm", "\(ours).attentionNorm")
      keys += PublishedKey.affine(
        "\(theirs).self_attention.query_key_value", "\(ours).attention.projection", rows: headByHead)
      keys += PublishedKey.affine("\(theirs).self_attention.dense", "\(ours).attention.output")
      keys += PublishedKey.affine("\(theirs).post_attention_layernorm", "\(ours).feedForwardNorm")
      keys += PublishedKey.affine("\(theirs).mlp.dense_h_to_4h", "\(ours).feedForward.intermediate")
      keys += PublishedKey.affine("\(theirs).mlp.dense_4h_to_h", "\(ours).feedForward.output")
    }
    keys += PublishedKey.affine("transformer.ln_f", "norm")
    return PublishedKeys(
      keys: keys, basePrefix: "transformer.", tiedAliases: ["lm_head.weight": "transformer.word_embeddings.weight"])
  }
}
