#!/usr/bin/env python3
"""A stand-in for the binary, made of PyTorch in float32: the checks must pass with it, and fail with its faults.

It knows `model probe`, `tokenizer encode` and `tokenizer decode`. CLOZE_FAULT names a fault to commit.
"""
import argparse
import json
import os
import sys

import common
from common import models, optimizers, texts
import torch
import transformers
from safetensors.torch import save_file
from tokenizers import Tokenizer

FAULT = os.environ.get("CLOZE_FAULT", "")


def probe(options):
    name = json.load(open(f"{options.model}/config.json"))["architectures"][0]
    model = getattr(transformers, name).from_pretrained(options.model, attn_implementation="eager").float()
    model.eval()
    inputs, report = common.load_file(options.inputs), {}
    if "labels" in inputs:
        tensors = models.evaluate(model, inputs, torch.float32)
    else:
        with torch.no_grad():
            states = model(**inputs, output_hidden_states=True).hidden_states
        tensors = {f"hidden.{i}": state for i, state in enumerate(states)}
    if not options.gradients:
        tensors = {key: value for key, value in tensors.items() if not key.startswith("grad.")}
    commit(tensors)
    save_file({key: value.detach().contiguous().clone() for key, value in tensors.items()}, options.outputs)
    if options.adamw_steps:
        model, report = optimizers.ten_steps(model, inputs, torch.float32)
        if FAULT == "step":
            next(model.parameters()).data[0, 0] += 1e-4
        model.save_pretrained(options.stepped)
    print(json.dumps(report))


def commit(tensors):
    """The faults of a wrong build."""
    gradient = next((name for name in tensors if name.endswith("query.weight") or name.endswith("c_attn.weight")), None)
    if FAULT == "sign":
        tensors[gradient] = -tensors[gradient]
    elif FAULT == "factor":
        tensors[gradient] = tensors[gradient] * 1.001
    elif FAULT == "missing":
        del tensors[gradient]
    elif FAULT == "state":
        tensors["hidden.1"] = tensors["hidden.1"] * 1.0001
    elif FAULT == "loss":
        tensors["loss"] = tensors["loss"] * 1.00001
    elif FAULT == "nan":
        tensors["hidden.1"][0, 0, 0] = torch.nan


def encode(options):
    tokenizer = Tokenizer.from_file(f"{options.tokenizer}/tokenizer.json")
    for line in sys.stdin:
        asked = json.loads(line)
        row = texts.row(tokenizer, asked["text"], asked.get("pair"), not options.no_special_tokens, options.max_length)
        if FAULT == "offset" and row["offsets"]:
            row["offsets"][-1] = (0, 1000)
        if FAULT == "id" and row["ids"]:
            row["ids"][0] += 1
        if FAULT == "word" and row["word_ids"]:
            row["word_ids"][-1] = 1000
        print(json.dumps({key: row[key] for key in ("ids", "tokens", "offsets", "word_ids", "type_ids")}))


def decode(options):
    tokenizer = Tokenizer.from_file(f"{options.tokenizer}/tokenizer.json")
    for line in sys.stdin:
        text = tokenizer.decode(json.loads(line)["ids"], skip_special_tokens=not options.keep_special_tokens)
        print(json.dumps({"text": text + " " if FAULT == "decode" else text}))


def main():
    verb, parser = " ".join(sys.argv[1:3]), argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    if verb == "model probe":
        parser.add_argument("model")
        for flag in ("--inputs", "--outputs", "--stepped"):
            parser.add_argument(flag)
        for flag in ("--learning-rate", "--epsilon", "--weight-decay", "--clip-norm"):
            parser.add_argument(flag, type=float)
        for flag in ("--adamw-steps", "--warmup-steps"):
            parser.add_argument(flag, type=int, default=0)
        parser.add_argument("--gradients", action="store_true")
    else:
        parser.add_argument("--tokenizer")
        parser.add_argument("--max-length", type=int)
        parser.add_argument("--no-special-tokens", action="store_true")
        parser.add_argument("--keep-special-tokens", action="store_true")
    verbs = {"model probe": probe, "tokenizer encode": encode, "tokenizer decode": decode}
    verbs[verb](parser.parse_args(sys.argv[3:]))


if __name__ == "__main__":
    main()
