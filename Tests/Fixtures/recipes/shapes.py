"""The parts of a tokenizer.json, put together as plain values."""


def part(kind, **fields):
    return {"type": kind, **fields}


def split(pattern, behavior="Isolated", invert=False, regex=True):
    return part("Split", pattern={"Regex" if regex else "String": pattern}, behavior=behavior, invert=invert)


def byte_level(prefix=False, trim=True, regex=True):
    return part("ByteLevel", add_prefix_space=prefix, trim_offsets=trim, use_regex=regex)


def replace(pattern, content, regex=False):
    return part("Replace", pattern={"Regex" if regex else "String": pattern}, content=content)


def metaspace(scheme="always", splits=True):
    return part("Metaspace", replacement="\u2581", prepend_scheme=scheme, split=splits)


def normalizers(*parts):
    return part("Sequence", normalizers=list(parts))


def pre_tokenizers(*parts):
    return part("Sequence", pretokenizers=list(parts))


def processors(*parts):
    return part("Sequence", processors=list(parts))


def decoders(*parts):
    return part("Sequence", decoders=list(parts))


def bert_normalizer(clean=True, chinese=True, strip=None, lowercase=True):
    return part("BertNormalizer", clean_text=clean, handle_chinese_chars=chinese, strip_accents=strip,
                lowercase=lowercase)


def template(vocabulary, single, pair):
    """`"[CLS] $A [SEP]:1"`: a word is a token or $A, $B, with its type id behind the colon."""
    def piece(word):
        name, _, kind = word.partition(":")
        inner = {"id": name[1:] if name[0] == "$" else name, "type_id": int(kind or 0)}
        return {"Sequence" if name[0] == "$" else "SpecialToken": inner}

    tokens = sorted({word.partition(":")[0] for word in (single + " " + pair).split()} - {"$A", "$B"})
    ids = {token: {"id": token, "ids": [vocabulary[token]], "tokens": [token]} for token in tokens}
    return part("TemplateProcessing", single=[piece(word) for word in single.split()],
                pair=[piece(word) for word in pair.split()], special_tokens=ids)


def bpe(vocabulary, merges, old_merges=False, **options):
    """A BPE model; old files write a merge as one string."""
    written = [" ".join(pair) for pair in merges] if old_merges else [list(pair) for pair in merges]
    fields = {"dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
              "fuse_unk": False, "byte_fallback": False, "ignore_merges": False} | options
    return part("BPE", **fields, vocab=vocabulary, merges=written)


def wordpiece(vocabulary, unknown="[UNK]", prefix="##", longest=100):
    return part("WordPiece", unk_token=unknown, continuing_subword_prefix=prefix, max_input_chars_per_word=longest,
                vocab=vocabulary)


def tokenizer(model, normalizer=None, pre=None, post=None, decoder=None, special=(), added=()):
    """A whole tokenizer.json. Added tokens are names, or (name, {flag: value}); `special` ones are special."""
    vocabulary = model["vocab"]
    known = vocabulary if isinstance(vocabulary, dict) else {piece: i for i, (piece, _) in enumerate(vocabulary)}
    entries, last = [], max(known.values()) + 1
    for names, is_special in ((special, True), (added, False)):
        for name, flags in ((entry, {}) if isinstance(entry, str) else entry for entry in names):
            entry = {"id": known.get(name, last), "content": name, "single_word": False, "lstrip": False,
                     "rstrip": False, "normalized": not is_special, "special": is_special}
            last += name not in known
            entries.append(entry | flags)
    entries.sort(key=lambda entry: entry["id"])
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": entries, "normalizer": normalizer,
            "pre_tokenizer": pre, "post_processor": post, "decoder": decoder, "model": model}
