"""How far PyTorch's own float32 lies from the float64 reference: what a right build can be expected to reach."""
import torch

from . import models, optimizers


def largest(tensor):
    return tensor.double().abs().max().item()


def distance(a, b):
    return (a.double() - b.double()).abs().max().item()


def report():
    print("| model | loss, relative | logits and hidden states / largest | gradients / allowed | stepped, absolute |")
    print("|---|---|---|---|---|")
    for name, (model, inputs) in models.cases().items():
        exact, single = (models.evaluate(model, inputs, dtype) for dtype in (torch.float64, torch.float32))
        loss = distance(single["loss"], exact["loss"]) / largest(exact["loss"])
        states = max(distance(single[k], exact[k]) / largest(exact[k]) for k in exact if "logits" in k or "hidden" in k)
        gradients = {k: v for k, v in exact.items() if k.startswith("grad.")}
        norm = torch.cat([g.double().flatten() for g in gradients.values()]).norm().item()
        share = max(distance(single[k], g) / max(1e-4 * largest(g), 1e-7 * norm) for k, g in gradients.items())
        double, float_ = (dict(optimizers.ten_steps(model, inputs, dtype)[0].named_parameters())
                          for dtype in (torch.float64, torch.float32))
        moved = max(distance(float_[k], v) for k, v in double.items())
        print(f"| {name} | {loss:.1e} | {states:.1e} | {share:.2f} | {moved:.1e} |")
