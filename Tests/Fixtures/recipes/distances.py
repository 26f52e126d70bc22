"""How far PyTorch's own float32 and bfloat16 lie from the float64 reference: what a right build can be expected to reach."""
import copy

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
    rounded()


def rounded():
    """Norms of errors of autocast to bfloat16, relative to the norm of what is right."""
    print("\n| model | logits | next-sentence logits | hidden states | gradient |")
    print("|---|---|---|---|---|")
    for name, (model, inputs) in models.cases().items():
        exact, real = models.evaluate(model, inputs), inputs["attention_mask"].bool().unsqueeze(-1)
        model = copy.deepcopy(model)
        with torch.autocast("cpu", torch.bfloat16):
            out = model(**inputs, output_hidden_states=True)
        out.loss.backward()

        def share(found):
            wrong = torch.cat([(tensor.double() - exact[key]).flatten() for key, tensor in found.items()]).norm()
            return (wrong / torch.cat([exact[key].flatten() for key in found]).norm()).item()

        logits = "prediction_logits" if "prediction_logits" in out else "logits"
        shown = out[logits] * real if out[logits].dim() == 3 else out[logits]
        relation = "seq_relationship_logits"
        columns = [share({logits: shown}), share({relation: out[relation]}) if relation in out else None,
                   max(share({f"hidden.{i}": state * real}) for i, state in enumerate(out.hidden_states)),
                   share({f"grad.{key}": parameter.grad for key, parameter in model.named_parameters()})]
        print(f"| {name} | " + " | ".join("" if column is None else f"{column:.1e}" for column in columns) + " |")
