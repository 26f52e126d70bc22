"""Folders as they lie about in the world, each with inputs and outputs, and safetensors files of every type."""
import copy
import json

import torch
import transformers
from safetensors.torch import load_file, save_file

from . import models
from .writing import random, write_json, write_tensors

SMALL_BERT = dict(vocab_size=23, hidden_size=12, num_hidden_layers=2, num_attention_heads=2, intermediate_size=20,
                  max_position_embeddings=10)
SMALL_GPT2 = dict(vocab_size=23, n_embd=12, n_layer=2, n_head=2, n_positions=10, n_inner=20, bos_token_id=22,
                  eos_token_id=22)

SMALL_LLAMA = dict(vocab_size=23, hidden_size=12, intermediate_size=20, num_hidden_layers=2, num_attention_heads=2,
                   num_key_value_heads=None, head_dim=None, max_position_embeddings=10, attention_bias=False,
                   mlp_bias=False, tie_word_embeddings=True, bos_token_id=22, eos_token_id=22)


def small_bert(kind=transformers.BertForPreTraining, **more):
    return models.randomize(kind(models.bert_config(**SMALL_BERT), **more), seed=4)


def small_gpt2():
    return models.randomize(transformers.GPT2LMHeadModel(models.gpt2_config(**SMALL_GPT2)), seed=5)


def small_llama():
    return models.randomize(transformers.LlamaForCausalLM(models.llama_config(**SMALL_LLAMA)), seed=7)


def small_ernie():
    """Llama with the two numbers of a rotary pair side by side, and one key for all biases."""
    sizes = {key: value for key, value in SMALL_LLAMA.items() if not key.endswith("_bias")}
    config = transformers.Ernie4_5Config(
        attn_implementation="eager", **sizes | dict(num_attention_heads=4, num_key_value_heads=2, head_dim=6),
        use_bias=True, rope_parameters={"rope_type": "default", "rope_theta": 500.0})
    return models.randomize(transformers.Ernie4_5ForCausalLM(config), seed=9)


def small_bloom():
    """Three heads: two slopes of one series and one of the next."""
    return models.randomize(transformers.BloomForCausalLM(models.bloom_config(
        vocab_size=23, hidden_size=12, n_head=3, bos_token_id=22, eos_token_id=22)), seed=10)


def write_case(folder, model):
    """`inputs.safetensors` without labels, and `outputs.safetensors` of the weights as they are stored."""
    if model.config.model_type == "bert":
        inputs = models.bert_inputs(seed=14, rows=((9, 5), (6, 3)), vocabulary=23)
    else:
        inputs = models.gpt2_inputs(seed=15, lengths=(10, 4, 7, 9), vocabulary=23)
    inputs = {k: v for k, v in inputs.items() if "label" not in k}
    with torch.no_grad():
        out = copy.deepcopy(model).double()(**inputs, output_hidden_states=True)
    real = inputs["attention_mask"].bool().unsqueeze(-1)
    tensors = {f"hidden.{i}": state * real for i, state in enumerate(out.hidden_states)}
    for name in ("prediction_logits", "logits"):
        if name in out:
            tensors[name] = out[name] * real
    for name in ("seq_relationship_logits", "pooler_output"):
        if out.get(name) is not None:
            tensors[name] = out[name]
    write_tensors(folder / "inputs.safetensors", inputs)
    write_tensors(folder / "outputs.safetensors", tensors)


def rewrite(folder, change):
    """Passes the tensors of a saved folder through `change` and writes them back."""
    path = folder / "model.safetensors"
    tensors = {name: tensor.contiguous().clone() for name, tensor in change(load_file(path)).items()}
    save_file(tensors, path, metadata={"format": "pt"})


def old_bert(tensors):
    """Norms named gamma and beta, the positions buffer, and both tied tensors a second time."""
    def name(key):
        return key.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
    tensors = {name(key): value for key, value in tensors.items()}
    return tensors | {"bert.embeddings.position_ids": torch.arange(10).unsqueeze(0),
                      "cls.predictions.decoder.weight": tensors["bert.embeddings.word_embeddings.weight"],
                      "cls.predictions.decoder.bias": tensors["cls.predictions.bias"]}


def original_gpt2(tensors):
    """As in the first `gpt2` upload: no `transformer.` prefix, and the causal mask as a buffer in every block."""
    tensors = {key.removeprefix("transformer."): value for key, value in tensors.items()}
    for block in range(2):
        tensors[f"h.{block}.attn.bias"] = torch.tril(torch.ones(10, 10)).view(1, 1, 10, 10)
        tensors[f"h.{block}.attn.masked_bias"] = torch.tensor(-1e4)
    return tensors


def untied_gpt2(tensors):
    """The head written out, equal to the embedding."""
    return tensors | {"lm_head.weight": tensors["transformer.wte.weight"]}


def old_llama(tensors):
    """With the frequencies of positions as a buffer in every layer, and the tied head written out."""
    for layer in range(2):
        tensors[f"model.layers.{layer}.self_attn.rotary_emb.inv_freq"] = torch.ones(3)
    return tensors | {"lm_head.weight": tensors["model.embed_tokens.weight"]}


def old_llama_config(path):
    """The base of positions as a key of its own, as before version 5 of transformers."""
    config = json.loads(path.read_text())
    base = config.pop("rope_parameters")["rope_theta"]
    write_json(path, config | {"rope_theta": base, "rope_scaling": None})


def original_bloom(tensors):
    """As in the published files: no `transformer.` prefix."""
    return {key.removeprefix("transformer."): value for key, value in tensors.items()}


def original_bloom_config(path):
    """The names of the published files."""
    config = json.loads(path.read_text())
    for name, old in (("hidden_size", "n_embed"), ("n_head", "num_attention_heads"), ("seq_length", None)):
        value = config.pop(name)
        config |= {old: value} if old else {}
    write_json(path, config)


def write_imports(home):
    saved = {"bert-old-names": small_bert(), "bert-encoder": small_bert(transformers.BertModel),
             "bert-encoder-without-pooler": small_bert(transformers.BertModel, add_pooling_layer=False),
             "bert-sharded": small_bert(), "bert-float16": small_bert().half(),
             "gpt2-original": small_gpt2(), "gpt2-untied-copy": small_gpt2(), "gpt2-bfloat16": small_gpt2().bfloat16(),
             "llama-old": small_llama(), "ernie": small_ernie(), "bloom-original": small_bloom()}
    for name, model in saved.items():
        folder = home / name
        model.save_pretrained(folder, **({"max_shard_size": "8KB"} if name == "bert-sharded" else {}))
        write_case(folder, model)
    rewrite(home / "bert-old-names", old_bert)
    rewrite(home / "gpt2-original", original_gpt2)
    rewrite(home / "gpt2-untied-copy", untied_gpt2)
    rewrite(home / "llama-old", old_llama)
    old_llama_config(home / "llama-old" / "config.json")
    rewrite(home / "bloom-original", original_bloom)
    original_bloom_config(home / "bloom-original" / "config.json")
    pickled = home / "bert-pickled"
    small_bert().config.save_pretrained(pickled)
    torch.save({"bert.pooler.dense.bias": torch.zeros(2)}, pickled / "pytorch_model.bin")


def write_types(home):
    """One tensor of every common type, an empty one, a scalar, and free metadata; the values again as JSON."""
    numbers = random(61)
    floats = torch.from_numpy(numbers.standard_normal((3, 5)))
    floats[0, :4] = torch.tensor([0.0, -0.0, 65504.0, 6e-8])
    tensors = {"f64": floats, "f32": floats.float(), "f16": floats.half(), "bf16": floats.bfloat16(),
               "special": torch.tensor([torch.inf, -torch.inf, torch.nan]),
               "special.f16": torch.tensor([torch.inf, -torch.inf, torch.nan]).half(),
               "i64": torch.tensor([[-(2 ** 63), -1], [0, 2 ** 63 - 1]]),
               "i32": torch.tensor([-(2 ** 31), 2 ** 31 - 1]).int(),
               "i16": torch.tensor([-32768, 32767]).short(), "i8": torch.tensor([-128, 127]).char(),
               "u8": torch.tensor([0, 255]).byte(), "bool": torch.tensor([True, False, True]),
               "empty": torch.zeros(0, 3), "scalar": torch.tensor(1.5),
               "näme with spaces / \"quotes\"": torch.tensor([7.0])}
    home.mkdir(parents=True, exist_ok=True)
    save_file(tensors, home / "types.safetensors", metadata={"format": "pt", "note": "Grüße, 世界"})
    save_file({"only": torch.arange(6.0).view(2, 3)}, home / "without-metadata.safetensors")
    values = {name: {"shape": list(t.shape), "values": [str(v) if v != v or abs(v) == float("inf") else v
                                                        for v in t.flatten().tolist()]} for name, t in tensors.items()}
    write_json(home / "types.json", values)


def write(folder):
    write_imports(folder / "imports")
    write_types(folder / "safetensors")
