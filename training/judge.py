"""Judge a reader on near misses that it was not trained on.

    python training/judge.py ../shared/eval/squad/train-v1.1.json.gz \\
        ../shared/eval/squadshifts/new_wiki_v1.0.json.gz HOME/index/models/reader-…

Two sets of paragraphs, each with the questions written on them that they do not answer, against as
many that they do: those of `questions/near_misses.jsonl` that `windows.py` leaves out, whose other
questions were trained on, and those of `questions/near_misses_shifts.jsonl`, of which nothing was.
What counts is how well the best span's score tells the two kinds apart.
"""

import argparse
import gzip
import json
import random
from pathlib import Path

from windows import KEPT_FOR_JUDGING, NEAR, paragraph_id, read_near_misses, windows

from seminar_qa.measures import area_under_roc
from seminar_qa.reader import OnnxReader

NEAR_OF_SHIFTS = NEAR.with_name("near_misses_shifts.jsonl")
WORDS = 45
MOST = 1_500


def questions(source: Path, near: dict[str, list[str]]) -> list[tuple[str, str, bool]]:
    """Return (question, paragraph, whether it is answered) of the paragraphs in `near`."""
    rng = random.Random(0)
    with gzip.open(source) as file:
        articles = json.load(file)["data"]
    found = []
    for paragraph in (p for article in articles for p in article["paragraphs"]):
        text = paragraph["context"]
        missed = near.get(paragraph_id(text), [])
        real = [question["question"].strip() for question in paragraph["qas"]]
        found += [(question, text, False) for question in missed]
        found += [(q, text, True) for q in rng.sample(real, min(len(missed), len(real)))]
    rng.shuffle(found)
    return found[:MOST]


def best_scores(reader: OnnxReader, question: str, paragraph: str) -> tuple[float, float]:
    """Return the best span's score and the best logit over the windows of a paragraph."""
    texts = [paragraph[start:end] for start, end in windows(paragraph, WORDS)]
    spans = [span for found in reader.read(question, texts) for span in found]
    return max(span.score for span in spans), max(span.logit for span in spans)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("squad", type=Path)
    parser.add_argument("shifts", type=Path)
    parser.add_argument("reader", type=Path, nargs="+", help="folder of an exported reader")
    options = parser.parse_args()
    left = {k: v for k, v in read_near_misses().items() if k[0] == KEPT_FOR_JUDGING}
    sets = {
        "SQuAD 1.1": questions(options.squad, left),
        "SQuADShifts": questions(options.shifts, read_near_misses(NEAR_OF_SHIFTS)),
    }
    for folder in options.reader:
        reader = OnnxReader.open(folder)
        for name, asked in sets.items():
            scored = [(*best_scores(reader, q, text), good) for q, text, good in asked]
            areas = [
                area_under_roc(
                    [row[place] for row in scored if row[2]],
                    [row[place] for row in scored if not row[2]],
                )
                for place in (0, 1)
            ]
            print(
                f"{folder}, {name}: {len(scored)} questions, AUROC of the score {areas[0]:.3f}, "
                f"of the logit {areas[1]:.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
