"""What the library's regular expressions match, its normalization forms and the classes of its pre-tokenizers."""
import random as python_random

import numpy
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from .writing import random, write_json, write_rows

# The tables' interesting part: everything but the private planes and the empty ones.
SCALARS = [c for c in [*range(0x33480), *range(0xE0000, 0xE0200), *range(0x10FF00, 0x110000)]
           if not 0xD800 <= c < 0xE000]
PROPERTIES = [rf"\p{{{name}}}" for name in (
    "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Co Cn L M N P S Z C LC Letter "
    "uppercase_letter Han Hiragana Latin alnum punct word ^Lu").split()] + [
    rf"[[:{name}:]]" for name in
    "alnum alpha blank cntrl digit graph lower print punct space upper word xdigit ascii ^alpha".split()] + [
    r"\s", r"\S", r"\d", r"\w", r"\W", r"\h", r"[\w]", r"[^\w]", r"[\W]", r".", r"(?m:.)", r"\P{L}", r"[^\s\p{L}\p{N}]",
    r"(?i:[a-z])", r"(?i:[^a-z])", r"(?i:[à-ÿ&&[^ß]])", r"(?i:\p{Lu})", r"(?i:[^\p{Lu}])", r"[\p{L}&&[^\p{Lu}]&&\w]"]

CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
PUBLISHED = [
    r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+" + CONTRACTIONS
    + r"?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*" + CONTRACTIONS
    + r"?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+",
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]"
    r"|\s+(?!\S)|\s",
    "[一-龥぀-ゟ゠-ヿ]+", r"\w+|[^\w\s]+", r"(?<=\p{N})(?=\p{L})", r"(?=(\d{3})+(?!\d))", " {2,}", r"[^\S\n]+"]
SINGLE = [
    "", "a|", "a*", "()", "^", "$", r"\b", r"\B", r"\A.", r".\z", r".\Z", "^a", "a$", "a{,2}", "a{2}+", "a{2}?b",
    "a{x}", "a{", "a{1,2}?", "(?>a|ab)c", "a(?i)b|c", "(?i)k", "(?i:ſ)", "(?i:'s)", "(?i-m:a.)b", "(?m:a.)", "(?<=ab|a|bc)c", "(?<!a)b",
    "(?<!a|bc)b", "[]a]", "[^]a]", "[a-]", "[a-c-e]", "[+--]", "[a&b]", "[a-c&&^b]", "[a-c&&]", "[[^a]b]", "[^a-z&&[aeiou]]",
    r"[\]\-\n]", r"\x41|\x{1F600}|\u00e9", r"\.\*\é", "(?:a|ab)(?:c|bcd)", "(?:ab?)*?c", "(?:a(?=b)|b)+", "a++b|a+"]
REFUSED = ["(", ")", "(?", "a)", "[a", "[]", "[z-a]", r"[a-\d]", r"[\d-a]", "*a", "a|+", "(?=a)*", "^*", r"\p{Foo}", r"\p{L",
           "\\", "[[:foo:]]", r"\u41", r"\k<n>", "(?s:.)", "(?P<n>a)", "{2}", r"\b+"]
ALPHABET = ["a", "b", "c", "A", "B", "s", "S", "ſ", "k", "K", "\u212a", "é", "É", "1", "2", "34", "²", "½", "\u0301", " ",
            "  ", "\n", "\r", "\t", "_", "-", "'", "'s", "'LL", "'ſ", "!", "/", "中", "か", "😀", "\u00a0", "\u3000", "Ⅷ",
            "ǅ", "\u0378", "\x85", "ʰ"]


def split(pattern, behavior, text):
    return [list(offsets) for _, offsets in pre_tokenizers.Split(Regex(pattern), behavior).pre_tokenize_str(text)]


def sums(scalars):
    """How many, their sum and the sum of their squares: a set as three numbers."""
    return [len(scalars), sum(scalars), sum(c * c for c in scalars)]


def members(test):
    """The scalars of one class, from a splitter that removes them."""
    text = "".join(map(chr, SCALARS))
    kept = set()
    for start, end in test(text):
        kept.update(range(start, end))
    return [c for i, c in enumerate(SCALARS) if i not in kept]


def properties():
    return {p: sums(members(lambda text, p=p: split(p, "removed", text))) for p in PROPERTIES}


def classes():
    """What the pre-tokenizers and normalizers see in every scalar."""
    words, digits = pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True)
    strip, accents, nmt = (n().normalize_str for n in (normalizers.Strip, normalizers.StripAccents, normalizers.Nmt))
    tests = {
        "splitSpaces": lambda s: strip(s) == "",
        "splitWords": lambda s: len(words.pre_tokenize_str("a" + s)) == 1 and strip(s) != "",
        "numerics": lambda s: len(digits.pre_tokenize_str("a" + s)) == 2,
        "accents": lambda s: accents(s) == "",
        "nmtRemoved": lambda s: nmt(s) == "",
        "nmtSpaces": lambda s: s != " " == nmt(s)}
    return {name: sums([c for c in SCALARS if test(chr(c))]) for name, test in tests.items()}


def matches():
    """Rows of a pattern with texts: the pieces it cuts each into, and those that it does not match."""
    numbers = random(51)

    def text(longest):
        return "".join(ALPHABET[int(numbers.integers(len(ALPHABET)))] for _ in range(int(numbers.integers(longest))))

    rows = []
    for pattern, count, longest in [*((p, 24, 30) for p in PUBLISHED), *((p, 6, 16) for p in SINGLE)]:
        texts = [text(longest) for _ in range(count)] + ["abcabbcaab\na", "aa bb\r\n\n  c1234567 "]
        rows.append({"pattern": pattern, "texts": [
            [t, split(pattern, "isolated", t), split(pattern, "removed", t)] for t in texts]})
    return rows


def forms():
    """Texts that decompose, with marks in every order: the form and the place behind each of its scalars."""
    numbers = python_random.Random(52)
    nfkd = normalizers.NFKD().normalize_str
    images = [chr(c) for c in SCALARS if c < 0x30000 and nfkd(chr(c)) != chr(c) and not 0xAC10 <= c < 0xD7A0]
    marks = list("\u0300\u0301\u0302\u0308\u0323\u0327\u0334\u0345\u05b0\u064b\u093c\u0e38\u3099\u0344\u1dce")
    jamo = list("\u1100\u1112\u1161\u1175\u1176\u11a7\u11a8\u11c2\uac00\uac01")
    rows = []
    for i in range(160):
        pool = [numbers.choice(images), *marks, *"aeo", *(jamo if i % 3 == 0 else [])]
        text = "".join(numbers.choice(pool) for _ in range(1 + i % 7)) + numbers.choice(images)
        row = {"text": text}
        for form in ("NFC", "NFD", "NFKC", "NFKD"):
            tokenizer = Tokenizer(models.WordLevel({"u": 0}, "u"))
            tokenizer.normalizer = getattr(normalizers, form)()
            tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
            offsets = tokenizer.encode(text).offsets
            assert all(end == start + 1 for start, end in offsets)
            row[form] = [tokenizer.normalizer.normalize_str(text), [start for start, _ in offsets]]
        rows.append(row)
    return rows


def form_sums():
    """Every scalar's form, line by line: per 4,096 scalars the sum of each result scalar times its place, in 64 bits."""
    result = {}
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        normalize = getattr(normalizers, form)().normalize_str
        sums = []
        for start in range(0, 0x30000, 0x1000):
            text = "\n".join(chr(c) for c in range(start, start + 0x1000) if not 0xD800 <= c < 0xE000)
            scalars = numpy.frombuffer(normalize(text).encode("utf-32-le"), "uint32").astype("uint64")
            places = numpy.arange(1, len(scalars) + 1, dtype="uint64")
            sums.append(int((scalars * places).sum() % (1 << 53)))
        result[form] = sums
    return result


def write(folder):
    home = folder / "tokenizers" / "patterns"
    write_json(home / "classes.json", {"properties": properties(), "classes": classes(), "forms": form_sums(),
                                       "refused": REFUSED})
    for pattern in REFUSED:
        try:
            Regex(pattern)
        except Exception:
            continue
        raise AssertionError(f"{pattern} is a pattern")
    write_rows(home / "matches.jsonl", matches())
    write_rows(home / "forms.jsonl", forms())
