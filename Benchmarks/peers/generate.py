#!/usr/bin/env python3
"""Generation throughput of transformers on the CPU: new tokens per second with its KV cache, one JSON line.

    generate.py                                          gpt2, one prompt of 128 tokens, 128 new ones, float32
    generate.py --batch 16 --weights bfloat16 --lock /tmp/bench.lock
    generate.py --new 1                                  the prompt alone

Random weights and prompts, greedy, all texts of full length; the time of a pass has the prompt in it.
"""
import argparse

import torch
import transformers
from measure import alone, rates, repeat, report
from training import PRESETS


def make(preset, weights):
    layers, width, heads, vocabulary, *_ = PRESETS[preset]
    config = transformers.GPT2Config(vocab_size=vocabulary, n_embd=width, n_layer=layers, n_head=heads,
                                     n_positions=1024, bos_token_id=0, eos_token_id=None, pad_token_id=0)
    return transformers.AutoModelForCausalLM.from_config(config, dtype=weights).eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", choices=[p for p in PRESETS if p.startswith("gpt")], default="gpt2")
    parser.add_argument("--weights", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--batch", type=int, default=1, help="prompts at a time")
    parser.add_argument("--prompt", type=int, default=128, help="tokens of a prompt")
    parser.add_argument("--new", type=int, default=128, help="tokens to generate for each")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--passes", type=int, default=5)
    parser.add_argument("--lock")
    options = parser.parse_args()
    transformers.logging.set_verbosity_error()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    model = make(options.preset, getattr(torch, options.weights))
    prompts = torch.randint(5, PRESETS[options.preset][3], (options.batch, options.prompt))

    def generate(count):
        made = model.generate(prompts, attention_mask=torch.ones_like(prompts), do_sample=False, use_cache=True,
                              min_new_tokens=count, max_new_tokens=count)
        assert made.shape[1] == options.prompt + count, made.shape

    with torch.inference_mode():
        generate(2)
        with alone(options.lock):
            times, busy = repeat(lambda _: generate(options.new), seconds=0, least=options.passes)
    report(what="generation", peer=f"torch {torch.__version__}, transformers {transformers.__version__}",
           preset=options.preset, weights=options.weights, batch=options.batch, prompt=options.prompt, new=options.new,
           threads=options.threads, passes=len(times), tokens_per_second=rates(times, options.batch * options.new),
           busy=round(busy / options.threads, 2))


if __name__ == "__main__":
    main()
