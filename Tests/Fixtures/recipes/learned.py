"""Small vocabularies for the tokenizers of exactness.py, trained by the libraries on invented text."""
import base64
import io
import json
import tempfile

import numpy
import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import Tokenizer, pre_tokenizers, trainers

from . import corpus, invented
from .vocabularies import wordpiece

BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
# Our own rules of normalization, as lines of hexadecimal code points: widths, ligatures, ideographic and other spaces,
# compositions that are prefixes of others, an expansion of four, invisible characters that go, and upper case.
RULES = ["FB01\t66 69", "FB03\t66 66 69", "3000\t20", "A0\t20", "9\t20", "A\t20", "D\t20", "2003\t20", "200B\t", "AD\t",
         "FEFF\t", "41 30A\tE5", "41 30A 301\t1FB", "61 30A\tE5", "61 301\tE1", "65 301\tE9", "65 301 323\t1EB9 301",
         "6F 308\tF6", "3300\t30A2 30D1 30FC 30C8", "3314\t30AD 30ED", "2460\t31", "BD\t31 2044 32", "FF76 FF9E\t30AC",
         "FF76\t30AB", "304B 3099\t304C", "1100 1161\tAC00", "1100 1161 11A8\tAC01", "AC00 11A8\tAC01", "130\t69 307",
         "DF\t73 73", "1E9E\t73 73", "2126\t3C9", "212B\tE5", "2026\t2E 2E 2E", "1F600\t3A 29", "1F468 200D 1F469\t32",
         "FDFA\t635 644 649", "E000\t78 79", "10FFFD\t7A", "5D0 5B7\tFB2E", "201C\t22", "201D\t22"]
RULES += [f"{code:X}\t{code - 0xFEE0:X}" for code in range(0xFF01, 0xFF5F)]
FOLDS = [f"{code:X}\t{code + 0x20:X}" for code in (*range(0x41, 0x5B), *range(0xC0, 0xD7), *range(0x391, 0x3A2))]


def texts():
    """What byte-level vocabularies learn from: sentences, and lines with code, emoji and scripts."""
    return corpus.sentences(300) + [line for line in invented.lines() if isinstance(line, str)]


def few_letters():
    """Sentences with so few different characters that rare ones are unknown to what learns from them."""
    return [line for line in corpus.sentences(400) if all(c < "\u0250" or "\u0400" <= c < "\u0500" for c in line)]


def by_id(vocabulary):
    return dict(sorted(vocabulary.items(), key=lambda entry: entry[1]))


def bpe(size, pre_tokenizer, normalizer=None, first=(), suffix=None, prefix=None, lines=None):
    """The vocabulary and merges of a pair encoding of what the parts of a tokenizer.json leave of the lines.

    Symbols with a suffix or prefix would be numbered in the order of a hash table; sorted among the "special" ones they
    keep their numbers.
    """
    empty = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": normalizer,
             "pre_tokenizer": pre_tokenizer, "post_processor": None, "decoder": None,
             "model": {"type": "BPE", "vocab": {}, "merges": []}}
    tokenizer, lines = Tokenizer.from_str(json.dumps(empty)), texts() if lines is None else lines
    split = lambda line: tokenizer.pre_tokenizer.pre_tokenize_str(
        line if normalizer is None else tokenizer.normalizer.normalize_str(line))
    first, words = list(first), {word for line in lines for word, _ in split(line)} if suffix or prefix else ()
    if suffix:
        first += sorted({word[-1] + suffix for word in words})
    if prefix:
        first += sorted({prefix + character for word in words for character in word[1:]})
    options = {"end_of_word_suffix": suffix, "continuing_subword_prefix": prefix}
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=first, show_progress=False,
                                  **{key: value for key, value in options.items() if value})
    tokenizer.train_from_iterator(lines, trainer)
    return by_id(tokenizer.get_vocab()), json.loads(tokenizer.model.__getstate__())["merges"]


def byte_bpe(size, pre_tokenizer, normalizer=None):
    """A byte-level encoding: the 256 byte symbols, in their order, come first."""
    return bpe(size, pre_tokenizer, normalizer, first=sorted(pre_tokenizers.ByteLevel.alphabet()))


def wordpieces(size, lowercase):
    return by_id(wordpiece(corpus.sentences(300), size, lowercase))


def sentence_pieces(kind, size, rules=None, lines=None, **options):
    """A model of the sentencepiece library as a protocol buffer, without the names of files it was made from."""
    out = io.BytesIO()
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        file.write("".join(line + "\n" for line in rules or ()))
        file.flush()
        named = {"normalization_rule_tsv": file.name} if rules else {"normalization_rule_name": "identity"}
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(lines or texts()), model_writer=out, model_type=kind, vocab_size=size,
            character_coverage=0.98, num_threads=1, minloglevel=2, hard_vocab_limit=False, **named, **options)
    model = sentencepiece_model_pb2.ModelProto.FromString(out.getvalue())
    model.normalizer_spec.ClearField("normalization_rule_tsv")
    model.trainer_spec.ClearField("input")
    model.trainer_spec.ClearField("model_prefix")
    return model


def pieces(model):
    """[piece, score] in the order of ids; scores are the shortest decimals that are the same float."""
    return [[piece.piece, float(str(numpy.float32(piece.score)))] for piece in model.pieces]


def charsmap(model):
    """The compiled rules, as tokenizer.json holds them."""
    return base64.b64encode(model.normalizer_spec.precompiled_charsmap).decode()
