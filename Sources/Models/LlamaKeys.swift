extension Llama {
  /// The names of this model's parameters in Hugging Face files, whose queries, keys, values, gates and values inside the
  /// blocks are tensors of their own.
  public var publishedKeys: PublishedKeys { keys(pairsAreSideBySide: false) }

  /// - Parameter pairsAreSideBySide: whether rows of queries and keys that turn together follow each other in the file (Su
  ///   et al. 2021), instead of lying half a head apart. Scores are the same, so here they always lie half a head apart.
  func keys(pairsAreSideBySide: Bool) -> PublishedKeys {
    var keys = [PublishedKey("model.embed_tokens.weight", "tokens.weight")]
    let queries = configuration.headCount * configuration.sizeOfHead
    let keyWidth = (configuration.keyHeadCount ?? configuration.headCount) * configuration.sizeOfHead
    let inner = configuration.innerWidth
    for layer in 0..<configuration.layerCount {
      let (theirs, ours) = ("model.layers.\(layer)", "layers.\(layer)")
      var parts: [(name: String, path: String, rows: [Range<Int>]?, hasBias: Bool)] = []
      let attention = configuration.attentionHasBias
      for (name, rows) in [
        ("q", 0..<queries), ("k", queries..<queries + keyWidth), ("v", queries + keyWidth..<queries + 2 * keyWidth),
      ] {
        let order = pairsAreSideBySide && name != "v" ? pairs(in: rows) : [rows]
        parts.append(("self_attn.\(name)_proj", "attention.projection", order, attention))
      }
      parts.append(("self_attn.o_proj", "attention.output", nil, attention))
      let block = configuration.feedForwardHasBias
      parts.append(("mlp.gate_proj", "feedForward.projection", [0..<inner], block))
      parts.append(("mlp.up_proj", "feedForward.projection", [inner..<2 * inner], block))
      parts.append(("mlp.down_proj", "feedForward.output", nil, block))
      for part in parts {
        for kind in part.hasBias ? ["weight", "bias"] : ["weight"] {
          keys.append(PublishedKey("\(theirs).\(part.name).\(kind)", "\(ours).\(part.path).\(kind)", rows: part.rows))
        }
      }
      keys.append(PublishedKey("\(theirs).input_layernorm.weight", "\(ours).attentionNorm.weight"))
      keys.append(PublishedKey("\(theirs).post_attention_layernorm.weight", "\(ours).feedForwardNorm.weight"))
    }
    keys.append(PublishedKey("model.norm.weight", "norm.weight"))
    if head != nil { keys.append(PublishedKey("lm_head.weight", "head.weight")) }
    return PublishedKeys(
      keys: keys, basePrefix: "model.",
      tiedAliases: head == nil ? ["lm_head.weight": "model.embed_tokens.weight"] : [:])
  }

  /// Head by head, the first row of the first half, the first of the second half, the second of the first half, …
  private func pairs(in rows: Range<Int>) -> [Range<Int>] {
    let half = configuration.sizeOfHead / 2
    return stride(from: rows.lowerBound, to: rows.upperBound, by: 2 * half).flatMap { head in
      (head..<head + half).flatMap { [$0..<$0 + 1, $0 + half..<$0 + half + 1] }
    }
  }
}
