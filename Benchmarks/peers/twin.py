#!/usr/bin/env python3
"""Training throughput of GPT and BERT written in plain PyTorch: tokens per second of whole steps, one JSON line.

    twin.py gpt-mini                     bfloat16 (autocast), two threads
    twin.py gpt2 --mode compile --lock /tmp/bench.lock
    twin.py bert-mini-8k                 the MLM head at masked places only, and NSP

Written for speed, without a library's detours: q, k and v in one product, scaled_dot_product_attention, a tied head, no
dropout, no attention mask as all rows are full. GPT is nanoGPT's: norms first and no biases. What a step is stands in
training.py.
"""
import torch
from torch import nn
from torch.nn.functional import cross_entropy, gelu, scaled_dot_product_attention
from training import PRESETS, arguments, measure


class Block(nn.Module):
    """A layer: of GPT (causal, norms first, no biases) or of BERT (norms last)."""

    def __init__(self, width, heads, causal):
        super().__init__()
        self.heads, self.causal = heads, causal
        self.qkv, self.mix = nn.Linear(width, 3 * width, not causal), nn.Linear(width, width, not causal)
        self.wide, self.narrow = nn.Linear(width, 4 * width, not causal), nn.Linear(4 * width, width, not causal)
        self.norm1, self.norm2 = nn.LayerNorm(width, bias=not causal), nn.LayerNorm(width, bias=not causal)

    def attend(self, x):
        rows, length, width = x.shape
        q, k, v = self.qkv(x).view(rows, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        mixed = scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        return self.mix(mixed.transpose(1, 2).reshape(rows, length, width))

    def forward(self, x):
        if self.causal:
            x = x + self.attend(self.norm1(x))
            return x + self.narrow(gelu(self.wide(self.norm2(x))))
        x = self.norm1(x + self.attend(x))
        return self.norm2(x + self.narrow(gelu(self.wide(x))))


class Twin(nn.Module):
    """What GPT and BERT share: embeddings, layers, the tied head."""

    def __init__(self, preset, length, causal):
        super().__init__()
        layers, width, heads, vocabulary, *_ = PRESETS[preset]
        self.tokens, self.positions = nn.Embedding(vocabulary, width), nn.Embedding(length, width)
        self.blocks = nn.ModuleList(Block(width, heads, causal) for _ in range(layers))
        self.norm = nn.LayerNorm(width, bias=not causal)
        self.head = nn.Linear(width, vocabulary, bias=not causal)
        self.head.weight = self.tokens.weight

    def start(self):
        for module in self.modules():
            if isinstance(module, (nn.Linear, nn.Embedding)):
                nn.init.normal_(module.weight, std=0.02)
        return self


class GPT(Twin):
    def __init__(self, preset, length):
        super().__init__(preset, length, causal=True)

    def forward(self, batch):
        x = self.tokens(batch["input_ids"]) + self.positions.weight
        for block in self.blocks:
            x = block(x)
        return cross_entropy(self.head(self.norm(x)).flatten(0, 1), batch["targets"].flatten())


class BERT(Twin):
    def __init__(self, preset, length):
        super().__init__(preset, length, causal=False)
        width = PRESETS[preset][1]
        self.segments = nn.Embedding(2, width)
        self.transform, self.transform_norm = nn.Linear(width, width), nn.LayerNorm(width)
        self.pool, self.relation = nn.Linear(width, width), nn.Linear(width, 2)

    def forward(self, batch):
        x = self.tokens(batch["input_ids"]) + self.segments(batch["token_type_ids"]) + self.positions.weight
        x = self.norm(x)
        for block in self.blocks:
            x = block(x)
        masked = x.flatten(0, 1)[batch["places"]]
        predictions = self.head(self.transform_norm(gelu(self.transform(masked))))
        relation = self.relation(torch.tanh(self.pool(x[:, 0])))
        return cross_entropy(predictions, batch["targets"]) + cross_entropy(relation, batch["next_sentence_label"])


def main():
    options = arguments(__doc__, mode="bfloat16").parse_args()
    bert = options.preset.startswith("bert")
    measure(options, lambda length: (BERT if bert else GPT)(options.preset, length).start(),
            peer=f"torch {torch.__version__}", head="masked" if bert else "all", dropout=0.0)


if __name__ == "__main__":
    main()
