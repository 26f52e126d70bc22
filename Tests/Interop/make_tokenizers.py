#!/usr/bin/env python3
"""Tokenizers of full size in the shapes of published ones, with vocabularies learned from files of one's own.

    make_tokenizers.py FOLDER FILE... [--megabytes 24] [--only NAME...]

For check_exactness.py, whose differences need large vocabularies and much text to show. Each NAME becomes a folder in
FOLDER with a tokenizer.json. The parts are those of the fixtures (Tests/Fixtures/recipes): BERT's with 30,522 and
28,996 pieces, GPT-2's with 50,257, Llama 3's with as many of 128,256 as the text has, Llama 2's from a SentencePiece
model of byte pairs with 32,000, and unigram models of 32,000 under SentencePiece's rules nmt_nfkc (as in T5, XLM-R) and
nmt_nfkc_cf. A text is a line; of the files an even share is learned from.
"""
import argparse
import io
import json
import pathlib

from common import FIXTURES  # noqa: F401 (finds the recipes)
from recipes import family, learned
from recipes.shapes import (bert_normalizer, bpe, byte_level, decoders, metaspace, normalizers, part, pre_tokenizers,
                            processors, replace, split, template, tokenizer, wordpiece)
from recipes.singles import unigram
from recipes.vocabularies import wordpiece as learn_wordpiece
import sentencepiece
from sentencepiece import sentencepiece_model_pb2


def lines_of(files, limit):
    """Lines of all files, every so many bytes' worth, so that about `limit` bytes are kept."""
    every = max(1, -(-sum(path.stat().st_size for path in files) // limit))
    for path in files:
        with open(path, encoding="utf-8", errors="replace", newline="\n") as file:
            for number, line in enumerate(file):
                if number % every == 0 and (line := line.removesuffix("\n")):
                    yield line


def bert(lines, size, lowercase):
    words = learned.by_id(learn_wordpiece(lines, size, lowercase))
    post = template(words, "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1")
    return tokenizer(wordpiece(words), bert_normalizer(lowercase=lowercase), part("BertPreTokenizer"), post,
                     part("WordPiece", prefix="##", cleanup=True), ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])


def byte_pairs(size, pre, lines):
    first = sorted(learned.pre_tokenizers.ByteLevel.alphabet())
    return learned.bpe(size, pre, first=first, lines=lines)


def gpt2(lines):
    words, merges = byte_pairs(50_256, byte_level(), lines)
    return tokenizer(bpe(words, merges), None, byte_level(), byte_level(trim=False), byte_level(), [family.END])


def llama3(lines):
    pre = pre_tokenizers(split(family.GPT_4), byte_level(trim=False, regex=False))
    words, merges = byte_pairs(128_000, pre, lines)
    names = {"<|begin_of_text|>": len(words)}
    post = processors(byte_level(), template(names, "<|begin_of_text|> $A", "<|begin_of_text|> $A <|begin_of_text|>:1 $B:1"))
    return tokenizer(bpe(words, merges, ignore_merges=True), None, pre, post, byte_level(),
                     [*names, "<|end_of_text|>"])


def sentence_pieces(lines, kind, rules, size=32_000, **options):
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=out, model_type=kind, vocab_size=size, minloglevel=1,
        normalization_rule_name=rules, character_coverage=0.9995, hard_vocab_limit=False, max_sentence_length=65_536,
        **options)
    return sentencepiece_model_pb2.ModelProto.FromString(out.getvalue())


def unigram_of(lines, rules):
    model = sentence_pieces(lines, "unigram", rules, pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
    rules = part("Precompiled", precompiled_charsmap=learned.charsmap(model))
    return tokenizer(unigram(learned.pieces(model), 2), normalizers(rules, replace(" {2,}", " ", regex=True)),
                     metaspace(), template({"</s>": 1}, "$A </s>", "$A </s> $B </s>"), metaspace(),
                     ["<pad>", "</s>", "<unk>"])


def llama2(lines):
    """Merges by the rank of what they make, as the converters of such models list them."""
    model = sentence_pieces(lines, "bpe", "identity", byte_fallback=True, split_digits=True)
    ids = {piece.piece: id for id, piece in enumerate(model.pieces)}
    ranked = []
    for piece, id in ids.items():
        cuts = [(piece[:i], piece[i:]) for i in range(1, len(piece))] if model.pieces[id].type == 1 else []
        pairs = sorted((ids[left], ids[right], left, right) for left, right in cuts if left in ids and right in ids)
        ranked += [(id, left, right) for _, _, left, right in pairs]
    merges = [[left, right] for _, left, right in sorted(ranked, key=lambda merge: merge[0])]
    back = replace("\u2581", " "), part("ByteFallback"), part("Fuse"), part("Strip", content=" ", start=1, stop=0)
    return tokenizer(bpe(ids, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True),
                     normalizers(part("Prepend", prepend="\u2581"), replace(" ", "\u2581")), None,
                     template(ids, "<s> $A", "<s> $A <s>:1 $B:1"), decoders(*back), ["<unk>", "<s>", "</s>"])


SHAPES = {
    "bert-uncased": lambda lines: bert(lines, 30_522, True), "bert-cased": lambda lines: bert(lines, 28_996, False),
    "gpt2": gpt2, "llama3": llama3, "unigram-nfkc": lambda lines: unigram_of(lines, "nmt_nfkc"),
    "unigram-nfkc-folded": lambda lines: unigram_of(lines, "nmt_nfkc_cf"), "llama2": llama2,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("files", type=pathlib.Path, nargs="+")
    parser.add_argument("--megabytes", type=int, default=24)
    parser.add_argument("--only", nargs="+", choices=SHAPES, default=list(SHAPES))
    options = parser.parse_args()
    lines = list(lines_of(options.files, options.megabytes << 20))
    for name in options.only:
        shape = SHAPES[name](lines)
        (options.folder / name).mkdir(parents=True, exist_ok=True)
        (options.folder / name / "tokenizer.json").write_text(json.dumps(shape, ensure_ascii=False))
        print(f"{name}: {len(shape['model']['vocab']):,} tokens from {len(lines):,} lines")


if __name__ == "__main__":
    main()
