#!/usr/bin/env python3
"""A Hugging Face folder written by Cloze: does transformers load it as it lies, and compute the same?

    check_folder.py FOLDER                                    names, types, header, tokenizer, a round trip
    check_folder.py FOLDER --cloze .build/release/cloze       and outputs and gradients of a batch, there and back
    check_folder.py FOLDER --inputs I --outputs O             and outputs that `model probe` wrote before
"""
import argparse
import json
import pathlib
import struct
import tempfile

import torch
import transformers
from safetensors.torch import save_file

from common import Findings, compare_outputs, compare_weights, load_file, models, run, weights


def load(folder, findings):
    """The model of the class that config.json names; no key may be missing, left over or of another shape."""
    name = json.loads((folder / "config.json").read_text())["architectures"][0]
    model, report = getattr(transformers, name).from_pretrained(
        folder, output_loading_info=True, attn_implementation="eager", dtype="auto")
    for kind in ("missing_keys", "unexpected_keys", "mismatched_keys", "error_msgs"):
        keys = sorted(map(str, report.get(kind, ())))
        findings.claim(not keys, f"{name}: no {kind.replace('_', ' ')}" + "".join(f"; {key}" for key in keys))
    automatic = transformers.AutoModel.from_pretrained(folder)
    same = automatic.config.model_type == model.config.model_type
    findings.claim(same, f"AutoModel gives {type(automatic).__name__}")
    return model.eval()


def check_header(path, findings):
    """The header's own promises: padded so that data begins at a multiple of 8, and marked as PyTorch's."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    findings.claim(length % 8 == 0, f"{path.name}: data begins at byte {8 + length}, a multiple of 8")
    findings.claim(header.get("__metadata__", {}).get("format") == "pt", f"{path.name}: metadata says format pt")


def check_tokenizer(folder, config, findings):
    if not (folder / "tokenizer.json").exists():
        return print("  · no tokenizer in this folder")
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    size = len(tokenizer)
    findings.claim(size <= config.vocab_size, f"{type(tokenizer).__name__}: {size} tokens for {config.vocab_size} rows")
    if config.model_type == "bert":
        specials = {"pad": 0, "unk": 1, "cls": 2, "sep": 3, "mask": 4}
        missing = [name for name in specials if getattr(tokenizer, f"{name}_token_id") is None]
        findings.claim(not missing, "[PAD] [UNK] [CLS] [SEP] [MASK] are known" + "".join(f"; not {m}" for m in missing))
    else:
        findings.claim(tokenizer.eos_token_id is not None, f"end-of-text is {tokenizer.eos_token_id}")


def random_batch(model):
    """A batch with padding and labels that fits the model's vocabulary and positions."""
    config = model.config
    if config.model_type != "bert":
        length = min(19, getattr(config, "max_position_embeddings", config.to_dict().get("seq_length", 19)))
        return models.gpt2_inputs(lengths=(length, max(7, length // 2), 6, length), vocabulary=config.vocab_size)
    length = min(23, config.max_position_embeddings)
    rows = ((length, length // 2), (length * 3 // 4, 4), (6, 6), (length // 2, 3), (4, 2))
    inputs = models.bert_inputs(rows=rows, vocabulary=config.vocab_size)
    if isinstance(model, transformers.BertForSequenceClassification):
        inputs = {name: value for name, value in inputs.items() if "label" not in name}
        inputs["labels"] = torch.arange(len(rows)) % config.num_labels
    elif not isinstance(model, transformers.BertForPreTraining):
        inputs = {name: value for name, value in inputs.items() if "label" not in name}
    return inputs


def reference(model, inputs):
    """Outputs and gradients in float64; of a model without a loss only the states."""
    if "labels" in inputs:
        return models.evaluate(model, inputs)
    with torch.no_grad():
        states = model.double()(**inputs, output_hidden_states=True).hidden_states
    return {f"hidden.{i}": state for i, state in enumerate(states)}


def probe(cloze, folder, inputs, home):
    """What the binary computes for these inputs."""
    save_file(inputs, home / "inputs.safetensors")
    flags = ["--gradients"] if "labels" in inputs else []
    run(cloze, "model", "probe", folder, "--inputs", home / "inputs.safetensors",
        "--outputs", home / "outputs.safetensors", *flags)
    return load_file(home / "outputs.safetensors")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--cloze")
    parser.add_argument("--inputs", type=pathlib.Path)
    parser.add_argument("--outputs", type=pathlib.Path)
    options = parser.parse_args()
    findings = Findings(f"folder {options.folder.name}")
    model = load(options.folder, findings)
    for path in sorted(options.folder.glob("*.safetensors")):
        if path.name.startswith("model"):
            check_header(path, findings)
    check_tokenizer(options.folder, model.config, findings)
    with tempfile.TemporaryDirectory() as temporary:
        home = pathlib.Path(temporary)
        model.save_pretrained(home / "again")
        compare_weights(findings, weights(options.folder), weights(home / "again"), 0.0, "saved again by transformers")
        if options.inputs and options.outputs:
            inputs = load_file(options.inputs)
            compare_outputs(findings, load_file(options.outputs), reference(model, inputs), inputs["attention_mask"])
        if options.cloze:
            inputs = random_batch(model)
            found = probe(options.cloze, options.folder, inputs, home)
            back = probe(options.cloze, home / "again", inputs, home)
            same = found.keys() == back.keys() and all(torch.equal(found[n], back[n]) for n in found)
            findings.claim(same, "the folder saved again by transformers gives the binary the same bits")
            compare_outputs(findings, found, reference(model, inputs), inputs["attention_mask"])
    findings.finish()


if __name__ == "__main__":
    main()
