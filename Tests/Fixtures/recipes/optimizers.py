"""Ten AdamW steps on a fixed batch, and optimizers on tensors small enough to read."""
import copy

import torch
from torch.nn.utils import clip_grad_norm_

from . import models
from .writing import random, rounded, write_json, write_tensors

SETTINGS = {"steps": 10, "learning_rate": 1e-3, "betas": [0.9, 0.999], "epsilon": 1e-6, "weight_decay": 0.01,
            "clip_norm": 1.0, "warmup_steps": 3}


def groups(model):
    """Decay on tensors of two dimensions and more; none on biases and norms. Tied weights appear once."""
    parameters = list(model.parameters())
    return [{"params": [p for p in parameters if p.dim() >= 2], "weight_decay": SETTINGS["weight_decay"]},
            {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0}]


def ten_steps(model, inputs, dtype=torch.float64):
    """(stepped model, report). The loss of step s is that of its forward pass, before its update."""
    model = copy.deepcopy(model).to(dtype)
    optimizer = torch.optim.AdamW(groups(model), betas=tuple(SETTINGS["betas"]), eps=SETTINGS["epsilon"])
    report = {"losses": [], "gradient_norms": [], "learning_rates": []}
    for step in range(SETTINGS["steps"]):
        rate = SETTINGS["learning_rate"] * min(1.0, (step + 1) / SETTINGS["warmup_steps"])
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad()
        loss = models.losses(model, inputs)[0]["loss"]
        loss.backward()
        norm = clip_grad_norm_(model.parameters(), SETTINGS["clip_norm"])
        optimizer.step()
        for key, value in zip(report, (loss.item(), norm.item(), rate)):
            report[key].append(value)
    with torch.no_grad():
        report["loss_after"] = models.losses(model, inputs)[0]["loss"].item()
    return model, report


def adamw(value, gradients, *, weight_decay, epsilon=1e-6, rate=0.01):
    """torch.optim.AdamW on one tensor: the value after each step."""
    parameter = torch.nn.Parameter(value.clone())
    optimizer = torch.optim.AdamW([parameter], lr=rate, betas=(0.9, 0.999), eps=epsilon, weight_decay=weight_decay)
    after = []
    for gradient in gradients:
        parameter.grad = gradient.clone()
        optimizer.step()
        after.append(parameter.detach().tolist())
    return after


def adam_weight_decay(value, gradients, *, weight_decay, epsilon=1e-6, rate=0.01):
    """BERT's first optimizer (AdamWeightDecay): no bias correction, p ← p − rate · (m / (√v + ε) + decay · p)."""
    value, after = value.clone(), []
    m, v = torch.zeros_like(value), torch.zeros_like(value)
    for gradient in gradients:
        m = 0.9 * m + 0.1 * gradient
        v = 0.999 * v + 0.001 * gradient * gradient
        value = value - rate * (m / (v.sqrt() + epsilon) + weight_decay * value)
        after.append(value.tolist())
    return after


def clipping(gradients):
    """Global-norm clips of two tensors: factor = min(1, limit / (norm + 1e-6)), as PyTorch has it."""
    rows = []
    for limit in (0.5, 1.0, 100.0):
        parameters = [torch.nn.Parameter(torch.zeros_like(g)) for g in gradients[:2]]
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = gradient.clone()
        norm = clip_grad_norm_(parameters, limit).item()
        rows.append({"limit": limit, "norm": norm, "clipped": [p.grad.tolist() for p in parameters]})
    return rows


def write(folder):
    for name, (model, inputs) in list(models.cases().items())[:4]:
        stepped, report = ten_steps(model, inputs)
        write_json(folder / name / "steps.json", rounded({"settings": SETTINGS} | report))
        write_tensors(folder / name / "stepped.safetensors", dict(stepped.named_parameters()))
    numbers = random(21)
    value = torch.from_numpy(numbers.standard_normal(7).round(3))
    gradients = [torch.from_numpy(numbers.standard_normal(7).round(3)) for _ in range(5)]
    gradients[2][:] = 0
    rows = [{"name": name, "weight_decay": decay, "learning_rate": 0.01, "betas": [0.9, 0.999], "epsilon": 1e-6,
             "after": function(value, gradients, weight_decay=decay)}
            for decay in (0.0, 0.1)
            for name, function in (("adamw", adamw), ("adamw-without-bias-correction", adam_weight_decay))]
    write_json(folder / "optimizers" / "small.json", rounded({
        "value": value.tolist(), "gradients": [g.tolist() for g in gradients], "optimizers": rows,
        "clipping": clipping(gradients)}))
