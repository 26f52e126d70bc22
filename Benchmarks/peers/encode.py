#!/usr/bin/env python3
"""Tokenizer throughput of other libraries: training and encoding, one JSON line each.

    encode.py TEXT… [--peer tokenizers|sentencepiece|tiktoken] [--kind wordpiece|byte_bpe|unigram]
              [--vocabulary 8192] [--threads 2] [--documents] [--lock FILE]

TEXT: plain or gzip files, a text a line; with --documents lines are joined to some 24 kB for encoding. tiktoken encodes
with byte pairs that tokenizers learned. Megabytes are 10⁶ bytes of UTF-8.
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


def joined(lines, size=24_000):
    """Neighboring lines joined to texts of some size."""
    texts, current, length = [], [], 0
    for line in lines:
        current.append(line)
        length += len(line)
        if length >= size:
            texts.append("\n".join(current))
            current, length = [], 0
    return texts + ["\n".join(current)] if current else texts


def tokenizers_peer(options, lines):
    """Trains; (name, encode a batch and count its tokens)"""
    import tokenizers
    tokenizer, trainer = make(options.kind, options.vocabulary)
    tokenizer.train_from_iterator(lines, trainer)
    encode = tokenizer.encode_batch_fast if hasattr(tokenizer, "encode_batch_fast") else tokenizer.encode_batch
    return f"tokenizers {tokenizers.__version__}", lambda texts: sum(
        len(e.ids) for e in encode(texts, add_special_tokens=False)), tokenizer


def sentencepiece_peer(options, lines):
    import io
    import sentencepiece
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=model, vocab_size=options.vocabulary, num_threads=options.threads,
        model_type="unigram" if options.kind == "unigram" else "bpe", minloglevel=2)
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    return f"sentencepiece {sentencepiece.__version__}", lambda texts: sum(
        map(len, processor.encode(texts, num_threads=options.threads))), None


def tiktoken_peer(options, lines):
    import tiktoken
    _, _, learned = tokenizers_peer(options, lines)
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in visible]
    byte_of = {chr(b): b for b in visible} | {chr(256 + i): b for i, b in enumerate(hidden)}
    pairs = sorted((i, t) for t, i in learned.get_vocab().items() if t != "<|endoftext|>")
    ranks = {bytes(byte_of[c] for c in token): rank for rank, (_, token) in enumerate(pairs)}
    pattern = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
    encoding = tiktoken.Encoding("measured", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    return f"tiktoken {tiktoken.__version__}", lambda texts: sum(
        map(len, encoding.encode_ordinary_batch(texts, num_threads=options.threads))), None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", nargs="+")
    parser.add_argument("--kind", choices=("wordpiece", "byte_bpe", "unigram"), default="wordpiece")
    parser.add_argument("--peer", choices=("tokenizers", "sentencepiece", "tiktoken"), default="tokenizers")
    parser.add_argument("--documents", action="store_true")
    parser.add_argument("--vocabulary", type=int, default=8192)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--megabytes", type=float, default=10)
    parser.add_argument("--lock")
    options = parser.parse_args()
    os.environ["RAYON_NUM_THREADS"] = str(options.threads)
    os.environ["TOKENIZERS_PARALLELISM"] = "true" if options.threads > 1 else "false"
    from measure import alone, rates, repeat, report
    lines = read(options.texts, options.megabytes * 1e6)
    texts = joined(lines) if options.documents else lines
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    peers = dict(tokenizers=tokenizers_peer, sentencepiece=sentencepiece_peer, tiktoken=tiktoken_peer)
    with alone(options.lock):
        begun = time.perf_counter()
        name, count_tokens, _ = peers[options.peer](options, lines)
        seconds = time.perf_counter() - begun
        common = dict(peer=name, kind=options.kind, vocabulary=options.vocabulary, threads=options.threads,
                      megabytes=round(megabytes, 2), documents=options.documents)
        report(what="tokenizer training", seconds=round(seconds, 2), mb_per_second=round(megabytes / seconds, 2),
               **common)
        count = count_tokens(texts)
        times, _ = repeat(lambda _: count_tokens(texts), seconds=0, least=3)
    report(what="encoding", mb_per_second=rates(times, megabytes), tokens_per_second=rates(times, count), **common)


if __name__ == "__main__":
    main()
