"""Learning-rate factors: those of transformers, and ours, which differ in the warm-up only.

transformers begins its warm-up with a step of rate zero: factor s / W. Ours is (s + 1) / W, so that step 0 already
learns and step W − 1 has the full rate. From step W on both are the same. `steps` is the horizon T.
"""
import math

import torch
import transformers

from .writing import rounded, write_json

CASES = [
    ("linear", dict(warmup=5, steps=24)),
    ("linear", dict(warmup=0, steps=10)),
    ("linear", dict(warmup=3, steps=16, minimum=0.1)),
    ("cosine", dict(warmup=5, steps=24)),
    ("cosine", dict(warmup=4, steps=20, minimum=0.1)),
    ("inverse_sqrt", dict(warmup=5, steps=24)),
    ("constant_with_warmup", dict(warmup=5, steps=12)),
    ("constant_with_warmup", dict(warmup=0, steps=4)),
    ("warmup_stable_decay", dict(warmup=4, steps=24, decay=8, decay_type="linear")),
    ("warmup_stable_decay", dict(warmup=4, steps=24, decay=8, decay_type="cosine")),
    ("warmup_stable_decay", dict(warmup=4, steps=24, decay=8, decay_type="1-sqrt", minimum=0.1)),
]


def theirs(kind, warmup, steps, minimum=0.0, decay=0, decay_type="linear"):
    """The schedule of transformers of that name; none where it has no such option."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    if kind == "linear" and minimum == 0:
        schedule = transformers.get_linear_schedule_with_warmup(optimizer, warmup, steps)
    elif kind == "cosine" and minimum == 0:
        schedule = transformers.get_cosine_schedule_with_warmup(optimizer, warmup, steps)
    elif kind == "cosine":
        schedule = transformers.get_cosine_with_min_lr_schedule_with_warmup(
            optimizer, warmup, steps, min_lr_rate=minimum)
    elif kind == "inverse_sqrt":
        schedule = transformers.get_inverse_sqrt_schedule(optimizer, warmup)
    elif kind == "constant_with_warmup":
        schedule = transformers.get_constant_schedule_with_warmup(optimizer, warmup)
    elif kind == "warmup_stable_decay":
        schedule = transformers.get_wsd_schedule(
            optimizer, warmup, decay, num_training_steps=steps, decay_type=decay_type, min_lr_ratio=minimum)
    else:
        return None
    return [schedule.lr_lambdas[0](step) for step in range(steps)]


def ours(kind, warmup, steps, minimum=0.0, decay=0, decay_type="linear"):
    """The factor of every step: (s + 1) / W in the warm-up, then the curve from 1 towards `minimum`."""

    def shape(progress, form):
        return {"linear": 1 - progress, "cosine": (1 + math.cos(math.pi * progress)) / 2,
                "1-sqrt": 1 - math.sqrt(progress)}[form]

    def factor(step):
        if step < warmup:
            return (step + 1) / warmup
        if kind == "constant_with_warmup":
            return 1.0
        if kind == "inverse_sqrt":
            return math.sqrt(warmup / step)
        if kind == "warmup_stable_decay":
            begin = steps - decay
            curve = 1.0 if step < begin else shape((step - begin) / decay, decay_type)
        else:
            curve = shape((step - warmup) / (steps - warmup), kind)
        return minimum + (1 - minimum) * curve

    return [factor(step) for step in range(steps)]


def write(folder):
    rows = []
    for kind, settings in CASES:
        mine, reference = ours(kind, **settings), theirs(kind, **settings)
        after = settings["warmup"]
        if reference:
            assert all(abs(a - b) < 1e-12 for a, b in zip(mine[after:], reference[after:])), (kind, settings)
        assert mine[0] > 0
        rows.append({"type": kind} | settings | {"factors": mine, "transformers": reference})
    write_json(folder / "optimizers" / "schedules.json", rounded(rows))
