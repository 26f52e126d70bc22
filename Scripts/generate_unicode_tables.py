#!/usr/bin/env python3
"""Writes Sources/Tokenizers/Unicode/UnicodeData.swift: every Unicode property the tokenizers need, asked of the
Hugging Face tokenizers library itself, code point by code point. The library mixes several Unicode versions (one for
categories, one for decompositions, one for lower case, one for its regular expressions); asking it is the only way to
give the same ids. Usage: pip install tokenizers; python3 Scripts/generate_unicode_tables.py
"""
import base64
import pathlib
import unicodedata

import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers

SPACE, CONTROL, CJK, PUNCTUATION, MARK, LETTER, NUMBER, REGEX_SPACE, DECOMPOSES, LOWERS = (1 << i for i in range(10))
HANGUL = range(0xAC00, 0xD7A4)

nfd = normalizers.NFD().normalize_str
lower = normalizers.Lowercase().normalize_str
clean = normalizers.BertNormalizer(
    clean_text=True, handle_chinese_chars=False, strip_accents=False, lowercase=False).normalize_str
spaced = normalizers.BertNormalizer(
    clean_text=False, handle_chinese_chars=True, strip_accents=False, lowercase=False).normalize_str
stripped = normalizers.BertNormalizer(
    clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False).normalize_str
bert = pre_tokenizers.BertPreTokenizer().pre_tokenize_str


def matches(pattern):
    split = pre_tokenizers.Split(Regex(pattern), "removed").pre_tokenize_str
    return lambda c: not split(c)


letter, number, regex_space = matches(r"\p{L}"), matches(r"\p{N}"), matches(r"\s")


def combining_classes(scalars):
    """The canonical combining class of each scalar, from how the library orders it against marks of a known class."""
    known = {240: "\u0345"}
    for c in range(0x300, 0x20000):
        s, k = chr(c), unicodedata.combining(chr(c))
        # Marks younger than the library's tables do not move: they cannot be rungs.
        if k and nfd(s) == s and nfd("a\u0345" + s) == "a" + s + "\u0345":
            known.setdefault(k, s)
    ladder = sorted(known)
    first, last = known[ladder[0]], known[240]
    classes = {}
    for c in scalars:
        s = chr(c)
        if nfd(s) != s:
            continue
        moves_back = nfd("a" + s + first) == "a" + first + s
        moves_ahead = nfd("a" + last + s) == "a" + s + last
        if not moves_back and not moves_ahead:
            continue
        # A mark swapped with itself shows nothing: the ladder's own marks are known.
        below = [k for k in ladder if s != known[k] and nfd("a" + s + known[k]) == "a" + known[k] + s]
        above = [k for k in ladder if k not in below]
        classes[c] = next((k for k in ladder if s == known[k]), above[0])
    return classes


def flags(c):
    s, f = chr(c), 0
    cleaned = clean("a" + s + "b")
    parts = bert("a" + s + "b")
    if cleaned == "ab":
        f |= CONTROL
    if len(parts) == 2:
        f |= SPACE
    assert cleaned in ("ab", "a b", "a" + s + "b"), hex(c)
    assert c in (9, 10, 13) or (cleaned == "a b") == (len(parts) == 2) or cleaned == "ab", hex(c)
    if spaced(s) != s:
        f |= CJK
    if len(parts) == 3:
        f |= PUNCTUATION
    if nfd(s) == s and stripped(s) == "":
        f |= MARK
    f |= LETTER * letter(s) | NUMBER * number(s) | REGEX_SPACE * regex_space(s)
    if nfd(s) != s:
        f |= DECOMPOSES
    if lower(s) != s:
        f |= LOWERS
    return f


def varint(n):
    out = bytearray()
    while n >= 0x80:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def mappings(pairs):
    """Sorted (scalar, image): step from the last scalar, count, then each image scalar as a zigzag difference."""
    out, last = bytearray(), 0
    for c, image in pairs:
        out += varint(c - last) + varint(len(image))
        for s in image:
            d = ord(s) - c
            out += varint(2 * d if d >= 0 else -2 * d - 1)
        last = c
    return bytes(out)


def literal(name, comment, data):
    text = base64.b64encode(data).decode()
    lines = [text[i:i + 112] for i in range(0, len(text), 112)]
    body = "\\\n".join("    " + line for line in lines)
    return f'  /// {comment}\n  static let {name}: StaticString = """\n{body}\n    """\n'


def write(path, name, summary, fields):
    version = tokenizers.__version__
    path.write_text(
        "// swift-format-ignore-file\n"
        f"// Written by Scripts/generate_unicode_tables.py from tokenizers {version}; do not edit.\n\n"
        f"/// {summary}\nenum {name} {{\n" + "\n".join(fields) + "}\n")


def main():
    scalars = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    classes = combining_classes(scalars)
    values = {c: flags(c) | classes.get(c, 0) << 16 for c in scalars}
    for c in HANGUL:
        i = c - 0xAC00
        t = chr(0x11A7 + i % 28) if i % 28 else ""
        assert nfd(chr(c)) == chr(0x1100 + i // 588) + chr(0x1161 + i % 588 // 28) + t
    kinds = sorted(set(values.values()))
    assert len(kinds) < 256
    runs, c = bytearray(), 0
    while c < 0x110000:
        value, start = values.get(c, 0), c
        while c < 0x110000 and values.get(c, 0) == value:
            c += 1
        runs += varint(c - start) + bytes([kinds.index(value)])
    decompositions = mappings((c, nfd(chr(c))) for c in scalars if values[c] & DECOMPOSES and c not in HANGUL)
    lowercase = mappings((c, lower(chr(c))) for c in scalars if values[c] & LOWERS)
    folder = pathlib.Path(__file__).resolve().parent.parent / "Sources/Tokenizers/Unicode"
    write(folder / "UnicodeClassData.swift", "UnicodeClassData",
          "The properties of every scalar: kinds (varint flags), then runs (varint length, kind) from U+0000.", [
        literal("kinds", "Flags of `UnicodeClass`, one varint each.", b"".join(map(varint, kinds))),
        literal("runs", "Length and kind of each run of scalars.", bytes(runs))])
    write(folder / "UnicodeMappingData.swift", "UnicodeMappingData",
          "Scalars with an image: step, count, and zigzag differences, all varints.", [
        literal("decompositions", "Canonical decompositions (NFD), Hangul syllables left to arithmetic.", decompositions),
        literal("lowercase", "Lower case, one scalar at a time.", lowercase)])
    print(len(kinds), "kinds,", len(runs), "bytes of runs,", len(decompositions), "of decompositions,",
          len(lowercase), "of lower case,", len(classes), "combining")


main()
