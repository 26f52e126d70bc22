"""Tokenizers that show one part: unigrams with every scheme of spaces, splitters, normalizers, added tokens."""
from tokenizers import pre_tokenizers as library

from . import learned
from .shapes import (bert_normalizer, bpe, byte_level, decoders, metaspace, normalizers, part, pre_tokenizers,
                     processors, replace, split, template, tokenizer)

BEHAVIORS = ("Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous")


def unigram(pieces, unknown, fallback=False):
    return part("Unigram", unk_id=unknown, vocab=pieces, byte_fallback=fallback)


def unigrams():
    """As in T5, ALBERT, XLM-R, XLNet and DeBERTa, and with bytes for what is unknown."""
    model = learned.sentence_pieces("unigram", 420, learned.RULES, pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
    rules, pieces = part("Precompiled", precompiled_charsmap=learned.charsmap(model)), learned.pieces(model)
    names = {"<pad>": 0, "</s>": 1, "<unk>": 2}
    words, many = part("WhitespaceSplit"), replace(" {2,}", " ", regex=True)
    yield "t5", tokenizer(unigram(pieces, 2), rules, pre_tokenizers(words, metaspace()),
                          template(names, "$A </s>", "$A </s> $B </s>"), metaspace(), [*names, "<extra_id_0>"])
    yield "deberta", tokenizer(
        unigram(pieces, 2), normalizers(part("Strip", strip_left=True, strip_right=True), rules, many), metaspace(),
        template(names, "<pad> $A </s>", "<pad> $A </s> $B:1 </s>:1"), metaspace(), list(names), ["[MASK]"])
    roberta = [["<s>", 0.0], ["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0], *pieces[3:], ["<mask>", 0.0]]
    yield "xlm-roberta", tokenizer(
        unigram(roberta, 3), normalizers(rules, many), metaspace(),
        template({"<s>": 0, "</s>": 2}, "<s> $A </s>", "<s> $A </s> </s> $B </s>"), metaspace(),
        ["<s>", "<pad>", "</s>", "<unk>", ("<mask>", {"lstrip": True})])
    folded = learned.sentence_pieces("unigram", 380, learned.RULES + learned.FOLDS, pad_id=0, unk_id=1, bos_id=2,
                                     eos_id=3, bos_piece="[CLS]", eos_piece="[SEP]")
    yield "albert", tokenizer(
        unigram(learned.pieces(folded), 1),
        normalizers(replace("``", '"'), replace("''", '"'), part("NFKD"), part("StripAccents"), part("Lowercase"),
                    part("Precompiled", precompiled_charsmap=learned.charsmap(folded))),
        pre_tokenizers(words, metaspace()), template({"[CLS]": 2, "[SEP]": 3}, "[CLS] $A [SEP]",
                                                     "[CLS] $A [SEP] $B:1 [SEP]:1"), metaspace(),
        ["<pad>", "<unk>", "[CLS]", "[SEP]", ("[MASK]", {"lstrip": True})])
    plain = learned.pieces(learned.sentence_pieces("unigram", 400))
    yield "xlnet", tokenizer(
        unigram(plain, 0), normalizers(part("Nmt"), part("NFKC"), many), metaspace("first"),
        template({"<s>": 1, "</s>": 2}, "$A <s> </s>:2", "$A <s> $B:1 <s>:1 </s>:2"), metaspace("first"),
        ["<unk>", "<s>", "</s>"], ["<left>"])
    yield "unigram-whole", tokenizer(unigram(plain, 0), replace(" ", "▁"), None, None, metaspace("never"), ["<unk>"])
    bytes_too = learned.pieces(learned.sentence_pieces("unigram", 560, byte_fallback=True))
    yield "unigram-bytes", tokenizer(
        unigram(bytes_too, 0, fallback=True), None, metaspace("first", False), None,
        decoders(part("ByteFallback"), metaspace("first", False)), ["<unk>", "<s>", "</s>", "<mask>"])


def words(pre, normalizer=None, decoder=None, special=(), added=()):
    """Words by themselves, nearly all unknown, so that only places and word ids tell; some differ by their marks only."""
    known = ("[UNK]", "a", "the", "lantern", "1", "I", "'", "▁a", "\u00c5", "A\u030a", "\u212b", "\u00e9", "e\u0301")
    vocabulary = {word: id for id, word in enumerate(known)}
    model = part("WordLevel", vocab=vocabulary, unk_token="[UNK]")
    return tokenizer(model, normalizer, pre, None, decoder, special, added)


def splitters():
    for behavior in BEHAVIORS:
        yield f"split-{behavior.lower()}", words(split(r"\s+|[.,!'\[\]<>]|\d", behavior))
        yield f"split-inverted-{behavior.lower()}", words(split("an", behavior, invert=True, regex=False))
        yield f"punctuation-{behavior.lower()}", words(part("Punctuation", behavior=behavior))
    yield "whitespace", tokenizer(
        part("WordLevel", vocab={word: id for id, word in enumerate(("[UNK]", "[CLS]", "the", "lantern", "a", "x"))},
             unk_token="[UNK]"), normalizers(part("Lowercase")), part("Whitespace"),
        part("TemplateProcessing", single=[{"SpecialToken": {"id": "begin", "type_id": 3}},
                                           {"Sequence": {"id": "A", "type_id": 1}}],
             pair=[{"Sequence": {"id": "B", "type_id": 2}}, {"SpecialToken": {"id": "begin", "type_id": 0}},
                   {"Sequence": {"id": "A", "type_id": 0}}],
             special_tokens={"begin": {"id": "begin", "ids": [1, 0], "tokens": ["[CLS]", "[UNK]"]}}), None, ["[CLS]"])
    yield "whitespace-split", words(part("WhitespaceSplit"))
    yield "delimiter", words(part("CharDelimiterSplit", delimiter=" "), None, part("Fuse"))
    yield "digits", words(pre_tokenizers(part("Digits", individual_digits=False), part("WhitespaceSplit")))
    yield "digits-individual", words(pre_tokenizers(part("WhitespaceSplit"), part("Digits", individual_digits=True)))
    yield "spaces-marked", words(pre_tokenizers(metaspace("first"), part("Punctuation", behavior="Isolated")),
                                 replace("é", ""), metaspace("always"), ["<s>"], ["[MASK]", "<word>"])


def spelled(normalizer, special=(), added=()):
    """Bytes without merges, so that the ids spell what the normalizer left."""
    vocabulary = {symbol: id for id, symbol in enumerate(sorted(library.ByteLevel.alphabet()))}
    return tokenizer(bpe(vocabulary, []), normalizer, byte_level(regex=False), None, byte_level(), special, added)


def normalizing():
    for kind in ("NFC", "NFD", "NFKC", "NFKD", "Nmt", "Lowercase", "StripAccents"):
        yield f"normalizer-{kind.lower()}", spelled(part(kind))
    yield "normalizer-stripped", spelled(normalizers(
        part("Strip", strip_left=True, strip_right=True), part("NFD"), part("StripAccents"), part("Lowercase")))
    yield "normalizer-left", spelled(normalizers(part("Strip", strip_left=True, strip_right=False),
                                                 part("Prepend", prepend="<é>")))
    yield "normalizer-right", spelled(normalizers(part("Strip", strip_left=False, strip_right=True),
                                                  replace("an", "ÄÖÜ"), replace("'", "")))
    yield "normalizer-replace", spelled(normalizers(replace(r"\s+", "_", regex=True), replace("e|é", "", regex=True),
                                                    replace(r"(\d)(\d)?", "#", regex=True)))
    yield "normalizer-bert", spelled(bert_normalizer(clean=False, chinese=True, strip=True, lowercase=False))


def added():
    """Added tokens with every flag, in front of a normalizer that changes some of them, and without one."""
    tokens = [("<left>", {"lstrip": True}), ("<right>", {"rstrip": True}), ("<both>", {"lstrip": True, "rstrip": True}),
              ("<word>", {"single_word": True}), "<Normal>", "café", "  ",
              ("[MASK]", {"normalized": False, "single_word": True, "lstrip": True}),
              ("jar2", {"single_word": True, "rstrip": True}), ("lantern", {"normalized": False})]
    specials = ["<s>", ("</s>", {"normalized": True}), ("<mask>", {"lstrip": True, "rstrip": True})]
    yield "added-folded", spelled(normalizers(part("NFD"), part("StripAccents"), part("Lowercase")), specials, tokens)
    yield "added-plain", spelled(None, specials, tokens)
    yield "added-words", words(part("Whitespace"), part("Lowercase"), None, specials, tokens)


def every():
    for group in (unigrams, splitters, normalizing, added):
        yield from group()
