"""Vocabularies that the Hugging Face library learns from several thousand invented words."""
import json
from collections import Counter

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from .vocabularies import SPECIALS
from .writing import random

ONSETS = ("", "b", "br", "d", "f", "fl", "g", "gr", "h", "k", "l", "m", "n", "p", "pr", "qu", "r", "s", "sch", "st", "t",
          "th", "v", "w", "z", "ж", "к", "д")
VOWELS = ("a", "e", "i", "o", "u", "ea", "ou", "é", "ü", "а", "ё")
CODAS = ("", "", "n", "r", "st", "l", "ng", "ck", "mm", "s", "'s", "н")


def lines(count, seed=41):
    """Lines of words with the frequencies of a language (Zipf 1935): the word of rank r about 1/r times as often."""
    numbers = random(seed)

    def pick(parts):
        return parts[min(int(numbers.exponential(len(parts) / 3)), len(parts) - 1)]

    def word():
        return "".join(pick(ONSETS) + pick(VOWELS) + pick(CODAS) for _ in range(1 + int(numbers.integers(4))))

    words = [word() for _ in range(6000)]
    ranks = [int(rank) for rank in len(words) ** numbers.random(count * 12)]
    drawn = [words[rank - 1].capitalize() if rank % 9 == 0 else words[rank - 1] for rank in ranks]
    return [" ".join(drawn[i * 12:i * 12 + 12]) + "." for i in range(count)]


def byte_bpe(text):
    """The merges, which no hash order touches: the 256 bytes have fixed ids."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(vocab_size=4000, min_frequency=2, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(text, trainer)
    return [" ".join(pair) for pair in json.loads(tokenizer.model.__getstate__())["merges"]]


def wordpiece(text, min_frequency, limit_alphabet):
    """The tokens in the order of their ids.

    The library numbers `##x` in the order of a hash table; given as "special" tokens they keep the order of this
    project: characters, then characters that continue a word.
    """
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    words = [word for line in text
             for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(tokenizer.normalizer.normalize_str(line))]
    counts = Counter("".join(words)).most_common()
    assert len(counts) <= limit_alphabet or counts[limit_alphabet - 1][1] > counts[limit_alphabet][1], "a tie"
    kept = {character for character, _ in counts[:limit_alphabet]}
    alphabet = sorted(kept) + sorted({"##" + c for word in words for c in word[1:] if c in kept})
    trainer = trainers.WordPieceTrainer(vocab_size=3000, min_frequency=min_frequency, limit_alphabet=limit_alphabet,
                                        special_tokens=SPECIALS + alphabet, show_progress=False)
    tokenizer.train_from_iterator(text, trainer)
    vocabulary = tokenizer.get_vocab()
    return sorted(vocabulary, key=vocabulary.get)


def write(folder):
    text = lines(1800)
    home = folder / "tokenizers" / "training"
    home.mkdir(parents=True, exist_ok=True)
    (home / "corpus.txt").write_text("\n".join(text) + "\n")
    vocabularies = {"plain": wordpiece(text, 2, 1000), "limited": wordpiece(text, 5, 30)}
    for name, value in (("byte-bpe", byte_bpe(text)), ("wordpiece", vocabularies)):
        (home / f"{name}.json").write_text(json.dumps(value, ensure_ascii=False, indent=0) + "\n")
