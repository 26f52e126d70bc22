"""Unigram segmentations by the Hugging Face library over a vocabulary counted here."""
import collections
import math

from tokenizers.models import Unigram

from . import corpus
from .writing import random, write_json, write_rows

BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
RARE = "日本語ΩщЖ€🙂👩🏽‍🚀\u0301é"


def vocabulary(lines, size):
    """Frequent substrings of the words with log frequencies in steps of a quarter, so that equal sums are many.

    Of the rare characters only pieces of several are in it: they can be spelled, but not one by one.
    """
    words = collections.Counter("▁" + word for line in lines for word in line.split(" ") if word)
    counts = collections.Counter()
    for word, count in words.items():
        for start in range(len(word)):
            for end in range(start + 1, min(start + 8, len(word)) + 1):
                if end == start + 1 or not any(character in RARE for character in word[start:end]):
                    counts[word[start:end]] += count
    for character in RARE:
        counts.pop(character, None)
    total = sum(counts.values())
    kept = sorted(counts, key=lambda piece: (-counts[piece], piece))[:size]
    pieces = [["<unk>", 0.0]] + [[piece, round(4 * math.log(counts[piece] / total)) / 4] for piece in kept]
    return pieces + [["日本", -9.5], ["本語", -9.5], ["日本語", -19.0], ["<s>", -1.25]]


def words(lines):
    """Words as they are, with rare characters put in, cut short, run together, and without any letter known."""
    numbers = random(5)
    plain = sorted({"▁" + word for line in lines for word in line.split(" ") if word})
    plain = [plain[i] for i in sorted(numbers.choice(len(plain), min(200, len(plain)), replace=False))]
    found = plain + ["", "▁", "▁▁▁", "<unk>", "a<unk>b", "日<unk>", "<s>x", "<0x41>", "日", "日本", "日本語", "語本日",
                     "a日b", "日a日", "日日", "🙂🙂a🙂", "👩🏽‍🚀", "e\u0301é", "\u0301", "\x00a\x00", "a" * 200,
                     "".join(plain)[:3000], RARE * 20]
    for word in plain[:130]:
        place = int(numbers.integers(0, len(word) + 1))
        length = int(numbers.integers(1, 4))
        rare = "".join(RARE[i] for i in numbers.integers(0, len(RARE), length))
        found.append(word[:place] + rare + word[place:])
        found.append(word[place:])
    return list(dict.fromkeys(found))


def write(folder):
    lines = corpus.sentences(400)
    pieces = vocabulary(lines, 700)
    home = folder / "tokenizers" / "unigram"
    write_json(home / "pieces.json", pieces)
    fallback = pieces + [[token, -2.0] for token in BYTES]
    rows = []
    # Without the last byte some characters have no spelling in bytes.
    for name, vocab, falls_back in (("plain", pieces, False), ("bytes", fallback, True), ("short", fallback[:-70], True)):
        model = Unigram([(piece, score) for piece, score in vocab], 0, falls_back)
        for word in words(lines):
            tokens = model.tokenize(word)
            if name != "plain" and not any(token.id == 0 or token.value in BYTES for token in tokens):
                continue
            ends = [token.offsets[1] for token in tokens]
            rows.append({"model": name, "word": word, "ids": [token.id for token in tokens], "ends": ends})
    # Scores above zero: two unknown characters beat the piece that spells both, and then become it.
    pieces = [["<unk>", 30.0], ["日本", 20.0], ["a", 15.0], ["aa", 31.0]]
    model = Unigram([(piece, score) for piece, score in pieces], 0, False)
    write_json(home / "positive.json", pieces)
    for word in ["日本", "日本日本", "a日本", "日a本", "aaa", "aaaa", "語a日本aa"]:
        tokens = model.tokenize(word)
        ends = [token.offsets[1] for token in tokens]
        rows.append({"model": "positive", "word": word, "ids": [token.id for token in tokens], "ends": ends})
    write_rows(home / "segmentations.jsonl", rows)
