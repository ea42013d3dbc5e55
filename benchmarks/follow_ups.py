"""How well retrieval works with a follow-up question, beside its rewrite by a human.

    python benchmarks/follow_ups.py ../shared/eval/canard/dev.json.gz --models HOME/index/models

CANARD has no passages, so the answers of the dialogues are the collection; the passage to be found
is the question's own answer, which the next turn's history shows. Two forms: the bare answer, and
the answer with its article's title and section in front, as a report's passage has them. Title and
section are also the first turn of the conversation. Recall@10 for the question alone, the likeliest
completed meaning, the best ten hits of all completed meanings, and the rewrite; dialogues of the
half that no number was chosen on.
"""

import argparse
import gzip
import itertools
import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from seminar_qa.conversation import Turn, interpret
from seminar_qa.dense import DenseIndex, write_dense
from seminar_qa.hits import Hit, find_hits
from seminar_qa.lexical import LexicalIndex
from seminar_qa.vectors import Encoder, open_passage_encoder, open_query_encoder

DEPTH = 10
SPLIT_SEED = 7
"""Shuffles the dialogues; the first half is for choosing, the second for judging."""
NO_ANSWER = "I don't know"


@dataclass(frozen=True)
class FollowUp:
    """A question with its conversation, its rewrite, and its article's heading and its answer."""

    question: str
    rewrite: str
    conversation: tuple[Turn, ...]
    heading: str
    answer: str


def read_follow_ups(source: Path) -> list[list[FollowUp]]:
    """Return the dialogues in a fixed shuffled order, only questions whose answer is known."""
    dialogues = defaultdict(list)
    for row in json.loads(gzip.decompress(source.read_bytes())):
        dialogues[row["QuAC_dialog_id"]].append(row)
    names = sorted(dialogues)
    random.Random(SPLIT_SEED).shuffle(names)
    return [list(_with_answers(dialogues[name])) for name in names]


def _with_answers(rows: Sequence[dict]) -> Iterator[FollowUp]:
    for row, following in itertools.pairwise(rows):
        title, section, *said = row["History"]
        answer = following["History"][-1]
        if not answer.startswith(NO_ANSWER):
            turns = [Turn(f"{title}, {section}")]
            turns += [
                Turn(question, "" if told.startswith(NO_ANSWER) else told)
                for question, told in zip(said[::2], said[1::2], strict=True)
            ]
            heading = f"{title}. {section}."
            yield FollowUp(row["Question"], row["Rewrite"], tuple(turns), heading, answer)


class Collection:
    """Passages, with the product's two searchers over them."""

    def __init__(self, texts: Sequence[str], passages: Encoder, questions: Encoder, folder: Path):
        texts = list(dict.fromkeys(texts))
        self._rows = {text: row for row, text in enumerate(texts)}
        self._questions = questions
        write_dense(folder / "dense", np.arange(len(texts)), passages.encode(texts))
        self._dense = DenseIndex.open(folder / "dense")
        (folder / "lexical").mkdir()
        self._lexical = LexicalIndex.build(enumerate(texts), folder / "lexical")

    def row(self, text: str) -> int:
        return self._rows[text]

    def search(self, question: str) -> list[Hit]:
        vector = self._questions.encode([question])[0]
        return find_hits(question, vector, self._dense, self._lexical, limit=DEPTH)


def measure(source: Path, models: Path, *, questions: int = 500, seed: int = 0) -> dict:
    """Return recall@10 by form and by kind of question, and the ratios to the rewrite's.

    `models` is a folder of exported models, as in a home's index.
    """
    folder = next(models.glob("encoder-*"))
    encoders = open_passage_encoder(folder), open_query_encoder(folder)
    dialogues = read_follow_ups(source)
    judged = [item for dialogue in dialogues[len(dialogues) // 2 :] for item in dialogue]
    sample = random.Random(seed).sample(judged, min(questions, len(judged)))
    forms: dict[str, Callable[[FollowUp], str]] = {
        "answer": lambda item: item.answer,
        "heading_and_answer": lambda item: f"{item.heading} {item.answer}",
    }
    found: dict = {"questions": len(sample), "seed": seed}
    for name, text_of in forms.items():
        with tempfile.TemporaryDirectory() as place:
            texts = [text_of(item) for dialogue in dialogues for item in dialogue]
            collection = Collection(texts, *encoders, Path(place))
            recalls = _recalls(collection, sample, text_of)
        found[name] = {
            **{f"recall@{DEPTH}_{kind}": recall for kind, recall in recalls.items()},
            "completed_to_rewrite": recalls["completed"] / recalls["rewrite"],
            "all_meanings_to_rewrite": recalls["all_meanings"] / recalls["rewrite"],
        }
    return found


def _recalls(
    collection: Collection, sample: Sequence[FollowUp], text_of: Callable[[FollowUp], str]
) -> dict[str, float]:
    right = dict.fromkeys(("alone", "completed", "all_meanings", "rewrite"), 0)
    for item in sample:
        meanings = interpret(item.question, item.conversation)
        hits = [collection.search(meaning) for meaning in meanings]
        ranked = sorted((h for found in hits[1:] or hits for h in found), key=lambda h: -h.score)
        rows = {
            "alone": [h.row for h in hits[0]],
            "completed": [h.row for h in hits[min(1, len(hits) - 1)]],
            "all_meanings": list(dict.fromkeys(h.row for h in ranked))[:DEPTH],
            "rewrite": [h.row for h in collection.search(item.rewrite)],
        }
        wanted = collection.row(text_of(item))
        for kind, found in rows.items():
            right[kind] += wanted in found
    return {kind: count / len(sample) for kind, count in right.items()}


def main() -> None:
    """Print the measurements as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    found = measure(given.source, given.models, questions=given.questions, seed=given.seed)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
