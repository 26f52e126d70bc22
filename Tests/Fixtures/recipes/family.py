"""Small tokenizers in the shapes of the published ones, each with a vocabulary of its own."""
from . import learned, shapes
from .shapes import (bert_normalizer, bpe, byte_level, decoders, metaspace, normalizers, part, pre_tokenizers,
                     processors, replace, split, template, tokenizer, wordpiece)

END = "<|endoftext|>"
ENDINGS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
# The patterns of the published files: GPT-4's with and without possessive counts, GPT-4o's, Qwen 2's, CLIP's,
# DeepSeek's and BLOOM's.
GPT_4 = ENDINGS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
POSSESSIVE = (r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]"
              r"|\s+(?!\S)|\s+")
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
GPT_4O = (rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+{ENDINGS}?|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*{ENDINGS}?"
          r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN_2 = GPT_4.replace(r"\p{N}{1,3}", r"\p{N}")
CLIP = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
DEEPSEEK_3 = (r"[!" + '"' + r"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
              r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
BLOOM = r" ?[^(\s|[.,!?…。，、।۔،])]+"


def berts():
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    small, large = learned.wordpieces(420, True), learned.wordpieces(480, False)
    post = template(small, "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1")
    old = part("BertProcessing", sep=["[SEP]", large["[SEP]"]], cls=["[CLS]", large["[CLS]"]])
    bert, decoder = part("BertPreTokenizer"), part("WordPiece", prefix="##", cleanup=True)
    uncut = part("WordPiece", prefix="##", cleanup=False)
    yield "bert-uncased", tokenizer(wordpiece(small), bert_normalizer(), bert, post, decoder, specials)
    yield "bert-cased", tokenizer(wordpiece(large), bert_normalizer(lowercase=False), bert, old, uncut, specials)
    unused = large | {f"[unused{i}]": len(large) + i for i in range(3)}
    yield "bert-multilingual", tokenizer(
        wordpiece(unused), bert_normalizer(strip=False, lowercase=False), bert, old, decoder, specials, ["[unused1]"])
    odd = {token.replace("##", "@@").replace("[UNK]", "<unk>"): id for token, id in small.items()}
    yield "wordpiece-odd", tokenizer(
        wordpiece(odd, "<unk>", "@@", 12), bert_normalizer(False, False, True, False),
        pre_tokenizers(part("WhitespaceSplit"), part("Punctuation", behavior="MergedWithPrevious")), None,
        part("WordPiece", prefix="@@", cleanup=True), ["<unk>"], [("[MASK]", {"lstrip": True, "normalized": False})])


def byte_levels():
    plain, decoder = byte_level(), byte_level()
    words, merges = learned.byte_bpe(430, plain)
    gpt2 = words | {END: len(words)}
    yield "gpt2", tokenizer(bpe(gpt2, merges, old_merges=True), None, plain, byte_level(trim=False), decoder, [END])
    roberta = dict(zip(["<s>", "<pad>", "</s>", "<unk>", *words, "<mask>"], range(len(words) + 5)))
    specials = ["<s>", "<pad>", "</s>", "<unk>", ("<mask>", {"lstrip": True})]
    ends = {"sep": ["</s>", 2], "cls": ["<s>", 0]}
    post = part("RobertaProcessing", **ends, trim_offsets=True, add_prefix_space=False)
    yield "roberta", tokenizer(bpe(roberta, merges, old_merges=True), None, plain, post, decoder, specials)
    post = part("RobertaProcessing", **ends, trim_offsets=True, add_prefix_space=True)
    yield "roberta-prefixed", tokenizer(bpe(roberta, merges), None, byte_level(True), post, decoder, specials)
    spaces = ["  ", "   ", "    ", "\t\t"]
    yield "neox", tokenizer(bpe(gpt2, merges), part("NFC"), plain, byte_level(), decoder, [END], spaces)
    falcon = pre_tokenizers(part("Punctuation", behavior="Contiguous"), plain, part("Digits", individual_digits=False),
                            split("[0-9][0-9][0-9]"))
    yield "falcon", tokenizer(bpe(gpt2, merges), None, falcon, byte_level(), decoder, [END])
    starcoder = pre_tokenizers(part("Digits", individual_digits=True), plain)
    yield "starcoder", tokenizer(bpe(gpt2, merges), None, starcoder, byte_level(), decoder, [END])


def patterns():
    """Patterns in front of byte-level encodings."""
    raw, decoder = byte_level(trim=False, regex=False), byte_level()

    def learn(*parts, normalizer=None):
        pre = pre_tokenizers(*parts, raw)
        return pre, *learned.byte_bpe(440, pre, normalizer)

    pre, words, merges = learn(split(POSSESSIVE, "Removed", invert=True))
    yield "gpt4", tokenizer(bpe(words, merges), None, pre, byte_level(trim=False), decoder, [END, "<|im_start|>"])
    pre, words, merges = learn(split(GPT_4O, "Removed", invert=True))
    yield "gpt4o", tokenizer(bpe(words, merges), None, pre, None, decoder, [END])
    pre, words, merges = learn(split(GPT_4))
    for word in ("Ġunbelievable", "Kettle", "ĠHONEY", "123", "ing", "lanternlantern"):
        words.setdefault(word, len(words))
    words["<|begin_of_text|>"] = len(words)
    begins = "<|begin_of_text|> $A"
    post = processors(byte_level(), template(words, begins, begins + " <|begin_of_text|>:1 $B:1"))
    yield "llama3", tokenizer(bpe(words, merges, ignore_merges=True), None, pre, post, decoder,
                              ["<|begin_of_text|>", END])
    pre, words, merges = learn(split(QWEN_2), normalizer=part("NFC"))
    yield "qwen2", tokenizer(bpe(words, merges, continuing_subword_prefix="", end_of_word_suffix=""), part("NFC"), pre,
                             byte_level(trim=False, regex=False), decoder, [END, "<|im_start|>"])
    pre, words, merges = learn(split("[\r\n]"), split(r"\s?\p{L}+"), split(r"\s?\p{P}+"), split("[一-龥ࠀ-一가-\ud7ff]+"),
                               part("Digits", individual_digits=True))
    yield "deepseek", tokenizer(bpe(words, merges), normalizers(), pre, byte_level(trim=False), decoder, [END])
    pre, words, merges = learn(split(r"\p{N}{1,3}"), split("[一-龥぀-ゟ゠-ヿ]+"), split(DEEPSEEK_3))
    yield "deepseek3", tokenizer(bpe(words, merges), normalizers(), pre, byte_level(trim=False), decoder,
                                 [("<s>", {"normalized": True})], ["<left>"])
    pre, words, merges = learn(split(BLOOM))
    yield "bloom", tokenizer(bpe(words, merges), None, pre, byte_level(), decoder, ["<unk>", "<s>", "</s>", "<pad>"])


def fallbacks():
    """Characters with bytes where there is none, as in Llama 2, Mistral and Gemma."""
    first = ["<unk>", "<s>", "</s>", *learned.BYTES]
    words, merges = learned.bpe(520, metaspace(), first=first, lines=learned.few_letters())
    options = {"unk_token": "<unk>", "fuse_unk": True, "byte_fallback": True}
    specials, post = first[:3], template(words, "<s> $A", "<s> $A <s>:1 $B:1")
    back = replace("▁", " "), part("ByteFallback"), part("Fuse")
    strip = part("Strip", content=" ", start=1, stop=0)
    yield "llama2", tokenizer(
        bpe(words, merges, old_merges=True, **options), normalizers(part("Prepend", prepend="▁"), replace(" ", "▁")),
        None, post, decoders(*back, strip), specials)
    yield "mistral", tokenizer(bpe(words, merges, **options | {"ignore_merges": True}), None, metaspace("first", False),
                               post, decoders(*back, strip), [*specials, "<extra_id_0>"], ["<left>", "  "])
    yield "gemma", tokenizer(bpe(words, merges, **options), replace(" ", "▁"),
                             split(" ", "MergedWithPrevious", regex=False), post, decoders(*back), specials, ["  "])
    known = {word: id for id, word in enumerate(word for word in words if word not in learned.BYTES)}
    for name, fuses in (("unknown-fused", True), ("unknown-each", False)):
        yield name, tokenizer(bpe(known, merges, unk_token="<unk>", fuse_unk=fuses), None, metaspace("never"), None,
                              metaspace("never"), ["<unk>"])


def suffixes():
    """Characters with ends or insides of words marked, as in CLIP and GPT-1, and pairs that leave out the unknown."""
    pre = pre_tokenizers(split(CLIP, "Removed", invert=True), byte_level())
    normalizer = normalizers(part("NFC"), replace(r"\s+", " ", regex=True), part("Lowercase"))
    alphabet = sorted(learned.pre_tokenizers.ByteLevel.alphabet())
    words, merges = learned.bpe(700, pre, normalizer, [*alphabet, *(c + "</w>" for c in alphabet)], suffix="</w>")
    words |= {"<|startoftext|>": len(words), END: len(words) + 1}
    post = part("RobertaProcessing", sep=[END, words[END]], cls=["<|startoftext|>", words["<|startoftext|>"]],
                trim_offsets=False, add_prefix_space=False)
    yield "clip", tokenizer(bpe(words, merges, unk_token=END, end_of_word_suffix="</w>", continuing_subword_prefix=""),
                            normalizer, pre, post, byte_level(), [("<|startoftext|>", {"normalized": True}), END])
    lines = learned.few_letters()
    words, merges = learned.bpe(300, part("BertPreTokenizer"), bert_normalizer(), ["<unk>"], suffix="</w>", lines=lines)
    yield "gpt1", tokenizer(bpe(words, merges, unk_token="<unk>", end_of_word_suffix="</w>"), bert_normalizer(),
                            part("BertPreTokenizer"), None, part("BPEDecoder", suffix="</w>"), ["<unk>"])
    words, merges = learned.bpe(330, part("Whitespace"), None, ["[UNK]"], prefix="##", lines=lines)
    yield "continuing", tokenizer(
        bpe(words, merges, unk_token="[UNK]", continuing_subword_prefix="##", fuse_unk=True), None, part("Whitespace"),
        None, part("WordPiece", prefix="##", cleanup=True), ["[UNK]"])
    pre = pre_tokenizers(part("WhitespaceSplit"), part("Digits", individual_digits=True))
    words, merges = learned.bpe(200, pre, lines=lines)
    yield "left-out", tokenizer(bpe(words, merges), part("NFKC"), pre, None, part("Fuse"), ["<pad>"])


def every():
    for group in (berts, byte_levels, patterns, fallbacks, suffixes):
        yield from group()
