#!/usr/bin/env python3
"""Every check: the binary on the fixtures, a folder that it writes, and, where one is given, a whole run folder.

    check_all.py .build/release/cloze [checkpoints/quickstart]
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
FIXTURES = HERE.parent / "Fixtures"


def write_folder(cloze, name, folder):
    """A Hugging Face folder written by the binary: a fixture after one step of AdamW."""
    fixture = FIXTURES / name
    subprocess.run([cloze, "model", "probe", fixture, "--inputs", fixture / "inputs.safetensors", "--outputs",
                    folder.with_suffix(".safetensors"), "--adamw-steps", "1", "--stepped", folder], check=True,
                   stdout=subprocess.DEVNULL)
    return folder


def checks(cloze, home):
    yield "check_probe.py", cloze
    for name in ("bert", "gpt2", "llama", "bloom", "bert-classifier", "imports/bert-encoder"):
        yield "check_folder.py", FIXTURES / name, "--cloze", cloze
    for name in ("bert", "gpt2", "llama", "bloom", "bert-classifier"):
        yield "check_folder.py", write_folder(cloze, name, home / name), "--cloze", cloze
    for name in ("wordpiece-uncased", "wordpiece-cased", "byte-bpe"):
        yield "check_tokenizer.py", FIXTURES / "tokenizers" / name, "--cloze", cloze
    for name in ("bert-uncased", "gpt2", "llama2", "xlm-roberta"):
        yield "check_exactness.py", cloze, FIXTURES / "exactness" / name, FIXTURES / "exactness" / "tricky.jsonl"


def run_checks(cloze, run):
    """What a run left behind: its models, tokenizer, event files and exports."""
    models = [run / "pretrain" / "best", *sorted(run.glob("finetune/*/best")), run / "exports" / "hugging-face"]
    for folder in models:
        if folder.exists():
            yield "check_folder.py", folder, "--cloze", cloze
    if (run / "tokenizer").exists():
        yield "check_tokenizer.py", run / "tokenizer", "--cloze", cloze
    if (run / "tensorboard").exists():
        yield "check_tensorboard.py", run / "tensorboard"
    if (run / "exports" / "sentence-transformers").exists():
        yield "check_sentence_transformers.py", run / "exports" / "sentence-transformers"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cloze", type=pathlib.Path)
    parser.add_argument("run", type=pathlib.Path, nargs="?")
    options = parser.parse_args()
    cloze, failed = options.cloze.resolve(), []
    with tempfile.TemporaryDirectory() as home:
        wanted = list(checks(cloze, pathlib.Path(home)))
        wanted += run_checks(cloze, options.run) if options.run else []
        for script, *arguments in wanted:
            if subprocess.run([sys.executable, HERE / script, *arguments]).returncode:
                failed.append(" ".join([script, *map(str, arguments)]))
    print(f"{len(wanted) - len(failed)} of {len(wanted)} checks passed")
    print("".join(f"failed: {line}\n" for line in failed), end="")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
