#!/usr/bin/env python3
"""Tokenizer throughput of the Hugging Face library: training and encoding, one JSON line each.

    encode.py TEXT… [--kind wordpiece|byte_bpe] [--vocabulary 8192] [--threads 2] [--lock FILE]

TEXT: plain or gzip files, a text a line. Megabytes are 10⁶ bytes of UTF-8.
"""
import argparse
import gzip
import os
import time


def read(paths, limit):
    """Lines that are not empty, up to a number of bytes."""
    lines, size = [], 0
    for path in paths:
        with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
            for line in file:
                if line.strip():
                    lines.append(line.decode("utf-8", "replace").rstrip("\n"))
                    size += len(line)
                if size >= limit:
                    return lines
    return lines


def make(kind, size):
    """(untrained tokenizer, trainer)"""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
    if kind == "wordpiece":
        tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        tokenizer.normalizer, tokenizer.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
        specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        return tokenizer, trainers.WordPieceTrainer(vocab_size=size, special_tokens=specials, show_progress=False)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return tokenizer, trainers.BpeTrainer(vocab_size=size, show_progress=False, special_tokens=["<|endoftext|>"],
                                          initial_alphabet=pre_tokenizers.ByteLevel.alphabet())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", nargs="+")
    parser.add_argument("--kind", choices=("wordpiece", "byte_bpe"), default="wordpiece")
    parser.add_argument("--vocabulary", type=int, default=8192)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--megabytes", type=float, default=10)
    parser.add_argument("--lock")
    options = parser.parse_args()
    os.environ["RAYON_NUM_THREADS"] = str(options.threads)
    os.environ["TOKENIZERS_PARALLELISM"] = "true" if options.threads > 1 else "false"
    import tokenizers
    from measure import alone, rates, repeat, report
    lines = read(options.texts, options.megabytes * 1e6)
    megabytes = sum(len(line.encode()) for line in lines) / 1e6
    tokenizer, trainer = make(options.kind, options.vocabulary)
    common = dict(peer=f"tokenizers {tokenizers.__version__}", kind=options.kind, vocabulary=options.vocabulary,
                  threads=options.threads, megabytes=round(megabytes, 2))
    with alone(options.lock):
        begun = time.perf_counter()
        tokenizer.train_from_iterator(lines, trainer)
        seconds = time.perf_counter() - begun
        report(what="tokenizer training", seconds=round(seconds, 2), mb_per_second=round(megabytes / seconds, 2),
               **common)
        encode = tokenizer.encode_batch_fast if hasattr(tokenizer, "encode_batch_fast") else tokenizer.encode_batch
        count = sum(len(e.ids) for e in encode(lines, add_special_tokens=False))
        times, _ = repeat(lambda _: encode(lines, add_special_tokens=False), seconds=0, least=3)
    report(what="encoding", mb_per_second=rates(times, megabytes), tokens_per_second=rates(times, count), **common)


if __name__ == "__main__":
    main()
