#!/usr/bin/env python3
"""Training throughput of transformers on the CPU: tokens per second of whole steps, one JSON line.

    train.py bert-mini                                   float32, two threads, dropout 0.1
    train.py bert-base --mode bfloat16 --dropout 0       autocast; --rows 32 for larger batches
    train.py bert-mini --rows 8 --length 512
    train.py gpt-mini --mode compile --lock /tmp/bench.lock
    train.py bert-mini --head masked                     the MLM head at masked places only, as Cloze has it
    torchrun --nproc-per-node 2 train.py bert-mini --threads 1 --steps 12
                                                         the same batch in two processes (DistributedDataParallel, gloo)

What a step is stands in training.py.
"""
import torch
import transformers
from torch.nn.functional import cross_entropy
from training import PRESETS, arguments, measure


def make_model(name, length, dropout):
    layers, width, heads, vocabulary, *_ = PRESETS[name]
    if name.startswith("bert"):
        return transformers.BertForPreTraining(transformers.BertConfig(
            vocab_size=vocabulary, hidden_size=width, num_hidden_layers=layers, num_attention_heads=heads,
            intermediate_size=4 * width, hidden_dropout_prob=dropout, attention_probs_dropout_prob=dropout))
    return transformers.GPT2LMHeadModel(transformers.GPT2Config(
        vocab_size=vocabulary, n_embd=width, n_layer=layers, n_head=heads, n_positions=length, use_cache=False,
        resid_pdrop=dropout, embd_pdrop=dropout, attn_pdrop=dropout, bos_token_id=0, eos_token_id=0))


class Loss(torch.nn.Module):
    """A model's own loss, or, for the masked head, that of BertForPreTraining with the MLM head computed where a label
    is and nowhere else. A module, so that processes can share it."""

    def __init__(self, model, head):
        super().__init__()
        self.model, self.head = model, head

    def forward(self, batch):
        given = {name: value for name, value in batch.items() if name not in ("places", "targets")}
        if self.head == "all":
            return self.model(**given).loss
        relation = given.pop("next_sentence_label")
        del given["labels"]
        out = self.model.bert(**given)
        masked = out.last_hidden_state.flatten(0, 1)[batch["places"]]
        predictions, relationship = self.model.cls(masked, out.pooler_output)
        return cross_entropy(predictions, batch["targets"]) + cross_entropy(relationship, relation)


def main():
    parser = arguments(__doc__, mode="float32")
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--head", choices=("all", "masked"), default="all", help="where the MLM head is computed")
    options = parser.parse_args()
    if options.head == "masked" and not options.preset.startswith("bert"):
        parser.error("--head masked is for BERT")
    transformers.logging.set_verbosity_error()
    measure(options, lambda length: Loss(make_model(options.preset, length, options.dropout), options.head),
            peer=f"torch {torch.__version__}, transformers {transformers.__version__}", head=options.head,
            dropout=options.dropout)


if __name__ == "__main__":
    main()
