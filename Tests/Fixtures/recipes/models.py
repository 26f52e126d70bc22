"""BERT, GPT-2, Llama and BLOOM with random weights, their batches, and what comes out in float64: outputs and gradients."""
import copy
import warnings

import torch
import transformers
from torch.nn.functional import cross_entropy

from .writing import random, write_tensors

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
warnings.filterwarnings("ignore")

PAD, UNKNOWN, CLS, SEP, MASK = range(5)
BERT_VOCABULARY, GPT2_VOCABULARY = 101, 307
LABELS = ("praise", "complaint", "question")
IGNORED = -100


def bert_config(**more):
    sizes = dict(vocab_size=BERT_VOCABULARY, hidden_size=42, num_hidden_layers=2, num_attention_heads=3,
                 intermediate_size=74, max_position_embeddings=40, type_vocab_size=2, hidden_act="gelu",
                 layer_norm_eps=1e-12, pad_token_id=PAD)
    return transformers.BertConfig(attn_implementation="eager", **(sizes | more))


def gpt2_config(**more):
    sizes = dict(vocab_size=GPT2_VOCABULARY, n_embd=45, n_layer=2, n_head=3, n_positions=40,
                 bos_token_id=GPT2_VOCABULARY - 1, eos_token_id=GPT2_VOCABULARY - 1)
    return transformers.GPT2Config(attn_implementation="eager", **(sizes | more))


def llama_config(**more):
    """Heads of 10 that 42 / 6 would not give, three of which share their keys; biases everywhere."""
    sizes = dict(vocab_size=GPT2_VOCABULARY, hidden_size=42, intermediate_size=53, num_hidden_layers=2,
                 num_attention_heads=6, num_key_value_heads=2, head_dim=10, max_position_embeddings=40,
                 rope_parameters={"rope_type": "default", "rope_theta": 500.0}, rms_norm_eps=1e-5, attention_bias=True,
                 mlp_bias=True, bos_token_id=GPT2_VOCABULARY - 1, eos_token_id=GPT2_VOCABULARY - 1)
    return transformers.LlamaConfig(attn_implementation="eager", **(sizes | more))


def bloom_config(**more):
    """Six heads: four slopes of one series and two of the next."""
    sizes = dict(vocab_size=GPT2_VOCABULARY, hidden_size=42, n_layer=2, n_head=6, seq_length=40,
                 bos_token_id=GPT2_VOCABULARY - 1, eos_token_id=GPT2_VOCABULARY - 1)
    return transformers.BloomConfig(attn_implementation="eager", **(sizes | more))


def randomize(model, seed):
    """Weights N(0, 0.15), embeddings N(0, 0.2), biases N(0, 0.2), norm gains N(1, 0.3), all rounded to float32."""
    numbers = random(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            normal = torch.from_numpy(numbers.standard_normal(tuple(parameter.shape)))
            is_norm = "LayerNorm" in name or ".ln_" in name or name.endswith("norm.weight")
            if is_norm and name.endswith("weight"):
                value = 1 + 0.3 * normal
            elif name.endswith("bias") or "embeddings" in name or ".wte" in name or ".wpe" in name \
                    or "embed_tokens" in name:
                value = 0.2 * normal
            else:
                value = 0.15 * normal
            parameter.copy_(value.to(torch.float32))
    return model.eval()


def bert():
    return randomize(transformers.BertForPreTraining(bert_config()), seed=1)


def gpt2():
    return randomize(transformers.GPT2LMHeadModel(gpt2_config()), seed=2)


def llama():
    return randomize(transformers.LlamaForCausalLM(llama_config()), seed=6)


def bloom():
    return randomize(transformers.BloomForCausalLM(bloom_config()), seed=8)


def bert_classifier():
    names = dict(enumerate(LABELS))
    config = bert_config(num_hidden_layers=1, num_labels=3, id2label=names,
                         label2id={label: i for i, label in names.items()},
                         problem_type="single_label_classification")
    return randomize(transformers.BertForSequenceClassification(config), seed=3)


def bert_inputs(seed=11, rows=((23, 13), (17, 7), (9, 9), (14, 6), (5, 3)), vocabulary=BERT_VOCABULARY):
    """Rows `[CLS] A [SEP] B [SEP]` of (length, length of the first part), padded on the right.

    The third row has one part only, the fourth no masked place at all, the last is barely longer than its specials.
    """
    numbers, width = random(seed), max(length for length, _ in rows)
    ids, mask, types, labels = (torch.zeros(len(rows), width, dtype=torch.int64) for _ in range(4))
    labels.fill_(IGNORED)
    for row, (length, first) in enumerate(rows):
        ids[row, :length] = torch.from_numpy(numbers.integers(MASK + 1, vocabulary, length))
        ids[row, 0], ids[row, first - 1], ids[row, length - 1] = CLS, SEP, SEP
        mask[row, :length] = 1
        types[row, first:length] = 1
        places = [] if row == 3 else [p for p in range(1, length) if ids[row, p] > MASK and numbers.random() < 0.3]
        for place in places or ([] if row == 3 else [1]):
            labels[row, place] = ids[row, place]
            change = numbers.random()
            if change < 0.8:
                ids[row, place] = MASK
            elif change < 0.9:
                ids[row, place] = int(numbers.integers(MASK + 1, vocabulary))
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types, "labels": labels,
            "next_sentence_label": torch.tensor([0, 1, 0, 1, 1][:len(rows)])}


def gpt2_inputs(seed=12, lengths=(19, 12, 5, 19), vocabulary=GPT2_VOCABULARY):
    """Rows padded on the right; labels as in transformers (shifted inside): −100 at padding and elsewhere."""
    numbers, width = random(seed), max(lengths)
    ids = torch.full((len(lengths), width), vocabulary - 1)
    mask, labels = torch.zeros_like(ids), torch.full_like(ids, IGNORED)
    for row, length in enumerate(lengths):
        ids[row, :length] = torch.from_numpy(numbers.integers(0, vocabulary - 1, length))
        mask[row, :length] = 1
        labels[row, :length] = ids[row, :length]
    labels[1, 3:6], labels[3, 0], labels[3, lengths[3] - 1] = IGNORED, IGNORED, IGNORED
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def classifier_inputs():
    inputs = bert_inputs(seed=13)
    kept = {name: inputs[name] for name in ("input_ids", "attention_mask", "token_type_ids")}
    return kept | {"labels": torch.tensor([2, 0, 1, 1, 0])}


def losses(model, inputs):
    """(terms by name, all outputs). The losses are written out here, since transformers rounds GPT-2's to float32."""
    given = {k: v for k, v in inputs.items() if "label" not in k}
    out = model(**given, output_hidden_states=True)
    if isinstance(model, transformers.BertForPreTraining):
        mlm = cross_entropy(out.prediction_logits.flatten(0, 1), inputs["labels"].flatten())
        nsp = cross_entropy(out.seq_relationship_logits, inputs["next_sentence_label"])
        terms = {"loss": mlm + nsp, "loss.mlm": mlm, "loss.nsp": nsp}
    elif isinstance(model, (transformers.GPT2LMHeadModel, transformers.LlamaForCausalLM, transformers.BloomForCausalLM)):
        terms = {"loss": cross_entropy(out.logits[:, :-1].flatten(0, 1), inputs["labels"][:, 1:].flatten())}
    else:
        terms = {"loss": cross_entropy(out.logits, inputs["labels"])}
    theirs = model(**inputs).loss
    assert abs(theirs.item() - terms["loss"].item()) < 1e-6 * abs(theirs.item()), "not the loss of transformers"
    return terms, out


def evaluate(model, inputs, dtype=torch.float64):
    """Losses, logits, hidden states and gradients; places of padding are set to zero."""
    model = copy.deepcopy(model).to(dtype)
    terms, out = losses(model, inputs)
    terms["loss"].backward()
    real = inputs["attention_mask"].bool().unsqueeze(-1)
    tensors = dict(terms)
    for name in ("prediction_logits", "seq_relationship_logits", "logits"):
        if name in out:
            tensors[name] = out[name] * real if out[name].dim() == 3 else out[name]
    for index, state in enumerate(out.hidden_states):
        tensors[f"hidden.{index}"] = state * real
    for name, parameter in model.named_parameters():
        tensors[f"grad.{name}"] = parameter.grad
    return tensors


def cases():
    return {"bert": (bert(), bert_inputs()), "gpt2": (gpt2(), gpt2_inputs()),
            "llama": (llama(), gpt2_inputs(seed=16)), "bloom": (bloom(), gpt2_inputs(seed=17)),
            "bert-classifier": (bert_classifier(), classifier_inputs())}


def write(folder):
    for name, (model, inputs) in cases().items():
        model.save_pretrained(folder / name)
        write_tensors(folder / name / "inputs.safetensors", inputs)
        write_tensors(folder / name / "outputs.safetensors", evaluate(model, inputs))
