"""How good the answers are, measured on a file of questions.

A file has one JSON object a line: `{"id", "question", "answerable", "kind", "answers", "documents",
"match", "evidence", "filters"}` or, of conversations,
`{"id", "turns": [{"question", "answers"}]}`. All strings of `answers` must stand in the quotations;
with `"match": "any"` one is enough. `filters` are those of `POST /ask`, with reports by
path; one that is gone restricts nothing.

A number without a mode in its name looks at the best quotations whether or not they were shown; one
with a mode (`quote_hit@1_balanced`) counts a question that was refused as wrong.
"""

import json
import re
import string
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from seminar_qa.answers import Quote, check_quote
from seminar_qa.calibration import Mode
from seminar_qa.conversation import Turn
from seminar_qa.engine import Engine, Reply, check_question
from seminar_qa.errors import EvaluationError, FilterError, QuestionError
from seminar_qa.measures import (
    Bin,
    Measure,
    calibration_of,
    draw_weights,
    interval,
    mean_of,
    point,
    reliability,
    roc_of,
)
from seminar_qa.records import Filters
from seminar_qa.text import collapse

DEPTH = 10
"""How many passages recall is measured over."""
MODES: tuple[Mode, ...] = ("balanced", "strict")
CURVE = tuple(step / 20 for step in range(1, 20))
"""The thresholds that the error curve is drawn over."""
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation + "“”‘’«»–—")
_ALL = Filters()


@dataclass(frozen=True)
class Question:
    """One question with what is known to be right."""

    id: str
    question: str
    answerable: bool
    kind: str = ""
    answers: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    any_answer: bool = False
    evidence: tuple[str, ...] = ()
    filters: Filters = _ALL


@dataclass(frozen=True)
class Result:
    """What became of one question. Ranks count from 1; 0 means not found.

    `answered` are the modes in which it got an answer; `quoted` is the best quotation and
    `document` the path of its report, "" where nothing came near.
    """

    question: Question
    answered: tuple[Mode, ...]
    answer: str
    quoted: str
    document: str
    confidence: float
    hit_at_1: bool
    hit_at_3: bool
    passage_rank: int
    exact: bool
    f1: float
    quotes: int
    quotes_verbatim: int
    milliseconds: float

    @property
    def served(self) -> bool:
        """Whether mode balanced served it right: a right answer first, or a no that is due."""
        shown = "balanced" in self.answered
        return shown and self.hit_at_1 if self.question.answerable else not shown


@dataclass(frozen=True)
class Numbers:
    """The measures of some questions by name; one that has no ground is None.

    `intervals` are the 2.5th and 97.5th percentile of a bootstrap over the questions.
    """

    values: dict[str, float | int | None]
    intervals: dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Rates:
    """What a threshold costs, as shares, None without ground.

    `false` of the questions without an answer get one, `missed` of those with one get none, and
    `right` of those with one get it as first quotation.
    """

    threshold: float
    false: float | None
    missed: float | None
    right: float | None


@dataclass(frozen=True)
class Evaluation:
    """All results with the numbers made of them; `thresholds` are those of the first question."""

    results: tuple[Result, ...]
    thresholds: dict[Mode, float]

    @cached_property
    def overall(self) -> Numbers:
        """The measures of all questions."""
        return summarise(self.results)

    @property
    def numbers(self) -> dict[str, float | int | None]:
        """The values of all measures over all questions."""
        return self.overall.values

    @cached_property
    def kinds(self) -> dict[str, Numbers]:
        """The measures by kind of question, in order of first appearance."""
        kinds = dict.fromkeys(r.question.kind for r in self.results)
        return {
            kind: summarise([r for r in self.results if r.question.kind == kind]) for kind in kinds
        }

    @property
    def curve(self) -> list[Rates]:
        """What each threshold would cost."""
        return [rates(self.results, threshold) for threshold in CURVE]

    @property
    def reliability(self) -> list[Bin]:
        """How often the first quotation is right, by confidence."""
        return reliability([r.confidence for r in self.results], list(map(_is_right, self.results)))

    @property
    def misses(self) -> tuple[Result, ...]:
        """The questions that were not served right, in order of the file."""
        return tuple(result for result in self.results if not result.served)


def read_questions(path: Path) -> list[list[Question]]:
    """Return the file's conversations; a single question is one of one turn.

    Raises EvaluationError that names the file and the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{path} cannot be read as a question file: {error}") from error
    rows = [list(_parse(path, n, line)) for n, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise EvaluationError(f"{path} holds no questions; one JSON object a line is expected")
    return rows


def _parse(path: Path, number: int, line: str) -> Iterator[Question]:
    try:
        row = json.loads(line)
        for place, turn in enumerate(row.get("turns") or [row], 1):
            answers, evidence = _strings(turn, "answers"), _strings(turn, "evidence")
            yield Question(
                id=str(row["id"]) + (f".{place}" if "turns" in row else ""),
                question=check_question(_string(turn["question"])),
                answerable=bool(turn.get("answerable", answers or evidence)),
                kind=str(turn.get("kind", "follow-up" if place > 1 else "")),
                answers=answers,
                documents=_strings(turn, "documents"),
                any_answer=turn.get("match") == "any",
                evidence=evidence,
                filters=read_filters(turn.get("filters", {})),
            )
    except (ValueError, TypeError, KeyError, AttributeError, QuestionError) as error:
        raise EvaluationError(
            f'{path}, line {number}, is no question ({error!r}); it needs "id" and "question"'
        ) from error


def read_filters(given: dict[str, Any]) -> Filters:
    """Return what a question is restricted to. Raises ValueError, TypeError."""
    if unknown := set(given) - {"documents", "speakers", "after", "before"}:
        raise ValueError(f"there is no filter {min(unknown)!r}")
    for day in filter(None, (given.get("after"), given.get("before"))):
        date.fromisoformat(day)
    lists = {name: _strings(given, name) for name in ("documents", "speakers")}
    return Filters(**given | lists)


def _strings(turn: dict[str, object], name: str) -> tuple[str, ...]:
    values = turn.get(name, [])
    if not isinstance(values, list):
        raise TypeError(f'"{name}" is no list')
    return tuple(map(_string, values))


def _string(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise TypeError(f"{value!r} is no text")
    return value


def evaluate(
    engine: Engine, conversations: list[list[Question]], advance: Callable[[], None] = lambda: None
) -> Evaluation:
    """Ask every question in mode balanced and return what came of it.

    A conversation goes on with the system's own answers, right or wrong, as a reader's would. What
    mode strict would have shown is told from the confidence.
    """
    results: list[Result] = []
    ids = {document.path: document.id for document in engine.documents()}
    for conversation in conversations:
        turns: list[Turn] = []
        for question in conversation:
            there = tuple(ids[path] for path in question.filters.documents if path in ids)
            filters = replace(question.filters, documents=there)
            try:
                reply = engine.ask(
                    question.question, conversation=tuple(turns), filters=filters, max_quotes=3
                )
            except FilterError as error:
                raise EvaluationError(
                    f"the question {question.id} cannot be asked: {error}"
                ) from error
            turns.append(Turn(question.question, reply.answer.text or ""))
            results.append(_judge(engine, question, reply))
            advance()
    asked = conversations[0][0].question if results else ""
    return Evaluation(tuple(results), {mode: engine.threshold(asked, mode) for mode in MODES})


def _judge(engine: Engine, question: Question, reply: Reply) -> Result:
    answer = reply.answer
    quotes = answer.quotes or answer.nearest
    short = quotes[0].answer if quotes else ""
    documents = [engine.record(quote.citation.document_id).document for quote in quotes]
    verbatim = [check_quote(d, q) for d, q in zip(documents, quotes, strict=True)]
    threshold = engine.threshold(answer.interpreted_question, "strict")
    strict = answer.answered and answer.confidence >= threshold
    return Result(
        question=question,
        answered=MODES[: answer.answered + strict],
        answer=short,
        quoted=quotes[0].text if quotes else "",
        document=documents[0].path if quotes else "",
        confidence=answer.confidence,
        hit_at_1=_is_hit(question, quotes[:1]),
        hit_at_3=_is_hit(question, quotes[:3]),
        passage_rank=_passage_rank(engine, question, reply.rows[:DEPTH]),
        exact=any(normalise(short) == normalise(gold) for gold in question.answers),
        f1=max((token_f1(short, gold) for gold in _golds(question)), default=0.0),
        quotes=len(quotes),
        quotes_verbatim=sum(verbatim),
        milliseconds=reply.timing.total,
    )


def _golds(question: Question) -> tuple[str, ...]:
    whole = () if question.any_answer else (" ".join(question.answers),)
    return (*question.answers, *whole) if question.answers else ()


def _is_hit(question: Question, quotes: Sequence[Quote]) -> bool:
    texts = [collapse(quote.text) for quote in quotes]
    if question.evidence:
        places = [collapse(piece) for piece in question.evidence]
        return any(text in place for text in texts for place in places)
    return _holds(question, texts)


def _holds(question: Question, texts: Sequence[str]) -> bool:
    found = [any(collapse(gold) in text for text in texts) for gold in question.answers]
    return bool(found) and (any(found) if question.any_answer else all(found))


def _passage_rank(engine: Engine, question: Question, rows: Sequence[int]) -> int:
    """Return the rank of the first passage with an answer, 0 when none of `rows` has one."""
    for rank, text in enumerate(engine.passage_texts(rows), 1):
        held = [collapse(gold) in collapse(text) for gold in question.answers]
        places = [collapse(text) in collapse(piece) for piece in question.evidence]
        if any(held) or any(places):
            return rank
    return 0


def _is_right(result: Result) -> bool:
    return result.question.answerable and result.hit_at_1


def measures(results: Sequence[Result]) -> dict[str, Measure]:
    """Return the measures that have an interval, by name."""
    yes = np.array([r.question.answerable for r in results], dtype=bool)
    sure = np.array([r.confidence for r in results])
    ranks = np.array([r.passage_rank for r in results])
    right = np.array([_is_right(r) for r in results], dtype=bool)
    qualities = {
        "quote_hit@1": np.array([r.hit_at_1 for r in results], dtype=np.float64),
        "quote_hit@3": np.array([r.hit_at_3 for r in results], dtype=np.float64),
        "answer_exact_match": np.array([r.exact for r in results], dtype=np.float64),
        "answer_f1": np.array([r.f1 for r in results], dtype=np.float64),
    }
    found: dict[str, Measure] = {
        f"passage_recall@{depth}": mean_of((ranks > 0) & (ranks <= depth), yes)
        for depth in (1, 5, DEPTH)
    }
    found[f"passage_mrr@{DEPTH}"] = mean_of(np.where(ranks > 0, 1 / np.maximum(ranks, 1), 0), yes)
    found |= {name: mean_of(values, yes) for name, values in qualities.items()}
    found["auroc"] = roc_of(sure, yes)
    found["expected_calibration_error"] = calibration_of(sure, right)
    for mode in MODES:
        shown = np.array([mode in r.answered for r in results], dtype=bool)
        for name, values in qualities.items():
            found[f"{name}_{mode}"] = mean_of(values * shown, yes)
        found[f"false_answers_{mode}"] = mean_of(shown, ~yes)
        found[f"missed_answers_{mode}"] = mean_of(~shown, yes)
    return found


def summarise(results: Sequence[Result]) -> Numbers:
    """Return the measures of some results, at least one."""
    found = measures(results)
    weights = draw_weights(len(results))
    intervals = {name: interval(measure(weights)) for name, measure in found.items()}
    times = sorted(r.milliseconds for r in results)
    return Numbers(
        {
            "questions": len(results),
            "answerable": sum(r.question.answerable for r in results),
            **{name: point(measure, len(results)) for name, measure in found.items()},
            "quotes": sum(r.quotes for r in results),
            "quotes_verbatim": sum(r.quotes_verbatim for r in results),
            "milliseconds_p50": times[len(times) // 2],
        },
        {name: limits for name, limits in intervals.items() if limits},
    )


def rates(results: Sequence[Result], threshold: float) -> Rates:
    """Return what a threshold would cost."""
    yes = np.array([r.question.answerable for r in results], dtype=bool)
    shown = np.array([r.confidence >= threshold for r in results], dtype=bool)
    right = np.array([_is_right(r) for r in results], dtype=bool)
    false, missed, served = (
        point(mean_of(values, among), len(results))
        for values, among in ((shown, ~yes), (~shown, yes), (shown & right, yes))
    )
    return Rates(threshold, false, missed, served)


def normalise(text: str) -> str:
    """Return a short answer as SQuAD compares it: no case, punctuation, articles, extra space.

    After the official script, https://rajpurkar.github.io/SQuAD-explorer/, with the typographic
    quotes and dashes added to its punctuation.
    """
    bare = text.lower().translate(_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def token_f1(answer: str, gold: str) -> float:
    """Return the F1 of the words that two normalised short answers share, 0.0 to 1.0."""
    ours, theirs = normalise(answer).split(), normalise(gold).split()
    shared = sum((Counter(ours) & Counter(theirs)).values())
    if not shared:
        return float(ours == theirs)
    return 2 * shared / (len(ours) + len(theirs))
