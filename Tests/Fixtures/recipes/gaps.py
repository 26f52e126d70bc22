"""Tokenizers whose ids have gaps, or whose added tokens have other ids than the file says, as the library reads them.

`tokenizer.json` is what is read. `library.json` is what the library makes of it: `size` and `model_size`, each token's
id by its name, the token of every id up to the first without, rows of texts and of ids as in exactness.py, and the
`added_tokens` and `vocab` of the file that it writes again.
"""
import json

from tokenizers import Tokenizer

from .exactness import row
from .shapes import bpe, byte_level, part, template, tokenizer, wordpiece
from .writing import write_rows

TEXTS = ("", "a b ab <x> <y> c", "aab<x>b <y><z> the end", "<s> a</s>b ##b [MASK] a",
         "xaxb z\u00e9ab\u4e2da a\u00e9")


def words(vocabulary, **parts):
    return tokenizer(part("WordLevel", vocab=vocabulary, unk_token="?"), pre=part("WhitespaceSplit"), **parts)


def renumbered(file, ids):
    """A file that states these ids of added tokens, and lists them in this order."""
    known = {entry["content"]: entry for entry in file["added_tokens"]}
    return file | {"added_tokens": [known[name] | {"id": id} for name, id in ids]}


def every():
    gapped = {"?": 0, "a": 1, "b": 4, "ab": 9}
    full = {"?": 0, "a": 1, "b": 2, "ab": 3}
    yield "words", words(gapped)
    yield "words-late", words({"?": 3, "a": 7, "b": 70_000})
    yield "pieces", tokenizer(wordpiece({"[UNK]": 2, "a": 5, "##b": 8, "##a": 1, "b": 11}), pre=part("BertPreTokenizer"),
                              decoder=part("WordPiece", prefix="##", cleanup=True), special=["[MASK]"])
    spelled = {"a": 3, "b": 5, "\u0120": 6, "c": 20, "ab": 8, "\u0120a": 21}
    yield "bytes", tokenizer(bpe(spelled, [("a", "b"), ("\u0120", "a")]), pre=byte_level(), decoder=byte_level(),
                             special=["<x>"])
    yield "added-far", renumbered(words(full, special=["<x>"], added=["<y>"]), [("<x>", 10), ("<y>", 40)])
    yield "added-swapped", renumbered(words(full, special=["<x>"], added=["<y>"]), [("<y>", 5), ("<x>", 4)])
    yield "added-known", renumbered(words(full, special=["a", "<x>"]), [("a", 3), ("<x>", 2)])
    yield "added-before-known", renumbered(words(gapped, special=["<x>", "ab"]), [("<x>", 5), ("ab", 9)])
    # The next number, four, is that of "b": text has it on two ways.
    yield "shared", words(gapped, special=["<x>"], added=["<y>"])
    yield "shared-plain", words({"?": 0, "a": 1, "<s>": 2, "ab": 4, "b": 5}, special=["<s>"], added=["<y>", "<x>"])
    twice = renumbered(words(full, special=["<x>"], added=["<y>"]), [("<x>", 4), ("<x>", 6), ("<y>", 5)])
    twice["added_tokens"][1] = twice["added_tokens"][1] | {"lstrip": True}
    yield "added-twice", twice
    marks = {"<s>": 3, "</s>": 9, "<gap>": 7}
    yield "template", words(gapped, special=["<s>"], post=template(marks, "<s> $A </s>", "<gap> $A $B:1 <s>:1"))
    pair = part("BertProcessing", cls=["<cls>", 2], sep=["<sep>", 4])
    yield "template-bert", words(gapped, post=pair)
    yield "unigram", renumbered(
        tokenizer(part("Unigram", unk_id=0, vocab=[["?", 0.0], ["a", -1.0], ["b", -2.0], ["ab", -2.5]],
                       byte_fallback=False), pre=part("WhitespaceSplit"), decoder=part("Fuse"), special=["<x>"],
                  added=["<y>"]), [("<y>", 9), ("<x>", 6)])


def library(file):
    found = Tokenizer.from_str(json.dumps(file))
    tokens = dict(sorted(found.get_vocab().items(), key=lambda entry: (entry[1], entry[0])))
    written = json.loads(found.to_str())
    last = max(tokens.values()) + 2
    # Of a large range only the ends.
    ids = [id for id in range(last) if id < 40 or id > last - 10]
    rows = [row(found, text) for text in TEXTS] + [row(found, TEXTS[1], TEXTS[2])]
    for some in (ids, ids[::-1], ids[::2], ids[1::3]):
        rows.append({"decode": some, "decoded": found.decode(some, skip_special_tokens=True),
                     "decoded_with_special_tokens": found.decode(some, skip_special_tokens=False)})
    return {"size": found.get_vocab_size(), "model_size": found.get_vocab_size(with_added_tokens=False),
            "tokens": [[token, id] for token, id in tokens.items()],
            "spelled": [[id, found.id_to_token(id)] for id in ids], "rows": rows,
            "added_tokens": written["added_tokens"], "vocab": written["model"]["vocab"]}


def write(folder):
    for name, file in every():
        write_rows(folder / "gaps" / name / "tokenizer.json", [file])
        write_rows(folder / "gaps" / name / "library.json", [library(file)])
