"""How good the answers are, measured on a file of questions.

A file has one JSON object a line: `{"id", "question", "answerable", "kind", "answers", "documents",
"match", "evidence"}` or, for conversations, `{"id", "turns": [{"question", "answers"}]}`. All
strings of `answers` must stand in the quotations; with `"match": "any"` one is enough.
"""

import json
import math
import re
import string
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from seminar_qa.answers import Quote, check_quote
from seminar_qa.conversation import Turn
from seminar_qa.engine import Engine, Reply, check_question
from seminar_qa.errors import EvaluationError, QuestionError
from seminar_qa.text import collapse

DEPTH = 10
"""How many passages recall is measured over."""
_BINS = 10
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation + "“”‘’«»–—")


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


@dataclass(frozen=True)
class Result:
    """What became of one question. Ranks count from 1; 0 means not found."""

    question: Question
    answered: bool
    answer: str | None
    confidence: float
    hit_at_1: bool
    hit_at_3: bool
    passage_rank: int
    exact: bool
    f1: float
    quotes: int
    quotes_verbatim: int
    milliseconds: float


@dataclass(frozen=True)
class Evaluation:
    """All results with the numbers made of them; a number that has no ground is None."""

    results: tuple[Result, ...]
    numbers: dict[str, float | int | None] = field(default_factory=dict)

    @property
    def misses(self) -> tuple[Result, ...]:
        """The questions that were not served right, in order of the file."""
        right = [
            r.answered and r.hit_at_1 if r.question.answerable else not r.answered
            for r in self.results
        ]
        return tuple(r for r, served in zip(self.results, right, strict=True) if not served)


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
            )
    except (ValueError, TypeError, KeyError, AttributeError, QuestionError) as error:
        raise EvaluationError(
            f'{path}, line {number}, is no question ({error!r}); it needs "id" and "question"'
        ) from error


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
    """Ask every question and return the numbers.

    A conversation goes on with the system's own answers, right or wrong, as a reader's would.
    """
    results: list[Result] = []
    for conversation in conversations:
        turns: list[Turn] = []
        for question in conversation:
            reply = engine.ask(question.question, conversation=tuple(turns), max_quotes=3)
            turns.append(Turn(question.question, reply.answer.text or ""))
            results.append(_judge(engine, question, reply))
            advance()
    return Evaluation(tuple(results), _numbers(results))


def _judge(engine: Engine, question: Question, reply: Reply) -> Result:
    answer = reply.answer
    quotes = answer.quotes or answer.nearest
    short = quotes[0].answer if quotes else ""
    documents = [engine.record(quote.citation.document_id).document for quote in quotes]
    verbatim = [check_quote(d, q) for d, q in zip(documents, quotes, strict=True)]
    return Result(
        question=question,
        answered=answer.answered,
        answer=answer.text,
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


def _numbers(results: list[Result]) -> dict[str, float | int | None]:
    yes = [r for r in results if r.question.answerable]
    no = [r for r in results if not r.question.answerable]
    times = sorted(r.milliseconds for r in results)
    return {
        "questions": len(results),
        "answerable": len(yes),
        "passage_recall@1": _mean([0 < r.passage_rank <= 1 for r in yes]),
        "passage_recall@5": _mean([0 < r.passage_rank <= 5 for r in yes]),
        "passage_recall@10": _mean([0 < r.passage_rank <= 10 for r in yes]),
        "passage_mrr@10": _mean([1 / r.passage_rank if r.passage_rank else 0.0 for r in yes]),
        "quote_hit@1": _mean([r.hit_at_1 for r in yes]),
        "quote_hit@3": _mean([r.hit_at_3 for r in yes]),
        "answer_exact_match": _mean([r.exact for r in yes]),
        "answer_f1": _mean([r.f1 for r in yes]),
        "auroc": area_under_roc([r.confidence for r in yes], [r.confidence for r in no]),
        "false_answers": _mean([r.answered for r in no]),
        "missed_answers": _mean([not r.answered for r in yes]),
        "answered_right": _mean([r.answered and r.hit_at_1 for r in yes]),
        "expected_calibration_error": calibration_error(
            [(r.confidence, r.question.answerable and r.hit_at_1) for r in results]
        ),
        "quotes": sum(r.quotes for r in results),
        "quotes_verbatim": sum(r.quotes_verbatim for r in results),
        "milliseconds_p50": times[len(times) // 2] if times else None,
    }


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


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


def area_under_roc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """Return the chance that a positive scores above a negative, ties counting half.

    The Mann-Whitney statistic (Hanley and McNeil 1982); None when one side is empty.
    """
    if not positives or not negatives:
        return None
    wins = sum((p > n) + (p == n) / 2 for p in positives for n in negatives)
    return wins / (len(positives) * len(negatives))


def calibration_error(pairs: Sequence[tuple[float, bool]]) -> float | None:
    """Return the expected calibration error over ten equal bins of confidence, 0.0 to 1.0.

    Guo et al. 2017, "On Calibration of Modern Neural Networks", equation 3.
    """
    if not pairs:
        return None
    bins: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in pairs:
        number = min(_BINS - 1, math.floor(confidence * _BINS))
        bins.setdefault(number, []).append((confidence, right))
    gaps = (abs(sum(c for c, _ in part) - sum(r for _, r in part)) for part in bins.values())
    return sum(gaps) / len(pairs)
