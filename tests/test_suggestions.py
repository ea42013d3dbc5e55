"""Suggestions: questions made of the reports, shown only when they are answered from there."""

import threading
import time
from types import SimpleNamespace

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


def test_those_of_a_generation_before_do_not_take_the_place_of_the_newest(engine, monkeypatch):
    slow, suggestions = threading.Event(), Suggestions()

    def find(engine, is_wanted):
        if engine.manifest.generation == "old":
            assert slow.wait(20)
            assert not is_wanted()
        return (engine.manifest.generation,)

    monkeypatch.setattr("seminar_qa.suggestions.find_suggestions", find)
    old, new = (SimpleNamespace(manifest=SimpleNamespace(generation=g)) for g in ("old", "new"))
    before = threading.active_count()
    assert suggestions.ready(old) is None
    until = time.monotonic() + 20
    while suggestions.ready(new) is None:
        assert time.monotonic() < until
        time.sleep(0.01)
    slow.set()
    while threading.active_count() > before:
        assert time.monotonic() < until
        time.sleep(0.01)
    assert suggestions.ready(new) == ("new",)
