#!/usr/bin/env python3
"""`cloze model probe` against the fixtures: losses, logits, states, gradients, and ten AdamW steps.

    check_probe.py .build/release/cloze [bert gpt2 llama bert-classifier]
"""
import argparse
import json
import pathlib
import tempfile

from common import FIXTURES, Findings, compare_outputs, compare_weights, load_file, run, weights


def losses_in(report):
    """The list of step losses in a JSON report, under whatever name."""
    for key, value in report.items():
        if "loss" in key and isinstance(value, list):
            return [item["loss"] if isinstance(item, dict) else item for item in value]
    return []


def check(cloze, name):
    fixture, findings = FIXTURES / name, Findings(f"model probe on {name}")
    with tempfile.TemporaryDirectory() as folder:
        out, stepped = pathlib.Path(folder) / "out.safetensors", pathlib.Path(folder) / "stepped"
        arguments = ["model", "probe", fixture, "--inputs", fixture / "inputs.safetensors", "--outputs", out,
                     "--gradients"]
        has_steps = (fixture / "steps.json").exists()
        if has_steps:
            wanted = json.loads((fixture / "steps.json").read_text())
            settings = wanted["settings"]
            arguments += ["--adamw-steps", settings["steps"], "--learning-rate", settings["learning_rate"],
                          "--epsilon", settings["epsilon"], "--weight-decay", settings["weight_decay"],
                          "--clip-norm", settings["clip_norm"], "--warmup-steps", settings["warmup_steps"],
                          "--stepped", stepped]
        report = json.loads(run(cloze, *arguments, "--json"))
        mask = load_file(fixture / "inputs.safetensors")["attention_mask"]
        compare_outputs(findings, load_file(out), load_file(fixture / "outputs.safetensors"), mask)
        if has_steps:
            losses = losses_in(report)
            off = [abs(a - b) / b for a, b in zip(losses, wanted["losses"])]
            findings.claim(len(off) == settings["steps"] and max(off) <= 1e-5,
                           f"{len(off)} step losses, off by {max(off, default=1):.1e} of 1e-5")
            compare_weights(findings, weights(stepped), load_file(fixture / "stepped.safetensors"), 1e-5,
                            "after ten steps")
    return findings.failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cloze")
    parser.add_argument("fixtures", nargs="*", default=["bert", "gpt2", "llama", "bert-classifier"])
    options = parser.parse_args()
    raise SystemExit(1 if sum([check(options.cloze, name) for name in options.fixtures]) else 0)


if __name__ == "__main__":
    main()
