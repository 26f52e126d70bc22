"""What all checks share: running the binary, comparing tensors, and saying what was compared."""
import json
import pathlib
import subprocess
import sys
import warnings

HERE = pathlib.Path(__file__).resolve().parent
FIXTURES = HERE.parent / "Fixtures"
sys.path.insert(0, str(FIXTURES))

import torch
import transformers
from recipes import corpus, models, optimizers, texts  # noqa: F401 (for all checks)
from safetensors.torch import load_file

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
warnings.filterwarnings("ignore")


class Findings:
    """The claims of one check: each is printed with its number, and one that fails decides the exit status."""

    def __init__(self, title):
        self.failed = 0
        print(f"{title}")

    def claim(self, holds, text):
        self.failed += not holds
        print(f"  {'✓' if holds else '✗'} {text}")
        return holds

    def finish(self):
        sys.exit(1 if self.failed else 0)


def run(cloze, *arguments, given=None):
    """Standard output of the binary; stops with its standard error where it fails."""
    result = subprocess.run([cloze, *map(str, arguments)], input=given, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{cloze} {' '.join(map(str, arguments))}: exit {result.returncode}\n{result.stderr}")
    return result.stdout


def run_rows(cloze, *arguments, rows):
    """JSON lines in, JSON lines out."""
    out = run(cloze, *arguments, given="".join(json.dumps(row) + "\n" for row in rows))
    return [json.loads(line) for line in out.split("\n") if line]


def worst(pairs):
    """(largest |a − b|, largest |b|) over pairs of tensors."""
    pairs = list(pairs)
    return (max((a.double() - b.double()).abs().max().item() for a, b in pairs),
            max(b.double().abs().max().item() for _, b in pairs))


def compare_outputs(findings, found, wanted, mask):
    """Names, shapes, losses, states and gradients of two `outputs.safetensors`, within the tolerances of the project.

    Losses 1e-6 relative; logits and hidden states 1e-5 of the largest, where the mask is 1; gradients
    max(1e-4 × the tensor's largest, 1e-7 × global norm).
    """
    missing = [name for name in wanted if name not in found and not name.startswith("loss.")]
    findings.claim(not missing, f"{len(wanted) - len(missing)} tensors found" + "".join(f"; not {n}" for n in missing))
    shared = [name for name in wanted if name in found]
    odd = [n for n in shared if found[n].shape != wanted[n].shape and found[n].numel() * wanted[n].numel() != 1]
    if not findings.claim(not odd, "shapes agree" + "".join(f"; {n}: {list(found[n].shape)}" for n in odd)):
        return
    bad = [n for n in shared if not torch.isfinite(found[n].double()).all()]
    findings.claim(not bad, "all numbers are finite" + (f"; not in {bad}" if bad else ""))
    real = mask.bool()
    for name in shared:
        a, b = found[name], wanted[name]
        if name.startswith("loss"):
            off = abs(a.item() - b.item()) / abs(b.item())
            findings.claim(off <= 1e-6, f"{name} {a.item():.7f}, off by {off:.1e} of 1e-6")
        elif "logits" in name or name.startswith("hidden.") or name == "pooler_output":
            per_token = b.dim() == 3
            difference, largest = worst([(a[real], b[real]) if per_token else (a, b)])
            findings.claim(difference <= 1e-5 * largest, f"{name} off by {difference / largest:.1e} of 1e-5")
    compare_gradients(findings, found, {n: wanted[n] for n in shared if n.startswith("grad.")})


def compare_gradients(findings, found, wanted):
    if not wanted:
        return
    norm = torch.cat([g.double().flatten() for g in wanted.values()]).norm().item()
    shares = {}
    for name, gradient in wanted.items():
        difference, largest = worst([(found[name], gradient)])
        shares[name] = difference / max(1e-4 * largest, 1e-7 * norm)
    name = max(shares, key=shares.get)
    findings.claim(shares[name] <= 1, f"{len(wanted)} gradients; worst is {name}: {shares[name]:.2f} of the allowance")


def compare_weights(findings, found, wanted, tolerance, what):
    """The same names and shapes, and values within an absolute tolerance."""
    findings.claim(found.keys() == wanted.keys(), f"{what}: the same {len(wanted)} names"
                   + "".join(f"; {n}" for n in sorted(found.keys() ^ wanted.keys())))
    shared = [n for n in wanted if n in found]
    odd = [n for n in shared if found[n].shape != wanted[n].shape]
    if findings.claim(not odd, f"{what}: the same shapes" + "".join(f"; {n}" for n in odd)):
        difference, _ = worst((found[n], wanted[n]) for n in shared)
        findings.claim(difference <= tolerance, f"{what}: off by {difference:.1e} of {tolerance:.0e}")


def weights(folder):
    """All tensors of a folder, from one file or from shards."""
    index = pathlib.Path(folder) / "model.safetensors.index.json"
    if not index.exists():
        return load_file(pathlib.Path(folder) / "model.safetensors")
    names = sorted(set(json.loads(index.read_text())["weight_map"].values()))
    return {name: t for file in names for name, t in load_file(pathlib.Path(folder) / file).items()}
