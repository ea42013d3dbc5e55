"""Training rows for the reader: questions, windows, and the span that answers or none.

    python training/windows.py ../shared/eval/squad/train-v1.1.json.gz \\
        ../shared/eval/nq_oracle/nq-open-oracle.jsonl.gz training/runs/units.jsonl

Windows are cut by the product's own `split_passages`, in three sizes, so that the reader learns on
what it will be shown, half of them with their title in front as the product does. A question comes
with (training/README.md says how often)

- the window that answers it,
- a window without the answer, out of those that the keyword search ranks first,
- the paragraph around the answer with every sentence that holds it taken out,
- a near miss on the answering window: a name, a number or a word of the question exchanged,
- a speaker: "According to X" with X's name in front of the window, or another's: then no answer.

`questions/near_misses.jsonl` and `near_misses_nq.jsonl` hold questions that helpers of the project
wrote on paragraphs of SQuAD 1.1 and of NQ-open, which these do not answer; each comes with the
windows of its paragraph that share most words with it. One in sixteen of the paragraphs of SQuAD is
left for judging.

Of NQ-open every fifth and fourth question is left for `calibrate.py`. One JSON array a line, the
rows of one question: [question, front, window, start, end], -1 for none.
"""

import argparse
import gzip
import hashlib
import json
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import bm25s
from near_misses import Exchanger, made_up_name

from seminar_qa.documents import Document, DocumentBuilder, Kind
from seminar_qa.passages import split_passages
from seminar_qa.sentences import split_sentences
from seminar_qa.text import clean, collapse, words

NEAR = Path(__file__).parent / "questions" / "near_misses.jsonl"
NEAR_OF_NQ = NEAR.with_name("near_misses_nq.jsonl")
WINDOWS_OF_NEAR = 2
TIMES_NEAR = 2
"""How often each written near miss is put in, with windows of another size."""
KEPT_FOR_JUDGING = "0"
"""Paragraphs whose id begins so are not trained on with their near misses."""
SIZES = (30, 60, 90)
NEGATIVES = 0.5
NEAR_MISSES = 0.2
CUT_OUT = 0.1
SPEAKERS = 0.05
AMONG = 6
TITLED = 0.5
KEPT_FOR_CALIBRATION = (3, 4)
"""The questions of NQ-open whose number leaves this rest when divided by five."""


@dataclass(frozen=True)
class Asked:
    """A question, a text that answers it from `start` to `end`, and the title above that text."""

    question: str
    title: str
    number: int
    start: int
    end: int


def windows(text: str, size: int) -> list[tuple[int, int]]:
    """Return the (start, end) of the passages of one paragraph."""
    builder = DocumentBuilder()
    builder.add(Kind.PARAGRAPH, text)
    document = Document("", "", "", "", builder.text, builder.blocks)
    return [
        (p.start, p.end) for p in split_passages(document, split_sentences(document), size=size)
    ]


def sentences(text: str) -> list[str]:
    """Return the sentences of one paragraph."""
    builder = DocumentBuilder()
    builder.add(Kind.PARAGRAPH, text)
    document = Document("", "", "", "", builder.text, builder.blocks)
    return [text[s.start : s.end] for s in split_sentences(document)]


class Collection:
    """Paragraphs that belong together, their windows, and the questions on them."""

    def __init__(
        self, texts: list[str], titles: list[str], rng: random.Random, questions: Iterable[str] = ()
    ):
        self.texts, self.titles, self.rng = texts, titles, rng
        self.by_size = {size: [windows(text, size) for text in texts] for size in SIZES}
        self.flat = [
            (number, text[start:end])
            for number, text in enumerate(texts)
            for start, end in self.by_size[rng.choice(SIZES)][number]
        ]
        self.exchanger = Exchanger(texts, questions)
        self.search = bm25s.BM25()
        self.search.index([list(words(t)) or ["-"] for _, t in self.flat], show_progress=False)

    def rows(self, asked: Asked) -> list[list]:
        """Return the rows of one question; none when no window holds its answer whole."""
        rng, text = self.rng, self.texts[asked.number]
        cuts = self.by_size[rng.choice(SIZES)][asked.number]
        holding = [(s, e) for s, e in cuts if s <= asked.start and asked.end <= e]
        if not asked.question or not holding:
            return []
        first, last = rng.choice(holding)
        front, window = self._front(asked.number), text[first:last]
        span = [asked.start - first, asked.end - first]
        rows = [[asked.question, front, window, *span]]
        if rng.random() < NEGATIVES:
            rows += self._negative(asked.question, text[asked.start : asked.end])
        if rng.random() < CUT_OUT:
            rows += self._cut_out(asked)
        if rng.random() < NEAR_MISSES:
            missed = self.exchanger.near_miss(asked.question, window, rng)
            rows += [[missed, front, window, -1, -1]] if missed else []
        if rng.random() < SPEAKERS:
            rows += self._spoken(asked.question, window, span)
        return rows

    def unanswered(self, question: str, number: int) -> list[list]:
        """Return rows for a question that paragraph `number` does not answer."""
        text, terms = self.texts[number], set(words(question))
        cuts = self.by_size[self.rng.choice(SIZES)][number]
        nearest = sorted(cuts, key=lambda c: -len(terms & set(words(text[c[0] : c[1]]))))
        return [
            [question, self._front(number), text[first:last], -1, -1]
            for first, last in nearest[:WINDOWS_OF_NEAR]
        ]

    def _front(self, number: int) -> str:
        return f"{self.titles[number]} | " if self.rng.random() < TITLED else ""

    def _negative(self, question: str, answer: str) -> Iterator[list]:
        terms = [word for word in words(question) if word in self.search.vocab_dict]
        if not terms:
            return
        best = self.search.get_scores(terms).argsort()[::-1][:AMONG]
        found = [self.flat[i] for i in best if answer.casefold() not in self.flat[i][1].casefold()]
        if found:
            number, text = self.rng.choice(found)
            yield [question, self._front(number), text, -1, -1]

    def _cut_out(self, asked: Asked) -> Iterator[list]:
        """The rest of the paragraph: on the subject, and without the answer."""
        text = self.texts[asked.number]
        answer = text[asked.start : asked.end].casefold()
        kept = [s for s in sentences(text) if answer not in s.casefold()]
        rest = " ".join(kept)
        if answer in rest.casefold() or len(kept) < 2:
            return
        cuts = windows(rest, self.rng.choice(SIZES))
        terms = set(words(asked.question))
        first, last = max(cuts, key=lambda c: len(terms & set(words(rest[c[0] : c[1]]))))
        yield [asked.question, self._front(asked.number), rest[first:last], -1, -1]

    def _spoken(self, question: str, window: str, span: list[int]) -> Iterator[list]:
        """The window is somebody's words, and the question asks what this one or another said."""
        said, asked = made_up_name(self.rng), made_up_name(self.rng)
        right = self.rng.random() < 0.5
        name = said if right else asked
        name = self.rng.choice([name, name.split()[-1], name])
        lower = question if re.match(r"[A-Z]{2}", question) else question[:1].lower() + question[1:]
        bound = self.rng.choice(
            [
                f"According to {name}, {lower}",
                f"{question.rstrip(' ?')}, according to {name}?",
                f"{question.rstrip(' ?')}, as {name} said?",
            ]
        )
        front = f"{said} | " if self.rng.random() < 0.5 else f"{said}: "
        yield [bound, front, window, *(span if right else [-1, -1])]


def paragraph_id(text: str) -> str:
    """Return what `questions/near_misses.jsonl` calls a paragraph: 10 digits of its SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def read_near_misses(path: Path = NEAR) -> dict[str, list[str]]:
    """Return the questions that a paragraph does not answer, by its id."""
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {row["paragraph"]: row["questions"] for row in rows}


def squad_units(source: Path, rng: random.Random) -> Iterator[list[list]]:
    """Yield the rows of each question of SQuAD 1.1, and of those that are near misses to it."""
    near = read_near_misses()
    with gzip.open(source) as file:
        articles = json.load(file)["data"]
    for article in articles:
        whole = [p for p in article["paragraphs"] if collapse(clean(p["context"])) == p["context"]]
        title = collapse(article["title"].replace("_", " "))
        texts = [paragraph["context"] for paragraph in whole]
        questions = [collapse(q["question"]) for paragraph in whole for q in paragraph["qas"]]
        collection = Collection(texts, [title] * len(texts), rng, questions)
        for number, paragraph in enumerate(whole):
            for question in paragraph["qas"]:
                start, text = question["answers"][0]["answer_start"], question["answers"][0]["text"]
                asked = Asked(
                    collapse(question["question"]), title, number, start, start + len(text)
                )
                yield collection.rows(asked)
            name = paragraph_id(paragraph["context"])
            for missed in near.pop(name, []) if name[0] != KEPT_FOR_JUDGING else ():
                for _ in range(TIMES_NEAR):
                    yield collection.unanswered(collapse(missed), number)


def nq_units(source: Path, left_out: set[str], rng: random.Random) -> Iterator[list[list]]:
    """Yield the rows of three fifths of NQ-open, those without the questions `left_out`."""
    with gzip.open(source, "rt", encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    near = read_near_misses(NEAR_OF_NQ)
    kept, texts, titles = [], [], []
    for number, line in enumerate(lines):
        gold = line["ctxs"][0]
        if number % 5 in KEPT_FOR_CALIBRATION or asked_alike(line["question"]) in left_out:
            continue
        text = collapse(clean(gold["text"]))
        places = [(text.casefold().find(answer.casefold()), answer) for answer in line["answers"]]
        found = [(start, start + len(answer)) for start, answer in places if start >= 0]
        if found:
            kept.append(Asked(collapse(line["question"]), "", len(texts), *min(found)))
            texts.append(text)
            titles.append(collapse(gold["title"]))
    collection = Collection(texts, titles, rng, [asked.question for asked in kept])
    for asked in kept:
        yield collection.rows(asked)
        # two questions may have one passage: its near misses are taken once
        for missed in near.pop(paragraph_id(texts[asked.number]), []):
            for _ in range(TIMES_NEAR):
                yield collection.unanswered(collapse(missed), asked.number)


def asked_alike(question: str) -> str:
    """Return what two spellings of one question share."""
    return " ".join(words(question))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("squad", type=Path)
    parser.add_argument("nq", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "--without", type=Path, nargs="*", default=[], help="JSON lines whose `input` is left out"
    )
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    left_out = {
        asked_alike(json.loads(line)["input"])
        for path in options.without
        for line in gzip.decompress(path.read_bytes()).decode().splitlines()
    }
    units = [*squad_units(options.squad, rng), *nq_units(options.nq, left_out, rng)]
    units = [unit for unit in units if unit]
    rng.shuffle(units)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with options.out.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(unit, ensure_ascii=False) + "\n" for unit in units)
    rows = [row for unit in units for row in unit]
    negatives = sum(row[3] < 0 for row in rows)
    print(
        f"{len(units)} questions, {len(rows)} rows, {negatives / len(rows):.2f} without an answer"
    )


if __name__ == "__main__":
    main()
