#!/usr/bin/env python3
"""Embedding throughput of sentence-transformers on the CPU: sentences and tokens per second, one JSON line.

    embed.py LINES TOKENIZER.json [--preset bert-mini] [--mode float32|bfloat16] [--length 64] [--batch 64]
             [--count 10000] [--lock FILE]

Random weights, mean pooling, sentences cut to a length and sorted by it, tokenizing counted. bfloat16 is autocast.
"""
import argparse
import contextlib
import pathlib
import tempfile

import sentence_transformers
import torch
import transformers
from measure import alone, rates, repeat, report
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from training import PRESETS


def make(preset, tokenizer, length):
    layers, width, heads, vocabulary, *_ = PRESETS[preset]
    words = transformers.PreTrainedTokenizerFast(tokenizer_file=tokenizer, pad_token="[PAD]", unk_token="[UNK]",
                                                 cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]")
    config = transformers.BertConfig(vocab_size=max(vocabulary, len(words)), hidden_size=width,
                                     num_hidden_layers=layers, num_attention_heads=heads, intermediate_size=4 * width)
    with tempfile.TemporaryDirectory() as folder:
        transformers.BertModel(config).save_pretrained(folder)
        words.save_pretrained(folder)
        modules = [Transformer(folder, max_seq_length=length), Pooling(width, "mean")]
        return SentenceTransformer(modules=modules, device="cpu"), words


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lines", type=pathlib.Path)
    parser.add_argument("tokenizer")
    parser.add_argument("--preset", choices=[p for p in PRESETS if p.startswith("bert")], default="bert-mini")
    parser.add_argument("--mode", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--length", type=int, default=64)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--lock")
    options = parser.parse_args()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    lines = [line for line in options.lines.read_text().splitlines() if line.strip()][:options.count]
    model, words = make(options.preset, options.tokenizer, options.length)
    tokens = sum(map(len, words(lines, truncation=True, max_length=options.length)["input_ids"]))
    half = options.mode == "bfloat16"
    with torch.autocast("cpu", torch.bfloat16) if half else contextlib.nullcontext():
        model.encode(lines[:options.batch])
        with alone(options.lock):
            times, busy = repeat(lambda _: model.encode(lines, batch_size=options.batch), seconds=0, least=3)
    report(what="embedding", peer=f"torch {torch.__version__}, transformers {transformers.__version__}, "
                                  f"sentence-transformers {sentence_transformers.__version__}",
           preset=options.preset, mode=options.mode, length=options.length, batch=options.batch,
           threads=options.threads, count=len(lines), tokens=tokens, sentences_per_second=rates(times, len(lines)),
           tokens_per_second=rates(times, tokens), busy=round(busy / options.threads, 2))


if __name__ == "__main__":
    main()
