#!/usr/bin/env python3
"""Writes Sources/Tokenizers/Unicode/*Data.swift: every Unicode property the tokenizers need, asked of the
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
CATEGORIES = "Cn Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Co".split()
SCRIPTS = ("Arabic Armenian Bengali Cyrillic Devanagari Georgian Greek Han Hangul Hebrew Hiragana Katakana Latin Tamil "
           "Thai").split()
# Bits 5 to 8 of a pattern kind hold the script; these follow. The same names as in `PatternProperties`.
PATTERN_FLAGS = {1 << 9 + i: pattern for i, pattern in enumerate((
    r"\w", r"[\w]", r"[[:alpha:]]", r"[[:upper:]]", r"[[:lower:]]"))}
RUST_WORD, RUST_SPACE, RUST_NUMBER, ACCENT, NMT_DROP, NMT_SPACE = (1 << 14 + i for i in range(6))

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


def members(pattern, text):
    """Which scalars of a text match a pattern of one scalar."""
    found = bytearray(b"\1") * len(text)
    for _, (start, end) in pre_tokenizers.Split(Regex(pattern), "removed").pre_tokenize_str(text):
        found[start:end] = bytes(end - start)
    return found


def pattern_kinds(scalars):
    """What regular expressions, pre-tokenizers and normalizers see in each scalar; bits as in `PatternProperties`."""
    text = "".join(map(chr, scalars))
    values = [0] * len(text)

    def mark(bits, found):
        for i, hit in enumerate(found):
            if hit:
                values[i] |= bits

    for number, name in enumerate(CATEGORIES[1:], 1):
        mark(number, members(rf"\p{{{name}}}", text))
    assert all(value < len(CATEGORIES) for value in values), "a scalar of two categories"
    for number, name in enumerate(SCRIPTS, 1):
        mark(number << 5, members(rf"\p{{{name}}}", text))
    for bit, pattern in PATTERN_FLAGS.items():
        mark(bit, members(pattern, text))
    # What Oniguruma's other classes come to; `PatternProperties` derives them likewise.
    category = [CATEGORIES[value & 31] for value in values]
    spaces = [c in ("Zs", "Zl", "Zp") or s in "\t\n\v\f\r\x85" for c, s in zip(category, text)]
    visible = [c[0] != "Z" and c not in ("Cc", "Cn") for c in category]
    alphabetic = [v & 1 << 11 > 0 for v in values]
    derived = {
        "space": spaces, "digit": [c == "Nd" for c in category], "cntrl": [c == "Cc" for c in category],
        "xdigit": [s in "0123456789abcdefABCDEF" for s in text], "graph": visible,
        "print": [v or c == "Zs" for v, c in zip(visible, category)],
        "blank": [c == "Zs" or s == "\t" for c, s in zip(category, text)],
        "alnum": [a or c == "Nd" for a, c in zip(alphabetic, category)],
        "alpha": alphabetic,
        "upper": [v & 1 << 12 > 0 for v in values], "lower": [v & 1 << 13 > 0 for v in values]}
    derived = {form % name: expected for name, expected in derived.items() for form in ("[[:%s:]]", r"\p{%s}")} | {
        "[[:punct:]]": [c[0] in "PS" for c in category], r"\p{punct}": [c[0] == "P" for c in category],
        "[[:word:]]": [v & 1 << 10 > 0 for v in values], r"\p{word}": [v & 1 << 9 > 0 for v in values],
        r"\s": spaces, r"\d": derived["digit"], r"\h": derived["xdigit"], r"\p{M}": [c[0] == "M" for c in category]}
    for pattern, expected in derived.items():
        if members(pattern, text) != bytearray(expected):
            raise SystemExit(f"{pattern} is not what PatternProperties makes of it")
    words, digits = pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True)
    split, strip = pre_tokenizers.WhitespaceSplit(), normalizers.Strip().normalize_str
    accents, nmt = normalizers.StripAccents().normalize_str, normalizers.Nmt().normalize_str
    for i, s in enumerate(text):
        pieces = [piece for piece, _ in words.pre_tokenize_str("a" + s + "b")]
        if pieces == ["a" + s + "b"]:
            values[i] |= RUST_WORD
        elif pieces == ["a", "b"]:
            values[i] |= RUST_SPACE
        else:
            assert pieces == ["a", s, "b"]
        is_space = values[i] & RUST_SPACE > 0
        assert (len(split.pre_tokenize_str("a" + s + "b")) == 2) == is_space == (strip(s) == ""), hex(ord(s))
        values[i] |= RUST_NUMBER * (len(digits.pre_tokenize_str("a" + s)) == 2)
        values[i] |= ACCENT * (accents(s) == "")
        cleaned = nmt(s)
        assert cleaned in ("", " ", s), hex(ord(s))
        values[i] |= NMT_DROP * (cleaned == "") | NMT_SPACE * (cleaned == " " != s)
    return dict(zip(scalars, values))


def case_folds(scalars):
    """For each scalar that case-insensitive patterns equate with others: the least of its equals. Then the sequences
    that one scalar equates with, which patterns may not hold."""
    text = "".join(map(chr, scalars))
    known = members(r"[\p{LC}[:upper:][:lower:]]", text)
    cased = [c for c, hit in zip(scalars, known)
             if hit or len({chr(c), chr(c).upper(), chr(c).lower(), chr(c).casefold()}) > 1]
    # Apart from each other: side by side, several may equal one.
    text = "\0".join(map(chr, cased))
    folds, sequences = {}, {}
    for c in cased:
        equals = [cased[i] for i, hit in enumerate(members(rf"(?i:\x{{{c:x}}})", text)[::2]) if hit]
        assert c in equals
        if min(equals) != c:
            folds[c] = min(equals)
        folded = chr(c).casefold()
        if len(folded) > 1 and members(rf"(?i:\x{{{c:x}}})", folded) == bytearray(b"\1") * len(folded):
            sequences[c] = folded
    return folds, sequences


def compositions(scalars):
    """Every scalar that NFC makes of its decomposition, Hangul left to arithmetic; it joins all parts but the last first."""
    nfc = normalizers.NFC().normalize_str
    composed = []
    for c in scalars:
        s, parts = chr(c), nfd(chr(c))
        if c in HANGUL or parts == s or nfc(s) != s:
            continue
        first = nfc(parts[:-1])
        assert len(first) == 1 and nfc(first + parts[-1]) == s, hex(c)
        composed.append(c)
    return composed


def runs_of(values):
    """The distinct values and (varint length, value number) of each run of scalars."""
    kinds = sorted(set(values.values()))
    assert len(kinds) < 256
    runs, c = bytearray(), 0
    while c < 0x110000:
        value, start = values.get(c, 0), c
        while c < 0x110000 and values.get(c, 0) == value:
            c += 1
        runs += varint(c - start) + bytes([kinds.index(value)])
    return kinds, bytes(runs)


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
    kinds, runs = runs_of(values)
    decompositions = mappings((c, nfd(chr(c))) for c in scalars if values[c] & DECOMPOSES and c not in HANGUL)
    lowercase = mappings((c, lower(chr(c))) for c in scalars if values[c] & LOWERS)
    folder = pathlib.Path(__file__).resolve().parent.parent / "Sources/Tokenizers/Unicode"
    write(folder / "UnicodeClassData.swift", "UnicodeClassData",
          "The properties of every scalar: kinds (varint flags), then runs (varint length, kind) from U+0000.", [
        literal("kinds", "Flags of `UnicodeClass`, one varint each.", b"".join(map(varint, kinds))),
        literal("runs", "Length and kind of each run of scalars.", runs)])
    write(folder / "UnicodeMappingData.swift", "UnicodeMappingData",
          "Scalars with an image: step, count, and zigzag differences, all varints.", [
        literal("decompositions", "Canonical decompositions (NFD), Hangul syllables left to arithmetic.", decompositions),
        literal("lowercase", "Lower case, one scalar at a time.", lowercase)])
    nfkd = normalizers.NFKD().normalize_str
    compatible = mappings((c, nfkd(chr(c))) for c in scalars if nfkd(chr(c)) != nfd(chr(c)))
    composed = compositions(scalars)
    steps = b"".join(varint(c - last) for c, last in zip(composed, [0, *composed]))
    write(folder / "NormalizationData.swift", "NormalizationData",
          "Scalars with an image: step, count, and zigzag differences, all varints.", [
        literal("compatibility", "Full compatibility decompositions (NFKD) where they differ from NFD.", compatible),
        literal("compositions", "Scalars that NFC makes of their decomposition again, as steps from one to the next.", steps)])
    pattern_values = pattern_kinds(scalars)
    pattern_kind_list, pattern_runs = runs_of(pattern_values)
    folds, sequences = case_folds(scalars)
    write(folder / "PatternData.swift", "PatternData",
          "What patterns see in each scalar: kinds (varint flags), then runs (varint length, kind) from U+0000.", [
        literal("kinds", "Bits of `PatternProperties`, one varint each.", b"".join(map(varint, pattern_kind_list))),
        literal("runs", "Length and kind of each run of scalars.", pattern_runs),
        literal("folds", "Scalars equal to a lesser one when case is ignored.",
                mappings((c, chr(least)) for c, least in sorted(folds.items()))),
        literal("foldedSequences", "Scalars equal to a sequence of others when case is ignored.",
                mappings(sorted(sequences.items())))])
    print(len(kinds), "kinds,", len(runs), "bytes of runs,", len(decompositions), "of decompositions,",
          len(lowercase), "of lower case,", len(classes), "combining;", len(compatible), "of NFKD,",
          len(composed), "of NFC;", len(pattern_kind_list), "pattern kinds,", len(pattern_runs), "bytes of runs,", len(folds), "folds,",
          len(sequences), "to sequences")


main()
