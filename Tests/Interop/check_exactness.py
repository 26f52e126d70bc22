#!/usr/bin/env python3
"""A tokenizer folder read by Cloze against the Hugging Face library, line by line on whole files.

    check_exactness.py .build/release/cloze FOLDER FILE... [--reference TOKENIZER_JSON] [--limit LINES]

Ids, offsets, word ids and type ids of every text, and both decodings of its ids, must be equal; no difference is
excused. A FILE has a text a line, bad UTF-8 replaced by U+FFFD; in .jsonl a line is {"text": ...}, a string, or a list
of [text, count] as in Tests/Fixtures/exactness/tricky.jsonl. The library reads FOLDER/tokenizer.json, or the
--reference where the folder holds something else (a SentencePiece model, tiktoken ranks).
"""
import argparse
import gc
import itertools
import json
import pathlib

from tokenizers import Tokenizer

from common import Findings, run_rows

FIELDS = ("ids", "offsets", "word_ids", "type_ids")
DECODINGS = {"decoded": [], "decoded with specials": ["--keep-special-tokens"]}
CHUNK = 4 << 20


def given(line, path):
    """The text of a line of a file."""
    if path.suffix != ".jsonl":
        return line
    value = json.loads(line)
    if isinstance(value, dict):
        return value["text"]
    return value if isinstance(value, str) else "".join(text * count for text, count in value)


def numbered_texts(path, limit):
    """(line number, text) of a file, which is read piece by piece; only a line feed ends a line."""
    with open(path, encoding="utf-8", errors="replace", newline="\n") as file:
        for number, line in enumerate(itertools.islice(file, limit), start=1):
            line = line.removesuffix("\n")
            if line or path.suffix != ".jsonl":
                yield number, given(line, path)


def chunks(texts):
    """Runs of texts of about four million characters."""
    held, size = [], 0
    for entry in texts:
        held.append(entry)
        size += len(entry[1])
        if size > CHUNK:
            yield held
            held, size = [], 0
    if held:
        yield held


def difference(name, found, wanted):
    """Where two values part, as a sentence; None where they are equal."""
    if found == wanted:
        return None
    if not isinstance(found, (list, str)):
        return f"{name}: {found!r} instead of {str(wanted)[:60]!r}"
    place = next((i for i, (a, b) in enumerate(zip(found, wanted)) if a != b), min(len(found), len(wanted)))
    around = slice(max(0, place - 2), place + 4)
    return (f"{name} from {place}: {found[around]!r} instead of {wanted[around]!r} "
            f"({len(found)} and {len(wanted)} in all)")


def decoded(cloze, folder, encodings, flags):
    rows = [{"ids": encoding.ids} for encoding in encodings]
    found = run_rows(cloze, "tokenizer", "decode", "--tokenizer", folder, "--json", *flags, rows=rows)
    return [row.get("text") for row in found]


class Comparison:
    """Counts, and the first differences, over all files."""

    def __init__(self, cloze, folder, tokenizer):
        self.cloze, self.folder, self.tokenizer = cloze, folder, tokenizer
        self.lines = self.tokens = self.different = 0
        self.first = []

    def chunk(self, path, entries):
        rows = [{"text": text} for _, text in entries]
        found = run_rows(self.cloze, "tokenizer", "encode", "--tokenizer", self.folder, "--json", rows=rows)
        wanted = self.tokenizer.encode_batch([text for _, text in entries])
        ids = [encoding.ids for encoding in wanted]
        texts = {name: (decoded(self.cloze, self.folder, wanted, flags),
                        self.tokenizer.decode_batch(ids, skip_special_tokens=not flags))
                 for name, flags in DECODINGS.items()}
        if any(len(answer) != len(rows) for answer in (found, *(mine for mine, _ in texts.values()))):
            self.note(f"{path}, lines {entries[0][0]} to {entries[-1][0]}: not an answer for each")
            return
        for place, (number, text) in enumerate(entries):
            pairs = [(field, found[place].get(field), self.expected(wanted[place], field)) for field in FIELDS]
            pairs += [(name, mine[place], theirs[place]) for name, (mine, theirs) in texts.items()]
            if wrong := next(filter(None, itertools.starmap(difference, pairs)), None):
                self.note(f"{path}:{number}: {text[:60]!r}\n        {wrong}")
        self.lines += len(rows)
        self.tokens += sum(map(len, ids))

    @staticmethod
    def expected(encoding, field):
        value = getattr(encoding, field)
        return [list(span) for span in value] if field == "offsets" else value

    def note(self, sentence):
        self.different += 1
        if len(self.first) < 8:
            self.first.append(sentence)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cloze")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("files", type=pathlib.Path, nargs="+")
    parser.add_argument("--reference", type=pathlib.Path)
    parser.add_argument("--limit", type=int)
    options = parser.parse_args()
    findings = Findings(f"exactness of {options.folder.name}")
    tokenizer = Tokenizer.from_file(str(options.reference or options.folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    comparison = Comparison(options.cloze, options.folder, tokenizer)
    # Millions of small lists without a cycle: looking for one takes most of the time.
    gc.disable()
    for path in options.files:
        for entries in chunks(numbered_texts(path, options.limit)):
            comparison.chunk(path, entries)
    compared = f"{comparison.lines} lines, {comparison.tokens} tokens compared, {comparison.different} lines differ"
    findings.claim(comparison.lines > 0 and comparison.different == 0,
                   compared + "".join(f"\n      {sentence}" for sentence in comparison.first))
    findings.finish()


if __name__ == "__main__":
    main()
