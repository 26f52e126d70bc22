"""What the library makes of the tricky lines with every tokenizer of `family` and `singles`.

`cases.jsonl` holds some encodings in full and decodings of random ids; `digests.txt` holds a digest of each tricky line
in two hexadecimal digits, sixty-four to a row, below the digest of them all.

The digest of a line is FNV-1a of 64 bits with whole numbers instead of bytes: the number of tokens; of each token its
id, begin, end and word id (2^64 - 1 for none); the number of bytes of the decoding without special tokens and those
bytes; the same of the decoding with them. Its two digits are the exclusive or of its eight bytes. The digest of all is
taken over the digests of the lines.
"""
import json

from tokenizers import Tokenizer

from . import family, singles, texts, tricky
from .writing import random, write_rows

BASIS, PRIME, NONE = 0xCBF29CE484222325, 0x100000001B3, 0xFFFFFFFFFFFFFFFF
SHOWN = (
    "", " ", "a", "The baker mends 12.", "<s>a</s> <mask> [MASK]b", " <left> <right><word>x  y", "I'LL don\u2019t!",
    "e\u0301\u0323 é Å ﬁ ①", "<|endoftext|> Café<both> cafe\u0301", "x\r\n\t y\u00a0z\u200b", "河边 ねこ 고양이", "👩‍👩‍👧 👍🏽",
    "1234567 \u0663", "\ufffd\u0000\ue000\U0010ffff", "if (x_1):\n    'y'", "unbelievably", "İ ΣΑΣ ß", "``q'' ...",
)
PAIRS = (("The ferry.", " before 9?"), ("", "only the second"), ("Jörg isn't", "在河边 👋"))


def row(tokenizer, *asked, **options):
    """A row of texts.py without what goes without saying: tokens as the vocabulary has them, only zeros, and so on."""
    full = texts.row(tokenizer, *asked, **options)
    implied = {"tokens": [tokenizer.id_to_token(id) for id in full["ids"]], "add_special_tokens": True,
               "decoded_with_special_tokens": full["decoded"], "type_ids": [0] * len(full["ids"]),
               "special_tokens_mask": [0] * len(full["ids"])}
    return {key: value for key, value in full.items() if key not in implied or value != implied[key]}


def cases(tokenizer, seed, count):
    """Full encodings: texts, pairs, without special tokens, cut; and decodings of random ids."""
    rows = [row(tokenizer, text) for text in SHOWN[:count]]
    rows += [row(tokenizer, text, special=False) for text in SHOWN[3:5]]
    rows += [row(tokenizer, *pair) for pair in PAIRS] + [row(tokenizer, *PAIRS[0], special=False)]
    rows += [row(tokenizer, SHOWN[3], length=length) for length in (3, 6)]
    rows += [row(tokenizer, *pair, length=length) for pair, length in ((PAIRS[0], 5), (PAIRS[0], 8), (PAIRS[2], 7))]
    numbers, size = random(seed), tokenizer.get_vocab_size()
    for length in [0, *(int(n) for n in numbers.integers(1, 11, count - 2))]:
        ids = numbers.integers(0, size, length).tolist()
        rows.append({"decode": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=True),
                     "decoded_with_special_tokens": tokenizer.decode(ids, skip_special_tokens=False)})
    return rows


def fold(values, state=BASIS):
    for value in values:
        state = (state ^ value) * PRIME & NONE
    return state


def line_digest(tokenizer, text):
    encoding = tokenizer.encode(text)
    values = [len(encoding.ids)]
    for id, (begin, end), word in zip(encoding.ids, encoding.offsets, encoding.word_ids):
        values += (id, begin, end, NONE if word is None else word)
    for skips in (True, False):
        decoded = tokenizer.decode(encoding.ids, skip_special_tokens=skips).encode()
        values += (len(decoded), *decoded)
    return fold(values)


def two_digits(digest):
    digit = 0
    for byte in digest.to_bytes(8, "little"):
        digit ^= byte
    return f"{digit:02x}"


def write_digests(home, digests):
    """`digests.txt`, of the digests of all lines."""
    digits = "".join(map(two_digits, digests))
    rows = [digits[i:i + 128] for i in range(0, len(digits), 128)]
    (home / "digests.txt").write_text("\n".join([f"{fold(digests):016x}", *rows]) + "\n")


def write(folder):
    home, lines = folder / "exactness", [tricky.expand(line) for line in tricky.lines()]
    for seed, (name, shape) in enumerate([*family.every(), *singles.every()]):
        write_rows(home / name / "tokenizer.json", [shape])
        tokenizer = Tokenizer.from_file(str(home / name / "tokenizer.json"))
        count = len(SHOWN) if len(json.dumps(shape)) > 5500 else 10
        write_rows(home / name / "cases.jsonl", cases(tokenizer, 100 + seed, count))
        write_digests(home / name, [line_digest(tokenizer, line) for line in lines])
