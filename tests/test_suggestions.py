"""Suggestions: questions made of the reports, shown only when they are answered from there."""

import time

import pytest

from seminar_qa.engine import Engine
from seminar_qa.ingest import build_index
from seminar_qa.settings import Settings
from seminar_qa.suggestions import (
    MOST,
    SURE,
    Candidate,
    Suggestions,
    find_suggestions,
    is_answered_at,
)


@pytest.fixture(scope="module")
def found(engine):
    return find_suggestions(engine)


def test_every_suggestion_is_answered_surely(engine, found):
    assert 1 <= len(found) <= MOST
    assert len(set(found)) == len(found)
    for question in found:
        answer = engine.ask(question).answer
        assert answer.answered
        assert answer.confidence >= SURE


def test_suggestions_are_the_same_each_time(engine, found):
    assert find_suggestions(engine) == found


def test_an_answer_from_another_place_does_not_count(engine):
    reply = engine.ask("Who is the Governor of Iwate Prefecture?")
    cited = reply.answer.quotes[0].citation
    here = Candidate("", cited.document_id, cited.start, cited.end)
    assert is_answered_at(reply, here)
    assert not is_answered_at(reply, Candidate("", cited.document_id, cited.end + 1, cited.end + 9))
    assert not is_answered_at(reply, Candidate("", "f" * 16, cited.start, cited.end))


def test_nothing_is_tried_when_it_is_not_wanted_any_more(engine):
    assert find_suggestions(engine, lambda: False) == ()


def test_they_are_found_once_beside_the_answering(engine, found):
    suggestions = Suggestions()
    assert suggestions.ready(engine) is None
    until = time.monotonic() + 60
    while suggestions.ready(engine) is None:
        assert time.monotonic() < until
        time.sleep(0.05)
    assert suggestions.ready(engine) == found


def test_a_japanese_report_gives_japanese_questions(fresh_home):
    for file in (fresh_home / "documents").iterdir():
        file.unlink()
    (fresh_home / "documents" / "kaigi.md").write_text(
        "# 港湾会議\n\n## 風力発電\n\n山田太郎市長は、風車を四十二基建てると述べた。工事は六月に始まる。\n",
        "utf-8",
    )
    build_index(Settings(home=fresh_home))
    for question in find_suggestions(Engine.open(Settings(home=fresh_home))):
        assert question.endswith("か。")
