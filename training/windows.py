"""Training rows for the reader out of SQuAD 1.1: a question, a window, and the span or none.

    python training/windows.py ../shared/eval/squad/train-v1.1.json.gz training/runs/windows.jsonl

Windows are cut by the product's own `split_passages`, in three sizes, so that the reader learns on
what it will be shown. Negatives are what the keyword search ranks first among the article's windows
without the answer in them. One JSON array a line: [question, window, start, end], -1 for none.
"""

import argparse
import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path

import bm25s

from seminar_qa.documents import Document, DocumentBuilder, Kind
from seminar_qa.passages import split_passages
from seminar_qa.sentences import split_sentences
from seminar_qa.text import clean, collapse, words

SIZES = (50, 80, 110)
NEGATIVES = 0.55
AMONG = 6


def windows(text: str, size: int) -> list[tuple[int, int]]:
    """Return the (start, end) of the passages of one paragraph."""
    builder = DocumentBuilder()
    builder.add(Kind.PARAGRAPH, text)
    document = Document("", "", "", "", builder.text, builder.blocks)
    return [
        (p.start, p.end) for p in split_passages(document, split_sentences(document), size=size)
    ]


def article_rows(article: dict, rng: random.Random) -> Iterator[list]:
    """Yield the rows of one SQuAD article."""
    paragraphs = [p for p in article["paragraphs"] if collapse(clean(p["context"])) == p["context"]]
    by_size = {size: [windows(p["context"], size) for p in paragraphs] for size in SIZES}
    flat = [
        (number, paragraph["context"][start:end])
        for number, paragraph in enumerate(paragraphs)
        for start, end in by_size[rng.choice(SIZES)][number]
    ]
    search = bm25s.BM25()
    search.index([list(words(text)) for _, text in flat], show_progress=False)
    for number, paragraph in enumerate(paragraphs):
        for question in paragraph["qas"]:
            asked, answer = collapse(question["question"]), question["answers"][0]
            start, end = answer["answer_start"], answer["answer_start"] + len(answer["text"])
            cuts = by_size[rng.choice(SIZES)][number]
            holding = [(s, e) for s, e in cuts if s <= start and end <= e]
            if not asked or not holding:
                continue
            first, last = rng.choice(holding)
            yield [asked, paragraph["context"][first:last], start - first, end - first]
            if rng.random() < NEGATIVES:
                yield from _negative(asked, answer["text"], flat, search, rng)


def _negative(asked, answer, flat, search, rng) -> Iterator[list]:
    terms = [word for word in words(asked) if word in search.vocab_dict]
    if not terms:
        return
    best = search.get_scores(terms).argsort()[::-1][:AMONG]
    texts = [flat[i][1] for i in best if answer.casefold() not in flat[i][1].casefold()]
    if texts:
        yield [asked, rng.choice(texts), -1, -1]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("squad", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    with gzip.open(options.squad) as file:
        articles = json.load(file)["data"]
    rows = [row for article in articles for row in article_rows(article, rng)]
    rng.shuffle(rows)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with options.out.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    negatives = sum(row[2] < 0 for row in rows)
    print(f"{len(rows)} rows, {negatives / len(rows):.2f} without an answer")


if __name__ == "__main__":
    main()
