"""Random numbers that never change, and files that come out the same every time."""
import json

import numpy
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)


def random(seed):
    """Numbers from Philox, so that they do not depend on PyTorch's version."""
    return numpy.random.Generator(numpy.random.Philox(seed))


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1) + "\n")


def write_rows(path, rows):
    """JSON lines in plain ASCII: every other character is escaped, so no editor can change it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows))


def write_tensors(path, tensors):
    """A safetensors file: floats as float32, but scalars stay float64; integers as int64."""
    path.parent.mkdir(parents=True, exist_ok=True)
    out = {}
    for name, value in tensors.items():
        value = value.detach()
        if value.is_floating_point() and value.dim() > 0:
            value = value.to(torch.float32)
        out[name] = value.contiguous().clone()
    save_file(out, path, metadata={"format": "pt"})


def rounded(value, digits=12):
    """A float or a nest of them with 12 significant digits: below what another summation order changes."""
    if isinstance(value, float):
        return float(f"{value:.{digits}g}")
    if isinstance(value, dict):
        return {key: rounded(item, digits) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(item, digits) for item in value]
    return value


def tensor_distance(one, other):
    """max |a − b| / max |b| over the tensors of two files; infinite where names, types or shapes differ."""
    first, second = load_file(one), load_file(other)
    if first.keys() != second.keys() or metadata(one) != metadata(other):
        return float("inf")
    worst = 0.0
    for name, a in first.items():
        b = second[name]
        if a.dtype != b.dtype or a.shape != b.shape:
            return float("inf")
        if a.numel():
            largest = max(b.double().abs().max().item(), 1e-300)
            worst = max(worst, (a.double() - b.double()).abs().max().item() / largest)
    return worst


def metadata(path):
    with safe_open(path, "pt") as file:
        return file.metadata()
