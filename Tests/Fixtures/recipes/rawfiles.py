"""Vocabulary files of sentencepiece and tiktoken, and the ids that these libraries give the tricky lines.

`digests.txt` is as in exactness.py, but over the number of ids and the ids alone. No text is read as a special token.
"""
import base64

import sentencepiece
import tiktoken

from . import learned, tricky
from .exactness import SHOWN, fold, write_digests
from .family import POSSESSIVE
from .shapes import byte_level, pre_tokenizers, split
from .writing import write_rows

# The last is refused.
SENTENCE_PIECES = {
    "sentencepiece-unigram": ("unigram", 420, learned.RULES, {}),
    "sentencepiece-unigram-bytes": ("unigram", 560, None, {"byte_fallback": True, "add_dummy_prefix": False}),
    "sentencepiece-bpe": ("bpe", 560, None, {"byte_fallback": True, "remove_extra_whitespaces": False}),
    "sentencepiece-bpe-suffix": ("bpe", 400, learned.RULES, {"treat_whitespace_as_suffix": True,
                                                             "user_defined_symbols": "<mask>,[MASK]"}),
}


def write_ids(home, encode):
    """What `encode` makes of a few texts in full, and the digests of all lines."""
    write_rows(home / "cases.jsonl", [{"text": text, "ids": encode(text)} for text in SHOWN])
    ids = [encode(tricky.expand(line)) for line in tricky.lines()]
    write_digests(home, [fold([len(row), *row]) for row in ids])


def rank_file(vocabulary):
    """The tokens in base 64 with their ranks, and the same as a table; bytes in the place of the byte alphabet."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in visible]
    byte_of = {chr(byte): byte for byte in visible} | {chr(256 + i): byte for i, byte in enumerate(hidden)}
    ranks = {bytes(byte_of[symbol] for symbol in token): id for token, id in vocabulary.items()}
    return "".join(f"{base64.b64encode(token).decode()} {rank}\n" for token, rank in ranks.items()), ranks


def write(folder):
    home = folder / "rawfiles"
    for name, (kind, size, rules, options) in SENTENCE_PIECES.items():
        model = learned.sentence_pieces(kind, size, rules, **options).SerializeToString(deterministic=True)
        (home / name).mkdir(parents=True, exist_ok=True)
        (home / name / "tokenizer.model").write_bytes(model)
        if "treat_whitespace_as_suffix" in options:
            continue  # Cloze refuses it
        write_ids(home / name, sentencepiece.SentencePieceProcessor(model_proto=model).encode)
    words, _ = learned.byte_bpe(440, pre_tokenizers(split(POSSESSIVE), byte_level(regex=False)))
    lines, ranks = rank_file(words)
    (home / "tiktoken").mkdir(parents=True, exist_ok=True)
    (home / "tiktoken" / "cl100k_base.tiktoken").write_text(lines)
    encoding = tiktoken.Encoding("small", pat_str=POSSESSIVE, mergeable_ranks=ranks, special_tokens={})
    write_ids(home / "tiktoken", encoding.encode_ordinary)
