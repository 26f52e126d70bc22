#!/usr/bin/env python3
"""A tokenizer folder read or written by Cloze, against the Hugging Face libraries on the same texts.

    check_tokenizer.py FOLDER [TEXTFILE] --cloze .build/release/cloze       every field, pairs, truncation, decoding
    check_tokenizer.py FOLDER TEXTFILE --encoded LINES                      lines written before, in the same order

Without TEXTFILE (one text a line) the texts are the invented ones of the fixtures.
"""
import argparse
import json
import pathlib

import transformers
from tokenizers import Tokenizer

from common import Findings, corpus, run_rows, texts

FIELDS = ("ids", "tokens", "offsets", "word_ids", "type_ids")


def differences(rows, found, tokenizer, special=True, length=None):
    """Sentences on the rows of which a field differs; the row's number stands for its text."""
    out = []
    for number, (row, mine) in enumerate(zip(rows, found)):
        theirs = texts.row(tokenizer, row["text"], row.get("pair"), special, length)
        for field in FIELDS:
            if mine.get(field) != json.loads(json.dumps(theirs[field])):
                out.append(f"row {number}, {field}: {str(mine.get(field))[:90]} instead of {str(theirs[field])[:90]}")
                break
    return out


def claim_rows(findings, what, rows, found, wrong):
    complete = len(rows) == len(found)
    findings.claim(complete and not wrong, f"{what}: {len(found) - len(wrong)} of {len(rows)} rows agree"
                   + "".join(f"\n      {line}" for line in wrong[:5]))


def check_encoding(findings, cloze, folder, tokenizer, rows):
    command = ["tokenizer", "encode", "--tokenizer", folder, "--json"]
    for what, flags, special, length in (("encode", [], True, None),
                                         ("without specials", ["--no-special-tokens"], False, None),
                                         ("at most 8", ["--max-length", "8"], True, 8)):
        pairs = [{"text": a, "pair": b} for a, b in texts.PAIRS]
        found = run_rows(cloze, *command, *flags, rows=rows + pairs)
        claim_rows(findings, what, rows + pairs, found, differences(rows + pairs, found, tokenizer, special, length))


def check_decoding(findings, cloze, folder, tokenizer):
    rows = [{"ids": row["ids"]} for row in texts.decodings(tokenizer, seed=71)]
    found = run_rows(cloze, "tokenizer", "decode", "--tokenizer", folder, "--json", rows=rows)
    wrong = [f"row {i}: {mine.get('text')!r} instead of {wanted!r}" for i, (row, mine) in enumerate(zip(rows, found))
             if mine.get("text") != (wanted := tokenizer.decode(row["ids"], skip_special_tokens=True))]
    claim_rows(findings, "decode", rows, found, wrong)


def check_transformers(findings, folder, tokenizer, rows):
    """AutoTokenizer, which may build its pipeline from tokenizer_config.json, agrees with tokenizer.json itself."""
    automatic = transformers.AutoTokenizer.from_pretrained(folder)
    wrong = [i for i, row in enumerate(rows)
             if automatic(row["text"])["input_ids"] != tokenizer.encode(row["text"]).ids]
    findings.claim(not wrong, f"{type(automatic).__name__} of transformers gives the ids of tokenizer.json"
                   + (f", but not in rows {wrong[:8]}" if wrong else ""))
    findings.claim(len(automatic) == tokenizer.get_vocab_size(), f"{len(automatic)} tokens in both")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("texts", type=pathlib.Path, nargs="?")
    parser.add_argument("--cloze")
    parser.add_argument("--encoded", type=pathlib.Path)
    options = parser.parse_args()
    if options.texts:
        given = options.texts.read_text().split("\n")
    else:
        given = [*corpus.TRICKY, *corpus.SNIPPETS, *corpus.sentences(50, seed=72), *corpus.mixtures(500, seed=73)]
    rows = [{"text": text} for text in given]
    findings = Findings(f"tokenizer {options.folder.name}")
    tokenizer = Tokenizer.from_file(str(options.folder / "tokenizer.json"))
    check_transformers(findings, options.folder, tokenizer, rows)
    if options.encoded:
        found = [json.loads(line) for line in options.encoded.read_text().split("\n") if line]
        claim_rows(findings, "encode", rows, found, differences(rows, found, tokenizer))
    if options.cloze:
        check_encoding(findings, options.cloze, options.folder, tokenizer, rows)
        check_decoding(findings, options.cloze, options.folder, tokenizer)
    findings.finish()


if __name__ == "__main__":
    main()
