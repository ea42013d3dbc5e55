"""The engine answers with verbatim quotations, says an honest no, and re-checks citations."""

import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from seminar_qa.answers import Quote
from seminar_qa.calibration import Calibration
from seminar_qa.conversation import Turn
from seminar_qa.documents import document_id
from seminar_qa.engine import LONGEST_QUESTION, Engine, Reply, Trace, check_question
from seminar_qa.errors import (
    FilterError,
    IndexDamagedError,
    IndexMissingError,
    ModelError,
    NotFoundError,
    NotReadError,
    QuestionError,
)
from seminar_qa.index import PassageIndex, current_generation
from seminar_qa.ingest import build_index
from seminar_qa.lacking import Lacking
from seminar_qa.parsers.ocr import ocr_languages
from seminar_qa.reader import Span
from seminar_qa.records import Filters
from seminar_qa.settings import Settings

ATTENDED = "How many people attended the seminar?"
PLAIN = Calibration(
    ranking={"span": 1, "shown": -2}, confidence={"score": 1}, balanced=0.5, strict=0.9
)
"""Probability is the logistic of the reader's score alone."""


class ConstantEncoder:
    """An encoder to which all texts mean the same."""

    def encode(
        self, texts: Sequence[str], advance: Callable[[int], None] = lambda _: None
    ) -> np.ndarray:
        vectors = np.zeros((len(texts), 384), dtype=np.float32)
        vectors[:, 0] = 1.0
        return vectors


class WordReader:
    """A reader that marks one word wherever it stands, as sure as `score` says of the question."""

    def __init__(self, word: str, score: Callable[[str], float]):
        self.word = word
        self.score = score
        self.asked: list[str] = []

    def read(
        self, question: str, passages: Sequence[str], fronts: Sequence[str] = ()
    ) -> list[list[Span]]:
        self.asked.append(question)
        places = [passage.find(self.word) for passage in passages]
        return [
            [Span(place, place + len(self.word), self.score(question))] if place >= 0 else []
            for place in places
        ]


def engine_with(home: Path, reader: WordReader) -> Engine:
    index = PassageIndex.open(home / "index")
    return Engine(index, ConstantEncoder(), reader, PLAIN, passages_read=100)


@pytest.fixture
def two_reports(fresh_home: Path) -> Engine:
    """The report beside another whose sixty sections all say how many people attended."""
    days = (f"## Day {n}\n\nAbout {n} people attended the seminar on day {n}.\n" for n in range(60))
    text = "# Meeting\n\nMarch 3, 2020, Osaka\n\n" + "\n".join(days)
    (fresh_home / "documents" / "other.md").write_text(text)
    build_index(Settings(home=fresh_home))
    return Engine.open(Settings(home=fresh_home))


def ids(engine: Engine) -> dict[str, str]:
    return {document.path: document.id for document in engine.documents()}


def test_the_first_quote_holds_the_answer(engine: Engine):
    answer = engine.ask(ATTENDED).answer
    assert "approximately 100 audiences" in (answer.quotes or answer.nearest)[0].text


@pytest.mark.parametrize(
    "question",
    [
        ATTENDED,
        "Which European regions does Osaka cooperate with?",
        "What three elements did Mr. Ishida find?",
        "What is “センター”?",
        "Who spoke?",
    ],
)
def test_every_quote_stands_in_the_report_to_the_letter(engine: Engine, question: str):
    answer = engine.ask(question, max_quotes=20).answer
    quotes = answer.quotes or answer.nearest
    assert quotes
    for quote in quotes:
        document = engine.record(quote.citation.document_id).document
        assert document.text[quote.citation.start : quote.citation.end] == quote.text
        assert quote.citation.sha256 == document.sha256
        assert quote.citation.quote_sha256 == hashlib.sha256(quote.text.encode()).hexdigest()
        assert quote.answer in quote.text
        assert quote.before in document.text
        assert quote.after in document.text


def test_the_cited_file_is_the_one_in_the_folder(engine: Engine, report: Path):
    answer = engine.ask(ATTENDED).answer
    cited = (answer.quotes or answer.nearest)[0].citation
    assert cited.sha256 == hashlib.sha256(report.read_bytes()).hexdigest()
    assert (cited.date, cited.place) == ("2018-11-20", "Tokyo")
    assert cited.title == "Cooperation between European and Japanese Regions"


def test_the_same_question_gets_the_same_answer(engine: Engine, home: Path):
    other = Engine.open(Settings(home=home))
    for question in (ATTENDED, "What is the capital of Mongolia?"):
        first = engine.ask(question)
        assert engine.ask(question).answer == first.answer
        again = other.ask(question)
        assert (again.answer, again.rows) == (first.answer, first.rows)


def test_white_space_and_composition_do_not_change_the_answer(engine: Engine):
    plain = engine.ask("Who is Mr. Löer?").answer
    assert engine.ask("  Who\tis\n Mr. Lo\u0308er? ").answer == plain


def test_a_question_the_report_does_not_answer_gets_a_no_with_the_nearest(engine: Engine):
    answer = engine.ask("What is the boiling point of tungsten?").answer
    assert not answer.answered
    assert answer.text is None
    assert answer.quotes == ()
    assert len(answer.nearest) == 3
    assert answer.confidence < engine.ask(ATTENDED).answer.confidence


def test_no_more_quotes_are_given_than_are_wanted(engine: Engine):
    for most in (1, 2, 5):
        answer = engine.ask(ATTENDED, max_quotes=most).answer
        assert len(answer.quotes or answer.nearest) == most


def test_the_time_of_the_steps_adds_up(engine: Engine):
    timing = engine.ask(ATTENDED).timing
    assert min(timing.encode, timing.retrieve, timing.read) > 0
    assert timing.encode + timing.retrieve + timing.read <= timing.total


def test_a_reply_names_the_passages_that_were_read(engine: Engine):
    rows = engine.ask(ATTENDED).rows
    assert len(rows) == len(set(rows)) == 20
    assert "approximately 100 audiences" in engine.passage_texts(rows)[0]


def test_as_many_passages_are_read_as_the_settings_say(home: Path):
    engine = Engine.open(Settings(home=home, passages_read=3))
    assert len(engine.ask(ATTENDED).rows) == 3


def test_a_threshold_in_the_settings_decides_between_yes_and_no(home: Path):
    settings = Settings(home=home, balanced_threshold=0.0, strict_threshold=1.0)
    engine = Engine.open(settings)
    assert engine.ask(ATTENDED, mode="balanced").answer.answered
    assert not engine.ask(ATTENDED, mode="strict").answer.answered


def test_strict_wants_more_confidence_than_balanced(home: Path):
    engine = engine_with(home, WordReader("Sardinia", lambda _: 1.0))
    balanced = engine.ask("Which island?").answer
    strict = engine.ask("Which island?", mode="strict").answer
    assert balanced.answered
    assert balanced.text == "Sardinia"
    assert not strict.answered
    assert strict.confidence == balanced.confidence == pytest.approx(0.731, abs=1e-3)
    assert strict.nearest == balanced.quotes


def test_a_reader_that_marks_nothing_gives_a_no_without_quotes(home: Path):
    answer = engine_with(home, WordReader("Atlantis", lambda _: 9.0)).ask("Which island?").answer
    assert not answer.answered
    assert (answer.nearest, answer.confidence) == ((), 0.0)


def test_a_follow_up_is_taken_to_mean_what_the_report_answers_best(home: Path):
    reader = WordReader("11%", lambda question: 3.0 if "Gifu" in question else -3.0)
    conversation = (Turn("Who spoke about Gifu?", "Mr. Yoshinori Sakiura"),)
    answer = engine_with(home, reader).ask("And how many?", conversation=conversation).answer
    assert "Gifu" in answer.interpreted_question
    assert answer.text == "11%"
    assert "And how many?" not in reader.asked


def test_a_question_that_stands_by_itself_is_read_once_whatever_was_said(home: Path):
    reader = WordReader("Sardinia", lambda _: 1.0)
    engine = engine_with(home, reader)
    question = "Where is the firm Smartimport from?"
    alone = engine.ask(question).answer
    after = engine.ask(question, conversation=(Turn("Who spoke about Gifu?", "Mr. Sakiura"),))
    assert after.answer == alone
    assert reader.asked == [question, question]


def test_a_follow_up_is_answered_from_the_report(engine: Engine):
    conversation = (Turn("What share of the tourists in Gifu are European?", "11%"),)
    answer = engine.ask("And the national average?", conversation=conversation).answer
    assert "national average" in answer.interpreted_question
    assert "5%" in (answer.quotes or answer.nearest)[0].text


def test_a_filter_restricts_before_the_ranking(two_reports: Engine):
    of = ids(two_reports)
    free = two_reports.ask(ATTENDED)
    assert {quote.citation.document_id for quote in free.answer.quotes or free.answer.nearest} == {
        of["other.md"]
    }
    only = Filters(documents=(of["seminar-report-2018-11-20.txt"],))
    reply = two_reports.ask(ATTENDED, filters=only)
    quotes = reply.answer.quotes or reply.answer.nearest
    assert {quote.citation.document_id for quote in quotes} == set(only.documents)
    assert "approximately 100 audiences" in quotes[0].text
    assert len(reply.rows) == 20


def test_a_filter_by_day_leaves_out_the_reports_of_other_days(two_reports: Engine):
    of = ids(two_reports)
    for filters in (Filters(before="2018-11-20"), Filters(after="2018-11-20", before="2019-12-31")):
        answer = two_reports.ask(ATTENDED, filters=filters).answer
        cited = {quote.citation.document_id for quote in answer.quotes or answer.nearest}
        assert cited == {of["seminar-report-2018-11-20.txt"]}


def test_a_filter_that_leaves_nothing_gives_a_no(engine: Engine):
    reply = engine.ask(ATTENDED, filters=Filters(after="2031-01-01"))
    assert not reply.answer.answered
    assert (reply.answer.nearest, reply.rows) == ((), ())


def test_a_filter_on_an_unknown_report_is_an_error_that_names_it(engine: Engine):
    (known,) = ids(engine).values()
    with pytest.raises(FilterError, match="“0123456789abcdef”"):
        engine.ask(ATTENDED, filters=Filters(documents=(known, "0123456789abcdef")))


@pytest.mark.parametrize("question", ["", "   \n\t", "?!", "…", "\u00a0\u2028"])
def test_an_empty_question_is_an_error(engine: Engine, question: str):
    with pytest.raises(QuestionError, match="the question is empty"):
        engine.ask(question)


def test_a_question_may_have_a_thousand_characters_and_no_more(engine: Engine):
    longest = "Who spoke? " * 90 + "x" * 10
    assert len(longest) == LONGEST_QUESTION
    assert engine.ask(longest).answer.interpreted_question.startswith("Who spoke? Who")
    with pytest.raises(QuestionError, match="has 1,001 characters; ask in at most 1,000"):
        engine.ask(longest + "x")


@pytest.mark.parametrize(
    ("character", "name"),
    [("\x00", "U+0000"), ("\x1b", "U+001B"), ("\x7f", "U+007F"), ("\ud800", "U+D800")],
)
def test_a_control_character_is_named(engine: Engine, character: str, name: str):
    with pytest.raises(QuestionError, match=name.replace("+", r"\+")):
        engine.ask(f"Who{character} spoke?")


def test_a_question_is_checked_into_one_line():
    assert check_question(" Who\r\n spoke\tabout  CAFE\u0301? ") == "Who spoke about CAFÉ?"
    assert check_question("誰が？") == "誰が？"


def test_a_citation_is_unchanged_while_its_report_is(engine: Engine):
    answer = engine.ask(ATTENDED).answer
    cited = (answer.quotes or answer.nearest)[0].citation
    fate = engine.verify(cited.document_id, cited.start, cited.end, cited.quote_sha256)
    assert fate == "unchanged"


def test_a_citation_at_another_place_has_moved_and_an_unknown_text_is_gone(engine: Engine):
    answer = engine.ask(ATTENDED).answer
    cited = (answer.quotes or answer.nearest)[0].citation
    shifted = (cited.document_id, cited.start + 7, cited.end + 7)
    assert engine.verify(*shifted, cited.quote_sha256) == "moved"
    assert engine.verify("nobody", cited.start, cited.end, cited.quote_sha256) == "moved"
    assert engine.verify(cited.document_id, cited.start, cited.end, "0" * 64) == "gone"


def test_an_edited_report_moves_what_still_stands_and_loses_the_rest(fresh_home: Path):
    settings = Settings(home=fresh_home)
    build_index(settings)
    answer = Engine.open(settings).ask(ATTENDED).answer
    cited = (answer.quotes or answer.nearest)[0].citation
    citation = (cited.document_id, cited.start, cited.end, cited.quote_sha256)
    file = next((fresh_home / "documents").iterdir())
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("Seminar Report", "Corrected Seminar Report", 1), encoding="utf-8")
    build_index(settings)
    assert Engine.open(settings).verify(*citation) == "moved"
    file.write_text(text.replace("approximately 100", "some 100"), encoding="utf-8")
    build_index(settings)
    assert Engine.open(settings).verify(*citation) == "gone"


def test_a_citation_is_traced_to_where_its_words_stand_now(engine: Engine):
    answer = engine.ask(ATTENDED).answer
    cited = (answer.quotes or answer.nearest)[0].citation
    name, start, end, sha256 = cited.document_id, cited.start, cited.end, cited.quote_sha256
    assert engine.trace(name, start, end, sha256) == Trace("unchanged", name, start, end)
    assert engine.trace(name, start + 7, end + 7, sha256) == Trace("moved", name, start, end)
    assert engine.trace("nobody", 0, end - start, sha256) == Trace("moved", name, start, end)
    assert engine.trace(name, start, end, "0" * 64) == Trace("gone")
    with pytest.raises(FilterError, match="end must be greater"):
        engine.trace(name, end, end, sha256)


def test_moved_words_are_looked_for_in_the_cited_report_first(fresh_home: Path):
    for name in ("a", "b", "c"):
        text = f"# Report {name}\n\nThe port has 30 boats.\n"
        (fresh_home / "documents" / f"{name}.md").write_text(text)
    build_index(Settings(home=fresh_home))
    engine = Engine.open(Settings(home=fresh_home))
    for name, number in ids(engine).items():
        if name.endswith(".md"):
            text = engine.record(number).document.text
            start = text.index("The port")
            sha256 = hashlib.sha256(text[start:].rstrip().encode()).hexdigest()
            end = len(text.rstrip())
            found = engine.trace(number, start - 2, end - 2, sha256)
            assert found == Trace("moved", number, start, end)


def test_a_place_is_quoted_with_its_neighbours_and_its_citation(engine: Engine):
    quote = first_quote(engine.ask(ATTENDED))
    cited = quote.citation
    again = engine.quote_at(cited.document_id, cited.start, cited.end)
    assert (again.text, again.before, again.after) == (quote.text, quote.before, quote.after)
    assert (again.citation, again.highlight) == (cited, None)
    for start, end in ((0, 10**9), (5, 5), (-1, 3)):
        with pytest.raises(NotFoundError):
            engine.quote_at(cited.document_id, start, end)


def test_the_documents_are_listed_and_found_by_id(engine: Engine, report: Path):
    (document,) = engine.documents()
    assert document.path == "seminar-report-2018-11-20.txt"
    assert document.id == document_id(report.read_bytes())
    record = engine.record(document.id)
    assert "approximately 100 audiences" in record.document.text
    assert len(record.rows) == engine.manifest.passages


def test_an_unknown_document_is_an_error(engine: Engine):
    with pytest.raises(NotFoundError, match="“nobody”"):
        engine.record("nobody")


def test_candidates_lie_in_the_sentences_they_name(engine: Engine):
    candidates = engine.candidates(ATTENDED)
    assert len(candidates) > 10
    for candidate in candidates:
        start, end = candidate.bounds
        assert start <= candidate.start < end
        assert candidate.text.count(candidate.answer)


def test_an_engine_goes_on_answering_from_its_generation_after_a_new_one(fresh_home: Path):
    settings = Settings(home=fresh_home)
    build_index(settings)
    old = Engine.open(settings)
    before = old.ask(ATTENDED).answer
    (fresh_home / "documents" / "other.md").write_text("# Other\n\nTwo people attended it.\n")
    build_index(settings)
    new = Engine.open(settings)
    assert old.ask(ATTENDED).answer == before
    assert (len(old.documents()), len(new.documents())) == (1, 2)
    assert old.manifest.generation != new.manifest.generation


def test_without_an_index_the_engine_names_the_command(tmp_path: Path):
    with pytest.raises(IndexMissingError, match="run: seminar-qa index"):
        Engine.open(Settings(home=tmp_path))


def test_a_text_altered_in_the_records_is_never_quoted(fresh_home: Path):
    settings = Settings(home=fresh_home)
    build_index(settings)
    generation = settings.index / "generations" / current_generation(settings.index)
    connection = sqlite3.connect(generation / "records.sqlite")
    connection.execute(
        "UPDATE documents SET text = replace(text, '100 audiences', '900 audiences')"
    )
    connection.commit()
    connection.close()
    with pytest.raises(IndexDamagedError, match="was altered"):
        Engine.open(settings).ask(ATTENDED)


def test_an_index_without_its_models_is_an_error_with_the_cure(fresh_home: Path, home: Path):
    settings = Settings(home=fresh_home)
    build_index(settings)
    shutil.rmtree(settings.index / "models")
    with pytest.raises(ModelError, match="run: seminar-qa index$"):
        Engine.open(settings)


def test_a_damaged_index_is_cured_by_the_command_that_the_error_names(fresh_home: Path):
    settings = Settings(home=fresh_home)
    build_index(settings)
    file = settings.index / "generations" / current_generation(settings.index)
    file = file / "dense" / "vectors.npy"
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(IndexDamagedError, match="run: seminar-qa index$"):
        Engine.open(settings)
    build_index(settings)
    answer = Engine.open(settings).ask(ATTENDED).answer
    assert "approximately 100 audiences" in (answer.quotes or answer.nearest)[0].text


def test_two_homes_with_the_same_report_give_the_same_answer(fresh_home: Path, engine: Engine):
    settings = Settings(home=fresh_home)
    build_index(settings)
    shutil.rmtree(fresh_home / "documents")
    assert Engine.open(settings).ask(ATTENDED).answer == engine.ask(ATTENDED).answer


@pytest.mark.parametrize(
    "question", ["In what year was Kyoto founded?", "Tell me the population of Paris.", "Paris?"]
)
def test_a_no_is_a_no_after_any_turns(engine, question):
    turns = (Turn("When did the textile trade with Alsace start?", "1863"),)
    assert engine.ask(question).answer.answered is False
    assert engine.ask(question, conversation=turns).answer.answered is False


def test_what_is_asked_again_is_answered_the_same_from_memory(engine):
    first = engine.ask_again("Who prepared the report?", ())
    assert engine.ask_again("Who prepared the report?", ()) is first
    assert first.answer == engine.ask("Who prepared the report?").answer


# Who said it, and where on the page


COST = "How much will the harbour cost?"


@pytest.fixture(scope="module")
def mixed(collection: Path) -> Engine:
    """An engine on reports with speakers, one of them a PDF."""
    return Engine.open(Settings(home=collection))


def first_quote(reply: Reply) -> Quote:
    return (reply.answer.quotes or reply.answer.nearest)[0]


def test_a_citation_names_who_speaks(mixed: Engine):
    quote = first_quote(mixed.ask(COST))
    assert quote.text.startswith("The harbour will cost 9")
    assert quote.citation.speaker == "Ben Roth"
    quote = first_quote(mixed.ask("How many turbines will be shipped?"))
    assert quote.citation.speaker == "Ms. Clara Berg, Aarhus"


def test_what_nobody_says_is_cited_without_a_speaker(engine: Engine):
    assert first_quote(engine.ask("Who prepared the report?")).citation.speaker is None


def test_a_filter_by_speaker_restricts_before_the_ranking(mixed: Engine):
    free = mixed.ask(COST)
    only = mixed.ask(COST, filters=Filters(speakers=("Ann Lee",)))
    assert len(free.rows) == 20
    assert len(only.rows) > 10
    assert set(only.rows) - set(free.rows)
    quote = first_quote(only)
    assert quote.text.startswith("The new harbour is going to be paid by the region")
    assert quote.answer == "40 million"
    quotes = only.answer.quotes or only.answer.nearest
    assert {quote.citation.speaker for quote in quotes} == {"Ann Lee"}


@pytest.mark.parametrize("name", ["Roth", "ben roth", "Ben Roth"])
def test_a_speaker_is_asked_for_by_any_part_of_the_name(mixed: Engine, name: str):
    reply = mixed.ask(COST, filters=Filters(speakers=(name,)), max_quotes=20)
    quotes = reply.answer.quotes or reply.answer.nearest
    assert {quote.citation.speaker for quote in quotes} == {"Ben Roth"}


def test_several_speakers_are_asked_for_together(mixed: Engine):
    both = Filters(speakers=("Berg", "Friis"))
    rows = {
        name: mixed.ask("Who spoke?", filters=Filters(speakers=(name,))).rows
        for name in both.speakers
    }
    assert set(mixed.ask("Who spoke?", filters=both).rows) == {*rows["Berg"], *rows["Friis"]}
    assert all(rows.values())


@pytest.mark.parametrize(
    ("other", "is_found"),
    [
        ({}, True),
        ({"after": "2021-03-03", "before": "2021-03-03"}, True),
        ({"after": "2021-03-04"}, False),
        ({"before": "2021-03-02"}, False),
        ({"documents": ("minutes.txt",)}, True),
        ({"documents": ("wind.html", "ferries.pdf")}, False),
    ],
)
def test_a_filter_by_speaker_goes_together_with_the_others(
    mixed: Engine, other: dict[str, object], is_found: bool
):
    of = ids(mixed)
    if "documents" in other:
        other = {"documents": tuple(of[path] for path in other["documents"])}
    reply = mixed.ask(COST, filters=Filters(speakers=("Ann Lee",), **other))
    assert bool(reply.rows) is is_found
    assert reply.answer.answered is is_found


@pytest.mark.parametrize("name", ["Nobody", "Lee Nobody", "City of Bonn", "?", "' OR 1=1", "Le"])
def test_a_filter_on_an_unknown_speaker_is_an_error_that_tells_where_they_are(
    mixed: Engine, name: str
):
    with pytest.raises(FilterError) as caught:
        mixed.ask(COST, filters=Filters(speakers=("Ann Lee", name)))
    reason = f"no report names a speaker “{name}”; GET /documents lists the speakers"
    assert str(caught.value) == reason


def test_with_a_filter_by_speaker_a_list_is_not_quoted_with_what_others_say(mixed: Engine):
    question, only = "Which conditions were named for wind farms?", Filters(speakers=("Holm",))
    quote = first_quote(mixed.ask(question, filters=only))
    assert quote.citation.speaker == "Mr. David Holm, Esbjerg"
    assert quote.text == "Mr. David Holm of Esbjerg said that long quays are needed."


def test_a_citation_of_a_pdf_frames_the_lines_on_their_page(mixed: Engine):
    quote = first_quote(mixed.ask("How many ferries will run on hydrogen?"))
    assert quote.answer == "17"
    assert (quote.citation.page, quote.citation.ocr) == (1, False)
    assert [box[0] for box in quote.citation.boxes] == [1, 1]
    (_, left, bottom, right, top), (_, begin, low, end, high) = quote.citation.boxes
    assert 71 < left < 74
    assert 415 < right < 425
    assert 755 < bottom < 760 < top < 770
    assert 71 < begin < end < 100  # “2030.” stands alone on the second line
    assert 745 < low < high < bottom


def test_a_citation_of_a_later_page_names_that_page(mixed: Engine):
    cited = first_quote(mixed.ask("When does the fish market open?")).citation
    assert (cited.page, [box[0] for box in cited.boxes]) == (2, [2])


@pytest.mark.skipif(not ocr_languages(), reason="tesseract is not installed")
def test_a_citation_of_a_scanned_page_says_that_it_was_recognised(mixed: Engine):
    quote = first_quote(mixed.ask("When was the old lighthouse built?"))
    assert quote.text == "The old lighthouse was built in 1874 by engineers from Marseille."
    assert quote.answer == "1874"
    assert (quote.citation.page, quote.citation.ocr) == (3, True)
    (number, left, bottom, right, top), second = quote.citation.boxes
    assert (number, second[0]) == (3, 3)
    assert 50 < left < 65 < 390 < right < 420
    assert second[4] < bottom < top < 760


def test_a_format_without_pages_has_neither_page_nor_boxes(mixed: Engine):
    cited = first_quote(mixed.ask(COST)).citation
    assert (cited.page, cited.boxes, cited.ocr) == (None, (), False)


def test_every_quotation_of_a_mixed_collection_stands_where_it_says(mixed: Engine):
    for question in (COST, "What is ready?", "Who spoke?", "When does the fish market open?"):
        answer = mixed.ask(question, max_quotes=20).answer
        for quote in answer.quotes or answer.nearest:
            cited = quote.citation
            document = mixed.record(cited.document_id).document
            assert document.text[cited.start : cited.end] == quote.text
            place = (cited.document_id, cited.start, cited.end, cited.quote_sha256)
            assert mixed.verify(*place) == "unchanged"


def test_the_characters_of_each_report_are_told(mixed: Engine):
    lengths = mixed.characters()
    assert set(lengths) == set(ids(mixed).values())
    assert all(
        len(mixed.record(number).document.text) == length for number, length in lengths.items()
    )


# Whom the question names


class FirstWordReader:
    """A reader that marks the first word of every passage, and remembers what stood above them."""

    def __init__(self) -> None:
        self.fronts: list[str] = []

    def read(
        self, question: str, passages: Sequence[str], fronts: Sequence[str] = ()
    ) -> list[list[Span]]:
        self.fronts = list(fronts)
        return [[Span(0, len(passage.split()[0]), 1.0)] for passage in passages]


def asking_few(folder: Path, reader: FirstWordReader, most: int = 4) -> Engine:
    """Return an engine on `folder` that reads few passages."""
    index = PassageIndex.open(folder / "index")
    return Engine(index, ConstantEncoder(), reader, PLAIN, passages_read=most)


def spoken(engine: Engine, question: str, filters: Filters | None = None) -> list[tuple]:
    """Return who speaks in each passage that is read, and what that is held to be worth."""
    return [
        (
            None
            if c.passage.speaker is None
            else c.record.document.speakers[c.passage.speaker].name,
            c.evidence.bound,
        )
        for c in engine.candidates(question, filters)
    ]


def test_without_a_name_the_best_passages_are_read_whoever_speaks(collection: Path):
    found = spoken(asking_few(collection, FirstWordReader()), COST)
    assert found == [("Ben Roth", 0.0)] * 4


@pytest.mark.parametrize("name", ["Ann Lee", "Lee", "AL"])
def test_passages_of_a_speaker_whom_the_question_names_are_read_too(collection: Path, name: str):
    reader = FirstWordReader()
    found = spoken(asking_few(collection, reader), f"According to {name}, {COST.lower()}")
    assert ("Ann Lee", 1.0) in found
    assert ("Ben Roth", -1.0) in found
    assert set(found) <= {("Ann Lee", 1.0), ("Ben Roth", -1.0), (None, 0.0)}
    assert 4 <= len(found) <= 6
    assert any("Ann Lee" in front and "(AL)" in front for front in reader.fronts)


def test_a_filter_holds_also_for_the_speaker_whom_the_question_names(collection: Path):
    engine = asking_few(collection, FirstWordReader())
    question, only = f"According to Ann Lee, {COST.lower()}", Filters(speakers=("Ben Roth",))
    assert set(spoken(engine, question, only)) == {("Ben Roth", -1.0)}


# What is lacking, and what begins at a label


def test_a_no_tells_what_is_lacking_and_an_answer_does_not(home: Path):
    question = "What did Zoe Quist say about Sardinia?"
    no = engine_with(home, WordReader("Sardinia", lambda _: -1.0)).ask(question)
    assert not no.answer.answered
    assert no.lacking.unknown == ("Zoe Quist",)
    assert no.lacking.sentences[0] == "No report mentions “Zoe Quist”."
    yes = engine_with(home, WordReader("Sardinia", lambda _: 1.0)).ask(question)
    assert (yes.answer.answered, yes.lacking) == (True, Lacking())


def test_a_moved_quotation_that_begins_at_a_label_is_found(mixed: Engine):
    minutes = ids(mixed)["minutes.txt"]
    text = mixed.record(minutes).document.text
    start = text.index("AL: The new harbour")
    end = text.index("million.", start) + len("million.")
    for begin, fate in ((start, "moved"), (start + len("AL: "), "moved"), (start + 1, "gone")):
        sha256 = hashlib.sha256(text[begin:end].encode()).hexdigest()
        assert mixed.verify(minutes, begin, end, sha256) == "unchanged"
        assert mixed.verify(minutes, begin + 7, end + 7, sha256) == fate


# The report that a conversation is about

PORTS = {
    "kiel.md": "# Kiel\n\nThe port was built by Zoe Quist.\n\nThe port has 30 boats.\n",
    "bonn.md": "# Bonn\n\nThe port was built by Olaf Prins.\n\nThe port has 40 boats.\n",
}


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Path:
    """A home with two reports that answer the same questions."""
    folder = tmp_path_factory.mktemp("ports")
    (folder / "documents").mkdir()
    (folder / "index").mkdir()
    (folder / "index" / "models").symlink_to(home / "index" / "models")
    for name, text in PORTS.items():
        (folder / "documents" / name).write_text(text)
    build_index(Settings(home=folder))
    return folder


@pytest.mark.parametrize(("builder", "title"), [("Zoe Quist", "Kiel"), ("Olaf Prins", "Bonn")])
def test_a_follow_up_is_answered_rather_from_the_report_of_the_last_answer(ports, builder, title):
    engine = engine_with(ports, WordReader("boats", lambda _: 1.0))
    conversation = (Turn("Who built the port?", builder), Turn("Did it fly?", ""))
    answer = engine.ask("How many boats does it have?", conversation=conversation).answer
    assert answer.quotes[0].citation.title == title
    assert {quote.citation.title for quote in answer.quotes} == {"Kiel", "Bonn"}


@pytest.mark.parametrize("builder", ["Zoe Quist", "Olaf Prins"])
def test_a_question_that_stands_by_itself_is_answered_from_any_report(ports, builder):
    engine = engine_with(ports, WordReader("boats", lambda _: 1.0))
    question = "How many boats sail in Europe today?"
    after = engine.ask(question, conversation=(Turn("Who built the port?", builder),)).answer
    assert after == engine.ask(question).answer


def test_passages_of_the_report_of_the_last_answer_are_read_though_others_come_first(
    fresh_home: Path,
):
    documents = fresh_home / "documents"
    lines = "\n\n".join(f"## Day {n}\n\nThe port has {n} boats, said all." for n in range(30))
    (documents / "many.md").write_text(f"# Many ports\n\n{lines}\n")
    (documents / "one.md").write_text(
        "# One port\n\nIt was built by Zoe Quist.\n\nA long quay lies before a hall of red "
        "stone, and boats come by night.\n"
    )
    build_index(Settings(home=fresh_home))
    engine = asking_few(fresh_home, FirstWordReader())
    conversation = (Turn("Who built the quay?", "Zoe Quist"),)
    question = "How many boats does the port have, said all of them?"
    alone = engine.ask(question)
    follow_up = engine.ask(question.replace("the port", "it"), conversation=conversation)
    titles = [
        {engine.record(number).document.title for number in engine_ids(engine, reply.rows)}
        for reply in (alone, follow_up)
    ]
    assert titles[0] == {"Many ports"}
    assert titles[1] == {"Many ports", "One port"}


def engine_ids(engine: Engine, rows: Sequence[int]) -> list[str]:
    """Return the ids of the reports that rows belong to."""
    return [engine._passage(row)[0].document.id for row in rows]


def test_passages_about_something_have_a_word_of_it_or_are_near_it(engine):
    quotes = engine.passages_about("tourism in Gifu")
    assert "Gifu" in quotes[0].text
    assert 1 < len(quotes) < engine.manifest.passages
    assert len({quote.citation.start for quote in quotes}) == len(quotes)
    assert all(quote.highlight is None and 0 <= quote.score <= 1 for quote in quotes)
    assert engine.passages_about("xylophones") == []


def test_a_trace_tells_where_the_words_stand(engine):
    cited = engine.ask("Who is the Governor of Iwate Prefecture?").answer.quotes[0].citation
    place = (cited.document_id, cited.start, cited.end)
    found = engine.trace(*place, cited.quote_sha256)
    assert (found.fate, found.document_id, found.start, found.end) == ("unchanged", *place)
    moved = engine.trace("f" * 16, 0, cited.end - cited.start, cited.quote_sha256)
    assert (moved.fate, moved.document_id, moved.start, moved.end) == ("moved", *place)
    gone = engine.trace(*place, "0" * 64)
    assert (gone.fate, gone.document_id) == ("gone", "")


def test_a_quotation_at_a_place_is_verbatim(engine):
    quote = engine.ask("Who is the Governor of Iwate Prefecture?").answer.quotes[0]
    cited = quote.citation
    again = engine.quote_at(cited.document_id, cited.start, cited.end)
    assert (again.text, again.before, again.after) == (quote.text, quote.before, quote.after)
    with pytest.raises(NotFoundError):
        engine.quote_at(cited.document_id, 0, 10**9)


def test_looking_for_a_citation_is_not_paid_for_twice_nor_done_twice_at_a_time(home, monkeypatch):
    engine = Engine.open(Settings(home=home))
    asked = (engine.documents()[0].id, 0, 40, "0" * 64)
    assert engine.verify(*asked) == "gone"

    def never(self, number):
        raise AssertionError("it is known that it is gone")

    monkeypatch.setattr(type(engine._index.records), "record", never)
    assert engine.verify(*asked) == "gone"
    with engine._tracing, pytest.raises(NotReadError, match="try again in a moment"):
        engine.verify("nobody", 0, 41, "0" * 64)
    monkeypatch.undo()
    monkeypatch.setattr("seminar_qa.engine._MOST_TRACES", 2)
    for length in (41, 42):
        engine.verify("nobody", 0, length, "0" * 64)
    assert [length for _, length, _ in engine._traces] == [41, 42]


def test_every_quotation_can_be_found_again(engine):
    about = engine.passages_about("regions", limit=50)
    answer = engine.ask(ATTENDED).answer
    for quote in (*about, *answer.quotes, *answer.nearest):
        cited = quote.citation
        found = engine.trace("nobody", 0, cited.end - cited.start, cited.quote_sha256)
        assert found.fate == "moved"
