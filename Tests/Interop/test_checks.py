#!/usr/bin/env python3
"""The checks themselves: each passes with a right stand-in for the binary and fails with every fault.

    python test_checks.py        (about five minutes)
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

import common
import numpy
import torch
from safetensors.torch import load_file, save_file

HERE = pathlib.Path(__file__).resolve().parent
FIXTURES = common.FIXTURES


class Check(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.cloze = self.home / "cloze"
        self.cloze.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{HERE / "stand_in.py"}" "$@"\n')
        self.cloze.chmod(0o755)

    def check(self, script, *arguments, fault="", passes):
        result = subprocess.run([sys.executable, HERE / script, *map(str, arguments)], capture_output=True, text=True,
                                env=os.environ | {"CLOZE_FAULT": fault})
        said = f"{script} with fault {fault!r}: exit {result.returncode}\n{result.stdout}{result.stderr[-2000:]}"
        self.assertEqual(result.returncode == 0, passes, said)
        if not passes:
            self.assertIn("✗", result.stdout, said)

    def copy(self, name):
        return pathlib.Path(shutil.copytree(FIXTURES / name, self.home / "model"))

    def test_probe(self):
        self.check("check_probe.py", self.cloze, passes=True)
        for fault in ("sign", "factor", "missing", "state", "loss", "nan", "step"):
            with self.subTest(fault=fault):
                self.check("check_probe.py", self.cloze, "gpt2", fault=fault, passes=False)

    def test_folder(self):
        for name in ("bert", "gpt2", "bert-classifier", "imports/bert-encoder"):
            self.check("check_folder.py", FIXTURES / name, "--cloze", self.cloze, passes=True)
        self.check("check_folder.py", FIXTURES / "bert", "--cloze", self.cloze, fault="factor", passes=False)

    def test_folder_with_a_wrong_name(self):
        folder = self.copy("bert")
        tensors = load_file(folder / "model.safetensors")
        tensors["bert.pooler.dense.weights"] = tensors.pop("bert.pooler.dense.weight")
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        self.check("check_folder.py", folder, passes=False)

    def test_folder_with_the_tied_head_written_twice(self):
        self.check("check_folder.py", FIXTURES / "imports/gpt2-untied-copy", passes=False)

    def test_tokenizer(self):
        for name in ("wordpiece-uncased", "wordpiece-cased", "byte-bpe"):
            self.check("check_tokenizer.py", FIXTURES / "tokenizers" / name, "--cloze", self.cloze, passes=True)
        for fault in ("offset", "id", "decode"):
            with self.subTest(fault=fault):
                self.check("check_tokenizer.py", FIXTURES / "tokenizers/byte-bpe", "--cloze", self.cloze,
                           fault=fault, passes=False)

    def exactness_lines(self):
        """A text file with an odd line break, an empty line and bad UTF-8, and rows of each kind."""
        lines, rows = self.home / "lines.txt", self.home / "rows.jsonl"
        lines.write_bytes("The ferry\u2028 at 6:45\r\n\n  caf\u00e9 \U0001f44b".encode() + b" \xff\n")
        rows.write_text(json.dumps({"text": "a\nb"}) + "\n" + json.dumps([["ab ", 40], ["c", 1]]) + "\n\"[MASK]\"\n")
        return lines, rows

    def test_exactness(self):
        folder, files = FIXTURES / "exactness" / "llama2", self.exactness_lines()
        self.check("check_exactness.py", self.cloze, folder, *files, passes=True)
        self.check("check_exactness.py", self.cloze, folder, *files, fault="word", passes=False)
        files[0].write_text("")
        self.check("check_exactness.py", self.cloze, folder, files[0], passes=False)

    def test_exactness_of_every_field(self):
        import check_exactness
        folder, files = FIXTURES / "exactness" / "bert-uncased", self.exactness_lines()
        tokenizer = check_exactness.Tokenizer.from_file(str(folder / "tokenizer.json"))

        def run_rows(cloze, *arguments, rows):
            if "encode" in arguments:
                encodings = [tokenizer.encode(row["text"]) for row in rows]
                answers = [{"ids": e.ids, "offsets": list(map(list, e.offsets)), "word_ids": list(e.word_ids),
                            "type_ids": e.type_ids} for e in encodings]
            else:
                kept = "--keep-special-tokens" in arguments
                answers = [{"text": tokenizer.decode(row["ids"], skip_special_tokens=not kept), "kept": kept}
                           for row in rows]
            return spoil(answers) or answers

        def differing(fault):
            nonlocal spoil
            spoil = fault
            comparison = check_exactness.Comparison("cloze", folder, tokenizer)
            for path in files:
                for entries in check_exactness.chunks(check_exactness.numbered_texts(path, None)):
                    comparison.chunk(path, entries)
            return comparison.lines, comparison.different

        def spoils(field, value, kept=None):
            def fault(answers):
                if field in answers[0] and kept in (None, answers[0].get("kept")):
                    answers[-1][field] = value
            return fault

        spoil = None
        with unittest.mock.patch.object(check_exactness, "run_rows", run_rows):
            self.assertEqual(differing(lambda answers: None), (6, 0))
            faults = [spoils(field, [1]) for field in ("ids", "word_ids", "type_ids", "offsets")]
            for fault in [*faults, spoils("text", "x", False), spoils("text", "x", True), spoils("text", None)]:
                self.assertEqual(differing(fault), (6, 2))
            self.assertEqual(differing(lambda answers: answers[1:])[1], 2)

    def test_tensorboard(self):
        from torch.utils.tensorboard import SummaryWriter
        for name, steps in (("good", (1, 2, 3)), ("back", (1, 3, 2))):
            with SummaryWriter(self.home / name) as writer:
                for step in steps:
                    writer.add_scalar("train/loss", 1 / step, step)
        self.check("check_tensorboard.py", self.home / "good", "--tag", "train/loss", "--last-step", 3, passes=True)
        self.check("check_tensorboard.py", self.home / "good", "--tag", "train/lost", passes=False)
        self.check("check_tensorboard.py", self.home / "back", passes=False)
        file = next((self.home / "good").iterdir())
        data = bytearray(file.read_bytes())
        data[-6] ^= 1
        file.write_bytes(data)
        self.check("check_tensorboard.py", self.home / "good", passes=False)

    def test_sentence_transformers(self):
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
        import transformers
        transformers.BertModel.from_pretrained(FIXTURES / "bert").save_pretrained(self.home / "encoder")
        transformers.AutoTokenizer.from_pretrained(FIXTURES / "bert").save_pretrained(self.home / "encoder")
        modules = [Transformer(str(self.home / "encoder"), max_seq_length=40), Pooling(42, "mean"), Normalize()]
        model = SentenceTransformer(modules=modules, device="cpu")
        model.save(str(self.home / "folder"))
        texts = FIXTURES / "bert" / "sentences.txt"
        lines = texts.read_text().splitlines()
        wanted = load_file(FIXTURES / "bert" / "embeddings.safetensors")["sentences.mean.normalized"].numpy()
        for shift, passes in ((0, True), (1e-4, False)):
            numpy.save(self.home / "vectors.npy", wanted + numpy.float32(shift))
            self.check("check_sentence_transformers.py", self.home / "folder", "--pooling", "mean", "--normalized",
                       "--texts", texts, "--vectors", self.home / "vectors.npy", passes=passes)
        self.assertEqual(len(lines), len(wanted))
        self.check("check_sentence_transformers.py", FIXTURES / "bert", passes=False)


if __name__ == "__main__":
    torch.set_num_threads(1)
    unittest.main()
