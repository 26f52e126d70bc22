"""Thousands of lines that tokenizers trip over, by rule: each block, category and order of marks, and what people type.

A line of `exactness/tricky.jsonl` is a text, or a list of [text, count] pairs to be repeated and joined. Only the
frozen Unicode 3.2 of Python is asked, so every Python makes the same lines.
"""
import unicodedata

from . import corpus, invented
from .writing import random, write_rows

OLD = unicodedata.ucd_3_2_0
# White space and everything that is invisible or directs: controls, spaces, formats, fillers, tags.
INVISIBLE = ((0x00, 0x20), (0x7F, 0xA0), (0xAD, 0xAD), (0x34F, 0x34F), (0x600, 0x605), (0x61C, 0x61C), (0x6DD, 0x6DD),
             (0x70F, 0x70F), (0x115F, 0x1160), (0x1680, 0x1680), (0x17B4, 0x17B5), (0x180B, 0x180E), (0x2000, 0x200F),
             (0x2028, 0x202F), (0x205F, 0x206F), (0x2800, 0x2800), (0x3000, 0x3000), (0x3164, 0x3164),
             (0xFE00, 0xFE00), (0xFE0E, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF9, 0xFFFD),
             (0x110BD, 0x110BD), (0x1D173, 0x1D17A), (0xE0001, 0xE0001), (0xE0020, 0xE0021), (0xE007F, 0xE007F),
             (0xE0100, 0xE0100))
# Where each script's ten digits begin.
ZEROS = (0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0,
         0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620,
         0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0,
         0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x11F50,
         0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E950, 0x1FBF0)
# Compatibility characters: first, last, step.
COMPATIBLE = ((0xA0, 0xBE, 1), (0x132, 0x149, 3), (0x1C4, 0x1CC, 1), (0x1F1, 0x1F3, 1), (0x2B0, 0x2B8, 1),
              (0x2D8, 0x2DD, 1), (0x3D0, 0x3D6, 1), (0xE33, 0xEB3, 128), (0xF0C, 0xF0C, 1), (0xF77, 0xF79, 2),
              (0x1D2C, 0x1D6A, 5), (0x1E9A, 0x1E9E, 1), (0x1FBD, 0x1FC1, 1), (0x2000, 0x200A, 1), (0x2011, 0x2026, 3),
              (0x2033, 0x2037, 1), (0x203C, 0x203E, 2), (0x2047, 0x2057, 1), (0x2070, 0x209C, 2), (0x2100, 0x214A, 2),
              (0x2150, 0x217F, 3), (0x222C, 0x2230, 1), (0x2460, 0x24EA, 7), (0x2A0C, 0x2A76, 53), (0x2E9F, 0x2EF3, 84),
              (0x2F00, 0x2FD5, 15), (0x3036, 0x303A, 1), (0x3131, 0x318E, 4), (0x3192, 0x319F, 3), (0x3200, 0x33FF, 9),
              (0xA69C, 0xA69D, 1), (0xF900, 0xFAD9, 19), (0xFB00, 0xFB06, 1), (0xFB13, 0xFB17, 1),
              (0xFB1D, 0xFB4F, 2), (0xFB50, 0xFDF9, 13), (0xFDFA, 0xFDFC, 1), (0xFE10, 0xFE6F, 3), (0xFE70, 0xFEFC, 7),
              (0xFF01, 0xFF5E, 5), (0xFF5F, 0xFFEE, 5), (0x1D15E, 0x1D164, 2), (0x1D400, 0x1D7FF, 37),
              (0x1EE00, 0x1EEBB, 17), (0x1F100, 0x1F16A, 9), (0x1F200, 0x1F251, 9), (0x2F800, 0x2FA1D, 41))


def character(code):
    """The character, with surrogates moved out of their range."""
    return chr(code + 0x800 if 0xD800 <= code < 0xE000 else code)


def chunks(items, size):
    return [items[i:i + size] for i in range(0, len(items), size)]


def of_ranges(ranges):
    return [chr(code) for first, last, *step in ranges for code in range(first, last + 1, *step)]


def invisible():
    """Every white-space, control and format character alone, in runs, between letters and at both ends."""
    lines = []
    for c in of_ranges(INVISIBLE):
        lines += [c + c, f"{c}a{c}b {c}c{c}{c}! {c} 1{c}"]
    for n in range(1, 9):
        lines += ["a" + " " * n + "b", " " * n, "\n" * n, "x" + "\n" * n + "y", "\t" * n + "z", "\r\n" * n,
                  " " * n + "end" + " " * n, " " * n + "\n" + " " * n + "x", "!" + " " * n + "?", "1" + " " * n + "2"]
    numbers = random(91)
    spaces = " \t\n\r\u000b\u000c\u0085\u00a0\u2003\u3000\u200b\u2028"
    return lines + ["".join((spaces + "   \nab1.")[k] for k in numbers.integers(0, len(spaces) + 8, 9))
                    for _ in range(70)]


def columns():
    """A code point of every column of sixteen in the first two planes, assigned or not; blocks are whole columns.

    Of the long uniform stretches (ideographs, syllables, private use) it takes every sixty-fourth column.
    """
    numbers = random(92)
    uniform = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7AF), (0xE000, 0xF8FF), (0x17000, 0x187FF),
               (0x18B00, 0x18CFF), (0x1B300, 0x1BBFF))
    codes = []
    for start in [*range(0, 0x20000, 16), *range(0x20000, 0x110000, 0x2000)]:
        inside = any(first <= start <= last for first, last in uniform)
        if not 0xD800 <= start < 0xE000 and (not inside or start % 0x400 == 0):
            codes.append(start + int(numbers.integers(16)))
    return ["".join(map(chr, chunk)) for chunk in chunks(codes, 10)]


def categories():
    """Characters of each general category in a row, between letters, between digits, and after spaces."""
    pools = {}
    for c in corpus.old_characters() + ["\ue000", "\uf123", "\U000f1234", "\u0378", "\u0530", "\U0001fffd"]:
        pools.setdefault(OLD.category(c), []).append(c)
    numbers, lines = random(93), []
    for name in sorted(pools):
        for joint in ("", "a", "7", " ", "!", " z"):
            lines.append(joint.join(pools[name][int(k)] for k in numbers.integers(0, len(pools[name]), 6)) + joint)
    return lines


def marks():
    """Combining marks of all pairs of classes in both orders, and threes at random on bases of every kind."""
    classes = {}
    for c in corpus.old_characters():
        classes.setdefault(OLD.combining(c), []).append(c)
    del classes[0]
    firsts = [classes[key][0] for key in sorted(classes)]
    lines = ["".join("ae"[i % 2] + first + second for i, second in enumerate(chunk))
             for first in firsts for chunk in chunks(firsts, 18)]
    numbers, every = random(94), [c for key in sorted(classes) for c in classes[key]]
    for base in ["e", "A", " ", "", "5", ".", "\u3042", "\u05d0", "\u0915", "\u00e9", "\u1e69", "\U0001f600"] * 6:
        lines.append(base + "".join(every[int(k)] for k in numbers.integers(0, len(every), 3)) + base)
    return lines


def compatible():
    """Compatibility forms, several a line, and each again between marks and letters."""
    every = of_ranges(COMPATIBLE)
    return ["".join(chunk) for chunk in chunks(every, 6)] + ["a\u0301".join(chunk) for chunk in chunks(every[::3], 4)]


def hangul():
    """Jamo and syllables: whole, partial, in the wrong order, old and compatibility letters."""
    numbers, lines = random(95), []
    for _ in range(90):
        a, b, c, s = (int(numbers.integers(n)) for n in (19, 21, 27, 11172))
        jamo = [chr(0x1100 + a), chr(0x1161 + b), chr(0x11A8 + c), chr(0xAC00 + s), chr(0xAC00 + s // 28 * 28),
                chr(0x3131 + s % 94), chr(0xA960 + s % 29), chr(0xFFA1 + s % 30), " ", "\u302e"]
        lines.append("".join(jamo[int(k)] for k in numbers.integers(0, len(jamo), 5)))
    return lines + ["\u1100\u1161", "\u1100\u1161\u11a8", "\uac00\u11a8", "\uac01\u11a8", "\u1161\u1100",
                    "\u11a8\u1161"]


def digits():
    """Digits of all scripts, numbers of one to seven digits in many surroundings, and other numerals."""
    lines = [f"{chr(zero)}{chr(zero + 7)} a{chr(zero + 3)}1{chr(zero + 9)}." for zero in ZEROS]
    for n in range(1, 8):
        number = "1234567"[:n]
        lines += [number, f"a{number}", f"{number}b", f" {number} {number}", f"-{number}.{number}",
                  f"${number},{number}%",
                  f"{number}\n{number}",
                  f"x{number}y{number}z", f"\u0663{number}\u00b2", f"{number}\u4e00{number}"]
    return lines + ["\u2160\u2167 \u217b", "\u3007\u3021\u3029", "\u00bd\u00bc 1\u00be", "\u2150\u215b",
                    "\u2070\u00b9\u00b2",
                    "1e10 0x1F 0b101 1_000", "12:30:45 2024-02-29", "+49 (30) 1234-567", "3.14159265358979"]


def unassigned():
    """Private use, noncharacters and code points without a character."""
    codes = [0xE000, 0xF8FF, 0xF0000, 0xFFFFD, 0x100000, 0x10FFFD, 0x378, 0x530, 0x5FF, 0x1CFF, 0x2FE0, 0xFDCF, 0x1FFF,
             0x2073, 0x2C2F, 0xA7CB, 0xABEE, 0x1018F, 0x1F7FF, 0x2FFFD, 0x3FFFD, 0x50000, 0xDFFFD, 0xE0000, 0xE0080,
             0xE01F0, 0x30000, 0x323AF, 0x40000] + list(range(0xFDD0, 0xFDF0, 4))
    codes += [plane * 0x10000 + last for plane in range(17) for last in (0xFFFE, 0xFFFF)]
    return [chr(code) for code in codes] + [f"a{chr(code)}b {chr(code)} 1{chr(code)}." for code in codes]


def invalid():
    """UTF-8 with mistakes, each mistake replaced by U+FFFD: cut, overlong, surrogate, beyond, stray, Latin-1."""
    bad = [b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98", b"\x80", b"\xbf\xbf", b"\xc0\xaf", b"\xe0\x80\xaf", b"\xed\xa0\x80",
           b"\xf4\x90\x80\x80", b"\xf8\x88", b"\xff\xfe", "stra\u00dfe".encode("latin-1"), "\u0416".encode("cp1251")]
    good = [b"a", b" ", "\u00e9".encode(), "\u4e2d".encode(), "\U0001f600".encode(), b"1", b"\n", b"[MASK]"]
    numbers = random(96)
    pieces = [[(bad + good)[int(k)] for k in numbers.integers(0, len(bad) + len(good), 5)] for _ in range(50)]
    pieces += [[b] for b in bad] + [[b"x", b, b"y"] for b in bad]
    return [b"".join(piece).decode("utf-8", "replace") for piece in pieces]


def pasted(lines, count, seed):
    """Ends and beginnings of other lines joined: what no rule thought of."""
    numbers, texts = random(seed), [line for line in lines if isinstance(line, str) and 0 < len(line) < 80]

    def piece():
        text = texts[int(numbers.integers(len(texts)))]
        begin = int(numbers.integers(len(text)))
        return text[begin:begin + int(numbers.integers(1, 7))]

    return ["".join(piece() for _ in range(3)) for _ in range(count)]


def lines():
    """All lines, each once, the empty one first."""
    every = ["", *map(chr, range(256)), *corpus.TRICKY, *corpus.SNIPPETS, *corpus.sentences(24, seed=97)]
    every += [*invisible(), *columns(), *categories(), *marks(), *compatible(), *hangul(), *digits(), *unassigned()]
    every += [*invalid(), *invented.lines(), *corpus.mixtures(120, seed=98)]
    every += pasted(every, 420, 99)
    return list({repr(line): line for line in every}.values())


def expand(line):
    """The text of a line."""
    return line if isinstance(line, str) else "".join(text * count for text, count in line)


def write(folder):
    write_rows(folder / "exactness" / "tricky.jsonl", lines())
