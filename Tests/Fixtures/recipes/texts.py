"""What the Hugging Face tokenizers make of many texts: every stage by itself, and whole encodings."""
import sys
import unicodedata

from tokenizers import Tokenizer, normalizers, pre_tokenizers

from . import corpus
from .vocabularies import END_OF_TEXT
from .writing import random, write_rows

PAIRS = (
    ("The baker mends a lantern.", "Before breakfast?"), ("", "only the second"), ("only the first", ""), ("", ""),
    ("Jörg paints 12 jars of honey again and again, I'd say.", "在河边睡觉 near the mill! 👋"), ("a\tb", " c [MASK] d "),
)


def row(tokenizer, text, pair=None, special=True, length=None):
    """One line of encodings.jsonl. Offsets count code points of the text that the token belongs to."""
    if length is None:
        tokenizer.no_truncation()
    else:
        tokenizer.enable_truncation(max_length=length, strategy="longest_first")
    encoding = tokenizer.encode(text, pair, add_special_tokens=special)
    tokenizer.no_truncation()
    asked = {"text": text} | ({} if pair is None else {"pair": pair}) | {"add_special_tokens": special}
    return asked | ({} if length is None else {"max_length": length}) | {
        "ids": encoding.ids, "tokens": encoding.tokens, "offsets": encoding.offsets, "word_ids": encoding.word_ids,
        "type_ids": encoding.type_ids, "special_tokens_mask": encoding.special_tokens_mask,
        "decoded": tokenizer.decode(encoding.ids, skip_special_tokens=True),
        "decoded_with_special_tokens": tokenizer.decode(encoding.ids, skip_special_tokens=False)}


def encodings(tokenizer):
    texts = list(corpus.TRICKY) + list(corpus.SNIPPETS) + corpus.sentences(20, seed=33) + corpus.mixtures(60)
    rows = [row(tokenizer, text) for text in texts]
    rows += [row(tokenizer, text, special=False) for text in texts[:60:4]]
    rows += [row(tokenizer, first, second, special) for first, second in PAIRS for special in (True, False)]
    rows += [row(tokenizer, text, length=length) for text in texts[-70:-65] + ["", "a"] for length in (2, 3, 5, 8, 64)]
    rows += [row(tokenizer, first, second, length=length)
             for first, second in (PAIRS[0], PAIRS[4], PAIRS[4][::-1]) for length in (3, 4, 5, 7, 8, 12, 13, 64)]
    return rows


def decodings(tokenizer, seed):
    """Decoding of random ids: cut UTF-8, punctuation, continuation pieces without a beginning, specials inside."""
    numbers, size = random(seed), tokenizer.get_vocab_size()
    rows = [[], [0], [size - 1]] + [numbers.integers(0, size, int(numbers.integers(1, 12))).tolist() for _ in range(60)]
    return [{"ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=True),
             "decoded_with_special_tokens": tokenizer.decode(ids, skip_special_tokens=False)} for ids in rows]


def normalizations():
    """BertNormalizer with every combination of its options, and BertPreTokenizer behind it."""
    rows = []
    for clean in (True, False):
        for chinese in (True, False):
            for strip in (True, False, None):
                for lower in (True, False):
                    normalizer = normalizers.BertNormalizer(clean_text=clean, handle_chinese_chars=chinese,
                                                            strip_accents=strip, lowercase=lower)
                    common = clean and chinese and strip is None
                    texts = corpus.TRICKY + corpus.SNIPPETS if common else corpus.TRICKY[18:44]
                    rows.append({"clean_text": clean, "handle_chinese_chars": chinese, "strip_accents": strip,
                                 "lowercase": lower, "texts": [[t, normalizer.normalize_str(t)] for t in texts]})
    return rows


def splits():
    """[text, [[piece, begin, end]…]] from BERT's splitter and from GPT-2's pattern (pieces in the byte alphabet)."""
    texts = list(corpus.TRICKY) + list(corpus.SNIPPETS) + corpus.mixtures(40, seed=34)
    splitters = {"bert": pre_tokenizers.BertPreTokenizer(), "gpt2": pre_tokenizers.ByteLevel(add_prefix_space=False)}
    return [{"splitter": name, "text": text,
             "pieces": [[piece, *span] for piece, span in splitter.pre_tokenize_str(text)]}
            for name, splitter in splitters.items() for text in texts]


def ranges(matches):
    """The code points that match, as [first, last] pairs."""
    found = []
    for code in range(sys.maxunicode + 1):
        if 0xD800 <= code < 0xE000 or not matches(chr(code)):
            continue
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return found


def classes():
    """The classes of all code points as the library has them, found by watching what it does with each."""
    gpt2, bert = pre_tokenizers.ByteLevel(add_prefix_space=False), pre_tokenizers.BertPreTokenizer()
    plain = dict(strip_accents=False, lowercase=False)
    clean = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=False, **plain)
    chinese = normalizers.BertNormalizer(clean_text=False, handle_chinese_chars=True, **plain)
    joins = lambda before, c: len(gpt2.pre_tokenize_str(before + c)) == 1
    space = lambda c: not (joins("a", c) or joins("1", c) or joins("!", c))
    parts = lambda c: [piece for piece, _ in bert.pre_tokenize_str("a" + c + "a")]
    return {
        "unicode": "of the library; assigned code points of Unicode 3.2 agree with every later version but for a few",
        "gpt2": {"letter": ranges(lambda c: joins("a", c)), "number": ranges(lambda c: joins("1", c)),
                 "whitespace": ranges(space)},
        "bert": {"whitespace": ranges(lambda c: parts(c) == ["a", "a"]),
                 "punctuation": ranges(lambda c: parts(c) == ["a", c, "a"]),
                 "removed": ranges(lambda c: clean.normalize_str(c) == ""),
                 "to_space": ranges(lambda c: clean.normalize_str(c) == " "),
                 "chinese": ranges(lambda c: chinese.normalize_str(c) == f" {c} ")}}


def uncased_table():
    """{code point: result} of the uncased normalizer wherever it changes an old character, Hangul syllables left out.

    Between two letters x, so that white space and marks show; [] means removed.
    """
    normalizer = normalizers.BertNormalizer()
    table = {}
    for character in corpus.old_characters():
        if 0xAC00 <= ord(character) <= 0xD7A3 or unicodedata.category(character) == "Lo" and 0x3400 <= ord(character):
            continue
        result = normalizer.normalize_str(f"x{character}x")[1:-1]
        if result != character:
            table[f"{ord(character):04X}"] = " ".join(f"{ord(c):04X}" for c in result)
    return table


def write(folder):
    home = folder / "tokenizers"
    for seed, name in enumerate(("wordpiece-uncased", "wordpiece-cased", "byte-bpe")):
        tokenizer = Tokenizer.from_file(str(home / name / "tokenizer.json"))
        write_rows(home / name / "encodings.jsonl", encodings(tokenizer))
        write_rows(home / name / "decodings.jsonl", decodings(tokenizer, 40 + seed))
    trimmed = Tokenizer.from_file(str(home / "byte-bpe" / "tokenizer-trimmed.json"))
    assert trimmed.token_to_id(END_OF_TEXT) == trimmed.get_vocab_size() - 1
    write_rows(home / "byte-bpe" / "encodings-trimmed.jsonl", encodings(trimmed)[:90])
    write_rows(home / "normalizations.jsonl", normalizations())
    write_rows(home / "splits.jsonl", splits())
    write_rows(home / "classes.json", [classes()])
    write_rows(home / "uncased-table.json", [uncased_table()])
