#!/usr/bin/env python3
"""A sentence-transformers folder written by Cloze: does the library load it, and give the same vectors?

    check_sentence_transformers.py FOLDER
    check_sentence_transformers.py FOLDER --texts LINES --vectors V.npy     vectors from `cloze embed`
    check_sentence_transformers.py FOLDER --pooling mean --normalized       and what its modules must be
"""
import argparse
import json
import pathlib

import numpy
from common import Findings, corpus, weights
from sentence_transformers import SentenceTransformer


def check_files(folder, findings):
    for name in ("modules.json", "config_sentence_transformers.json", "sentence_bert_config.json", "config.json",
                 "model.safetensors", "tokenizer.json", "tokenizer_config.json", "1_Pooling/config.json"):
        findings.claim((folder / name).exists(), f"{name} is there")
    names = list(weights(folder))
    findings.claim(not any(n.startswith(("bert.", "cls.")) for n in names), "a headless encoder, without a prefix")
    architecture = json.loads((folder / "config.json").read_text())["architectures"]
    findings.claim(architecture == ["BertModel"], f"config.json says {architecture}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--texts", type=pathlib.Path)
    parser.add_argument("--vectors", type=pathlib.Path)
    parser.add_argument("--pooling", choices=("mean", "cls", "max"))
    parser.add_argument("--normalized", action="store_true")
    options = parser.parse_args()
    findings = Findings(f"sentence-transformers on {options.folder.name}")
    check_files(options.folder, findings)
    model = SentenceTransformer(str(options.folder), device="cpu")
    kinds = [type(module).__name__ for module in model]
    findings.claim(kinds[:2] == ["Transformer", "Pooling"], f"modules: {', '.join(kinds)}")
    findings.claim(model.max_seq_length is not None, f"at most {model.max_seq_length} tokens")
    pooling = model[1].pooling_mode
    if options.pooling:
        right = pooling in (options.pooling, (options.pooling,))
        findings.claim(right, f"pooling by {pooling}, wanted {options.pooling}")
    if options.normalized:
        findings.claim("Normalize" in kinds, "vectors are normalized")
    lines = options.texts.read_text().split("\n") if options.texts else list(corpus.SNIPPETS)
    lines = lines[:-1] if options.texts and lines[-1] == "" else lines
    vectors = model.encode(lines, batch_size=8, convert_to_numpy=True)
    findings.claim(bool(numpy.isfinite(vectors).all()), f"{vectors.shape[0]} finite vectors of {vectors.shape[1]}")
    if options.vectors:
        mine = numpy.load(options.vectors)
        if findings.claim(mine.shape == vectors.shape, f"vectors of shape {mine.shape}, wanted {vectors.shape}"):
            off = float(numpy.abs(mine - vectors).max() / numpy.abs(vectors).max())
            findings.claim(off <= 1e-5, f"vectors off by {off:.1e} of 1e-5 of the largest")
    findings.finish()


if __name__ == "__main__":
    main()
