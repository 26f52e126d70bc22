extension GPT2 {
  /// The names of this model's parameters in Hugging Face files. Their four weights per layer are Conv1D: [in, out].
  public var publishedKeys: PublishedKeys {
    var keys = [
      PublishedKey("transformer.wte.weight", "tokens.weight"),
      PublishedKey("transformer.wpe.weight", "positions.weight"),
    ]
    for layer in 0..<configuration.layerCount {
      let (theirs, ours) = ("transformer.h.\(layer)", "layers.\(layer)")
      keys += PublishedKey.affine("\(theirs).ln_1", "\(ours).attentionNorm")
      keys += PublishedKey.affine("\(theirs).attn.c_attn", "\(ours).attention.projection", isTransposed: true)
      keys += PublishedKey.affine("\(theirs).attn.c_proj", "\(ours).attention.output", isTransposed: true)
      keys += PublishedKey.affine("\(theirs).ln_2", "\(ours).feedForwardNorm")
      keys += PublishedKey.affine("\(theirs).mlp.c_fc", "\(ours).feedForward.intermediate", isTransposed: true)
      keys += PublishedKey.affine("\(theirs).mlp.c_proj", "\(ours).feedForward.output", isTransposed: true)
    }
    keys += PublishedKey.affine("transformer.ln_f", "norm")
    return PublishedKeys(
      keys: keys, basePrefix: "transformer.", tiedAliases: ["lm_head.weight": "transformer.wte.weight"])
  }
}
