"""Tokenizers trained with the Hugging Face library on invented text."""
import json

import transformers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

from . import corpus
from .models import BERT_VOCABULARY, GPT2_VOCABULARY
from .writing import write_json

SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
END_OF_TEXT = "<|endoftext|>"


def wordpiece(lines, size, lowercase):
    """A WordPiece vocabulary {token: id}, specials first.

    The library numbers `##x` in the order of a hash table, which changes from run to run; given as "special" tokens in
    sorted order they keep their numbers. Only the vocabulary is used, so that none of them ends up special.
    """
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    words = {word for line in lines
             for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(tokenizer.normalizer.normalize_str(line))}
    inner = sorted({"##" + character for word in words for character in word[1:]})
    trainer = trainers.WordPieceTrainer(vocab_size=size, special_tokens=SPECIALS + inner, show_progress=False)
    tokenizer.train_from_iterator(lines, trainer)
    return tokenizer.get_vocab()


def byte_bpe(lines, size):
    """(vocabulary, merges): 256 byte symbols in the library's order, merges, and end-of-text last as in GPT-2."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(vocab_size=size - 1, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(lines, trainer)
    vocabulary = tokenizer.get_vocab() | {END_OF_TEXT: size - 1}
    assert len(vocabulary) == size
    state = json.loads(tokenizer.model.__getstate__())
    return vocabulary, [tuple(pair) for pair in state["merges"]]


def save_bert(folder, vocabulary, lowercase, maximum_length):
    """Everything that a BERT tokenizer folder may hold."""
    tokenizer = transformers.BertTokenizer(vocab=vocabulary, do_lower_case=lowercase, model_max_length=maximum_length)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save_pretrained(folder)
    tokenizer.backend_tokenizer.model.save(str(folder))
    write_json(folder / "special_tokens_map.json", {
        "cls_token": "[CLS]", "mask_token": "[MASK]", "pad_token": "[PAD]", "sep_token": "[SEP]", "unk_token": "[UNK]"})
    return tokenizer.backend_tokenizer


def save_gpt2(folder, vocabulary, merges, maximum_length):
    """Everything that a GPT-2 tokenizer folder may hold."""
    tokenizer = transformers.GPT2Tokenizer(vocab=vocabulary, merges=merges, model_max_length=maximum_length)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save_pretrained(folder)
    tokenizer.backend_tokenizer.model.save(str(folder))
    write_json(folder / "special_tokens_map.json", {
        "bos_token": END_OF_TEXT, "eos_token": END_OF_TEXT, "unk_token": END_OF_TEXT})
    return tokenizer.backend_tokenizer


def plain_english(lines):
    """Lines without a character above U+007E, in lower case: an alphabet for the small models' vocabularies."""
    return [line.lower() for line in lines if all(" " <= c <= "~" for c in line)]


def write(folder):
    lines = corpus.sentences(400)
    home = folder / "tokenizers"
    home.mkdir(parents=True, exist_ok=True)
    (home / "corpus.txt").write_text("\n".join(lines) + "\n")
    save_bert(home / "wordpiece-uncased", wordpiece(lines, 600, lowercase=True), True, 512)
    save_bert(home / "wordpiece-cased", wordpiece(lines, 700, lowercase=False), False, 512)
    vocabulary, merges = byte_bpe(lines, 601)
    backend = save_gpt2(home / "byte-bpe", vocabulary, merges, 1024)
    backend.post_processor = processors.ByteLevel(trim_offsets=True)
    backend.save(str(home / "byte-bpe" / "tokenizer-trimmed.json"))

    letters = plain_english(lines)
    small = wordpiece(letters, BERT_VOCABULARY, lowercase=True)
    assert len(small) == BERT_VOCABULARY, len(small)
    save_bert(folder / "bert", small, True, 40)
    save_bert(folder / "bert-classifier", small, True, 40)
    save_gpt2(folder / "gpt2", *byte_bpe(letters, GPT2_VOCABULARY), 40)
