#!/usr/bin/env python3
"""Training throughput of transformers on the CPU: tokens per second of whole steps, one JSON line.

    train.py bert-mini                                   float32, two threads, dropout 0.1
    train.py bert-base --threads 1 --dropout 0
    train.py gpt-mini --compile --lock /tmp/bench.lock
    train.py bert-mini --head masked                     the MLM head at masked places only, as Cloze has it
    torchrun --nproc-per-node 2 train.py bert-mini --threads 1 --steps 12
                                                         the same batch in two processes (DistributedDataParallel, gloo)

A step is zero_grad, forward, loss, backward, clip_grad_norm_(1.0) and fused AdamW on random ids in rows of full length.
Model FLOPs of a step = tokens × (6 × parameters in products + 12 × layers × width × length); look-up tables do not
count, the tied head does, at the places where it is computed.
"""
import argparse
import contextlib
import os
import statistics
import time

import torch
import transformers
from measure import alone, rates, repeat, report
from torch.nn.functional import cross_entropy

PRESETS = {  # layers, width, heads, vocabulary, length, rows
    "bert-tiny": (2, 128, 2, 30522, 128, 32), "bert-mini": (4, 256, 4, 30522, 128, 32),
    "bert-mini-8k": (4, 256, 4, 8192, 128, 16), "bert-small": (4, 512, 8, 30522, 128, 32),
    "bert-base": (12, 768, 12, 30522, 128, 8), "gpt-mini": (4, 256, 4, 8192, 256, 16),
    "gpt2": (12, 768, 12, 50257, 256, 4)}
PREDICTED = 0.15


def make_model(name, dropout):
    layers, width, heads, vocabulary, length, _ = PRESETS[name]
    if name.startswith("bert"):
        return transformers.BertForPreTraining(transformers.BertConfig(
            vocab_size=vocabulary, hidden_size=width, num_hidden_layers=layers, num_attention_heads=heads,
            intermediate_size=4 * width, hidden_dropout_prob=dropout, attention_probs_dropout_prob=dropout))
    return transformers.GPT2LMHeadModel(transformers.GPT2Config(
        vocab_size=vocabulary, n_embd=width, n_layer=layers, n_head=heads, n_positions=length, use_cache=False,
        resid_pdrop=dropout, embd_pdrop=dropout, attn_pdrop=dropout, bos_token_id=0, eos_token_id=0))


def make_batch(name, rows):
    *_, vocabulary, length, _ = PRESETS[name]
    ids = torch.randint(5, vocabulary, (rows, length))
    if not name.startswith("bert"):
        return {"input_ids": ids, "labels": ids}
    labels = ids.masked_fill(torch.rand(rows, length) > PREDICTED, -100)
    return {"input_ids": ids, "token_type_ids": torch.zeros_like(ids), "attention_mask": torch.ones_like(ids),
            "labels": labels, "next_sentence_label": torch.randint(0, 2, (rows,))}


class Loss(torch.nn.Module):
    """A model's own loss, or, for the masked head, that of BertForPreTraining with the MLM head computed where a label
    is and nowhere else. A module, so that processes can share it."""

    def __init__(self, model, head):
        super().__init__()
        self.model, self.head = model, head

    def forward(self, batch):
        if self.head == "all":
            return self.model(**batch).loss
        given = {name: batch[name] for name in ("input_ids", "token_type_ids", "attention_mask")}
        out = self.model.bert(**given)
        places = batch["labels"] != -100
        predictions, relationship = self.model.cls(out.last_hidden_state[places], out.pooler_output)
        return (cross_entropy(predictions, batch["labels"][places])
                + cross_entropy(relationship, batch["next_sentence_label"]))


def flops(name, model, tokens, predicted):
    layers, width, _, vocabulary, length, _ = PRESETS[name]
    tables = ("embeddings", ".wte", ".wpe", "decoder", "lm_head", "pooler", "seq_relationship")
    products = sum(p.numel() for n, p in model.named_parameters() if p.dim() == 2 and not any(t in n for t in tables))
    return tokens * (6 * products + 12 * layers * width * length) + 6 * predicted * vocabulary * width


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("preset", choices=PRESETS)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rows", type=int, help="rows of a batch; the preset's own if left out")
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--head", choices=("all", "masked"), default="all", help="where the MLM head is computed")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--steps", type=int, help="so many steps instead of so many seconds; processes need it")
    parser.add_argument("--lock")
    options = parser.parse_args()
    if options.head == "masked" and not options.preset.startswith("bert"):
        parser.error("--head masked is for BERT")
    transformers.logging.set_verbosity_error()
    torch.set_num_threads(options.threads)
    processes = int(os.environ.get("WORLD_SIZE", 1))
    if processes > 1:
        if not options.steps or options.lock:
            parser.error("several processes need --steps, and can't wait for a lock")
        torch.distributed.init_process_group("gloo")
    torch.manual_seed(0)

    rows = (options.rows or PRESETS[options.preset][-1]) // processes
    model = make_model(options.preset, options.dropout).train()
    loss_of = Loss(model, options.head)
    loss_of = torch.nn.parallel.DistributedDataParallel(loss_of) if processes > 1 else loss_of
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.01, fused=True)
    batches = [make_batch(options.preset, rows) for _ in range(4)]
    loss_of = torch.compile(loss_of) if options.compile else loss_of
    half = options.precision == "bfloat16"

    def step(number):
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16) if half else contextlib.nullcontext():
            loss = loss_of(batches[number % len(batches)])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
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
    tokens = batches[0]["input_ids"].numel() * processes
    predicted = processes * int((batches[0]["labels"] != -100).sum()) if options.head == "masked" else tokens
    median, work = statistics.median(times), flops(options.preset, model, tokens, predicted)
    report(what="training step", peer=f"torch {torch.__version__}, transformers {transformers.__version__}",
           preset=options.preset, precision=options.precision, compiled=options.compile, head=options.head,
           dropout=options.dropout, processes=processes, threads=options.threads,
           batch=[rows * processes, batches[0]["input_ids"].shape[1]],
           parameters=sum(p.numel() for p in model.parameters()), steps=len(times), step_ms=round(median * 1e3, 2),
           tokens_per_second=rates(times, tokens), gflops=round(work / median / 1e9, 1),
           first_step_s=round(first, 2), busy=round(busy / options.threads, 2))


if __name__ == "__main__":
    main()
