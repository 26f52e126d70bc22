"""Training steps that are measured alike for every peer: presets, random batches and one loop.

A step is zero_grad, forward, loss, backward, clip_grad_norm_(1.0) and fused AdamW on random ids in rows of full length.
Model FLOPs of a step = tokens × 12 layers × (6 width² + width × length) + 6 × places of the head × vocabulary × width
(for BERT + 6 × places × width² of its transform): look-up tables do not count, the tied head does.
"""
import argparse
import contextlib
import os
import statistics
import time

import torch
from measure import alone, rates, repeat, report

PRESETS = {  # layers, width, heads, vocabulary, length, rows
    "bert-tiny": (2, 128, 2, 30522, 128, 32), "bert-mini": (4, 256, 4, 30522, 128, 32),
    "bert-mini-8k": (4, 256, 4, 8192, 128, 16), "bert-small": (4, 512, 8, 30522, 128, 32),
    "bert-base": (12, 768, 12, 30522, 128, 8), "gpt-mini": (4, 256, 4, 8192, 256, 16),
    "gpt2": (12, 768, 12, 50257, 256, 4)}
MODES = ("float32", "bfloat16", "compile")
PREDICTED = 0.15


def arguments(description, mode):
    """A parser with the options of every training peer."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("preset", choices=PRESETS)
    parser.add_argument("--mode", choices=MODES, default=mode,
                        help=f"bfloat16 is autocast, compile is torch.compile over that; {mode} if left out")
    parser.add_argument("--rows", type=int, help="rows of a batch; the preset's own if left out")
    parser.add_argument("--length", type=int, help="tokens of a row; the preset's own if left out")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=10, help="measured for so long and for at least five steps")
    parser.add_argument("--steps", type=int, help="so many steps instead of so many seconds; processes need it")
    parser.add_argument("--lock", help="a file that is locked while the steps are timed")
    return parser


def make_batch(name, rows, length):
    """What transformers' models take, and the places of the labels with the ids there, equally many in each batch."""
    vocabulary = PRESETS[name][3]
    ids = torch.randint(5, vocabulary, (rows, length))
    if not name.startswith("bert"):
        return {"input_ids": ids, "labels": ids, "targets": ids.roll(-1, 1)}
    places = torch.randperm(rows * length)[:round(PREDICTED * rows * length)].sort().values
    targets = ids.flatten()[places]
    labels = torch.full((rows * length,), -100).scatter(0, places, targets).view(rows, length)
    return {"input_ids": ids, "token_type_ids": torch.zeros_like(ids), "attention_mask": torch.ones_like(ids),
            "labels": labels, "next_sentence_label": torch.randint(0, 2, (rows,)),
            "places": places, "targets": targets}


def flops(name, length, tokens, predicted):
    layers, width, _, vocabulary, *_ = PRESETS[name]
    head = vocabulary * width + (width * width if name.startswith("bert") else 0)
    return tokens * 12 * layers * (6 * width * width + width * length) + 6 * predicted * head


def measure(options, make_loss, **told):
    """Trains what make_loss(length) gives, a module that turns a batch into its loss, and reports the steps after the
    first two; `told` is reported as well."""
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    processes = int(os.environ.get("WORLD_SIZE", 1))
    if processes > 1:
        if not options.steps or options.lock:
            raise SystemExit("several processes need --steps, and can't wait for a lock")
        torch.distributed.init_process_group("gloo")
    *_, length, rows = PRESETS[options.preset]
    length, rows = options.length or length, (options.rows or rows) // processes
    loss_of = make_loss(length).train()
    parameters = list(loss_of.parameters())
    optimizer = torch.optim.AdamW(parameters, lr=1e-4, weight_decay=0.01, fused=True)
    batches = [make_batch(options.preset, rows, length) for _ in range(4)]
    loss_of = torch.nn.parallel.DistributedDataParallel(loss_of) if processes > 1 else loss_of
    loss_of = torch.compile(loss_of) if options.mode == "compile" else loss_of
    half = options.mode != "float32"

    def step(number):
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16) if half else contextlib.nullcontext():
            loss = loss_of(batches[number % len(batches)])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        return loss.item()

    begun = time.perf_counter()
    step(0)
    first = time.perf_counter() - begun
    with alone(options.lock):
        step(1)
        times, busy = repeat(step, 0 if options.steps else options.seconds, options.steps or 5)
    if processes > 1:
        rank = torch.distributed.get_rank()
        torch.distributed.destroy_process_group()
        if rank > 0:
            return
    tokens = rows * length * processes
    predicted = len(batches[0]["places"]) * processes if told["head"] == "masked" else tokens
    median = statistics.median(times)
    report(what="training step", preset=options.preset, batch=[rows * processes, length], mode=options.mode, **told,
           processes=processes, threads=options.threads, parameters=sum(p.numel() for p in parameters),
           steps=len(times), step_ms=round(median * 1e3, 2), tokens_per_second=rates(times, tokens),
           gflops=round(flops(options.preset, length, tokens, predicted) / median / 1e9, 1),
           first_step_s=round(first, 2), busy=round(busy / options.threads, 2))
