"""What the models are used for: sentence vectors, guesses for masked words, greedy and sampled continuations."""
import copy
import shutil

import torch
import transformers
from tokenizers import Tokenizer

from . import models
from .writing import random, rounded, write_json, write_tensors

SENTENCES = ("the baker mends a lantern before breakfast.", "ines forgets the ferry's timetable", "again and again!",
             "a")
BLANKS = ("the baker mends a [MASK] before breakfast.", "[MASK] forgets the [MASK]'s timetable!", "[MASK]")
PROMPTS = ("the night nurse ", "12 jars", "seven copper kettles", "i'd say")
NEW_TOKENS = 12


def pooled(states, mask):
    """{name: [batch, hidden]} by `[CLS]`, mean over the unpadded tokens (specials too) and their maximum."""
    keep = mask.unsqueeze(-1).to(states.dtype)
    vectors = {"cls": states[:, 0], "mean": (states * keep).sum(1) / keep.sum(1),
               "max": states.masked_fill(keep == 0, -torch.inf).max(1).values}
    lengths = {name: v / v.norm(dim=1, keepdim=True) for name, v in vectors.items()}
    return vectors | {f"{name}.normalized": v for name, v in lengths.items()}


def batch(tokenizer, texts):
    tokenizer.enable_padding(pad_id=models.PAD)
    encodings = tokenizer.encode_batch(list(texts))
    tokenizer.no_padding()
    as_tensor = lambda key: torch.tensor([getattr(e, key) for e in encodings])
    return {"input_ids": as_tensor("ids"), "attention_mask": as_tensor("attention_mask"),
            "token_type_ids": as_tensor("type_ids")}


def embeddings(model, tokenizer):
    """Vectors of the fixed batch and of SENTENCES, from the last layer and from layer 1."""
    tensors = {}
    given = {k: v for k, v in models.bert_inputs().items() if "label" not in k}
    for prefix, inputs in (("inputs", given), ("sentences", batch(tokenizer, SENTENCES))):
        states = model.bert(**inputs, output_hidden_states=True).hidden_states
        tensors |= {f"{prefix}.{name}": v for name, v in pooled(states[-1], inputs["attention_mask"]).items()}
        tensors |= {f"{prefix}.layer-1.{name}": v for name, v in pooled(states[1], inputs["attention_mask"]).items()}
    return tensors


def fill_mask(model, tokenizer, count=5):
    """The five likeliest tokens of every blank, by softmax over the whole vocabulary."""
    rows = []
    for text in BLANKS:
        inputs = batch(tokenizer, [text])
        chances = model(**inputs).prediction_logits[0].softmax(-1)
        places = (inputs["input_ids"][0] == models.MASK).nonzero().flatten().tolist()
        blanks = []
        for place in places:
            top = chances[place].topk(count + 1)
            gaps = (top.values[:-1] - top.values[1:]) / top.values[0]
            assert gaps.min() > 1e-4, "two candidates too close to be told apart in float32"
            blanks.append({"position": place, "top": [
                {"id": i, "token": tokenizer.id_to_token(i), "score": s}
                for i, s in zip(top.indices[:count].tolist(), top.values[:count].tolist())]})
        rows.append({"text": text, "ids": inputs["input_ids"][0].tolist(), "blanks": blanks})
    return rows


def greedy(model, ids, count=NEW_TOKENS):
    """The likeliest continuation, up to and without end-of-text, and the smallest lead of a choice over its rival."""
    ids, new, lead = list(ids), [], float("inf")
    for _ in range(count):
        top = model(torch.tensor([ids])).logits[0, -1].topk(2)
        lead = min(lead, (top.values[0] - top.values[1]).item())
        if top.indices[0] == model.config.eos_token_id:
            return new, lead, True
        new.append(top.indices[0].item())
        ids.append(new[-1])
    return new, lead, False


def continuations(model, tokenizer, ends=True):
    """Greedy continuations of PROMPTS, and of one found prompt that soon ends with end-of-text."""
    rows, numbers = [], random(51)
    prompts = [(text, tokenizer.encode(text).ids) for text in PROMPTS]
    while ends and len(prompts) == len(PROMPTS):
        ids = numbers.integers(0, models.GPT2_VOCABULARY - 1, 4).tolist()
        new, lead, ended = greedy(model, ids)
        if ended and len(new) > 2 and lead > 0.02:
            prompts.append((None, ids))
    for text, ids in prompts:
        new, lead, ended = greedy(model, ids)
        assert lead > 1e-3, f"a choice too close to be told apart in float32: {lead}"
        theirs = model.generate(torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.int64),
                                do_sample=False, max_new_tokens=NEW_TOKENS, pad_token_id=model.config.eos_token_id)
        assert theirs[0, len(ids):].tolist() == new + [model.config.eos_token_id] * ended
        rows.append({"prompt": text, "ids": ids, "maximum_new_tokens": NEW_TOKENS, "new_ids": new, "ended": ended,
                     "new_text": tokenizer.decode(new), "smallest_lead": lead})
    return rows


def filters():
    """Probabilities after temperature, top-k and top-p, in this order, by the warpers of transformers."""
    numbers, rows = random(52), []
    logits = torch.from_numpy(numbers.normal(0, 2, 12).round(2)).unsqueeze(0)
    logits[0, 3] = logits[0, 7]
    for temperature, k, p in ((1, 0, 1), (0.7, 0, 1), (1.5, 0, 1), (1, 3, 1), (1, 1, 1), (1, 0, 0.5), (1, 0, 0.9),
                              (1, 0, 0.01), (0.8, 5, 0.7), (1.3, 8, 0.95)):
        scores = transformers.TemperatureLogitsWarper(float(temperature))(None, logits)
        if k:
            scores = transformers.TopKLogitsWarper(k)(None, scores)
        if p < 1:
            scores = transformers.TopPLogitsWarper(p)(None, scores)
        rows.append({"temperature": temperature, "top_k": k, "top_p": p,
                     "probabilities": scores.softmax(-1)[0].tolist()})
    return {"logits": logits[0].tolist(), "settings": rows}


@torch.no_grad()
def write(folder):
    bert, gpt2 = (copy.deepcopy(model).double() for model in (models.bert(), models.gpt2()))
    words = Tokenizer.from_file(str(folder / "bert" / "tokenizer.json"))
    pieces = Tokenizer.from_file(str(folder / "gpt2" / "tokenizer.json"))
    write_tensors(folder / "bert" / "embeddings.safetensors", embeddings(bert, words))
    (folder / "bert" / "sentences.txt").write_text("\n".join(SENTENCES) + "\n")
    write_json(folder / "bert" / "fill-mask.json", rounded(fill_mask(bert, words)))
    write_json(folder / "gpt2" / "greedy.json", rounded(continuations(gpt2, pieces)))
    for kind, model in (("llama", models.llama()), ("bloom", models.bloom())):
        for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
            shutil.copyfile(folder / "gpt2" / name, folder / kind / name)
        model = copy.deepcopy(model).double()
        write_json(folder / kind / "greedy.json", rounded(continuations(model, pieces, ends=False)))
    write_json(folder / "gpt2" / "sampling.json", rounded(filters()))
