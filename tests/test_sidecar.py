"""The YAML file beside a report: what it may say, and what is told of one that is wrong."""

import time

import pytest

from seminar_qa.documents import Block, Document, Kind, Speaker
from seminar_qa.errors import UnreadableFileError
from seminar_qa.sidecar import SideCar, read_sidecar

FULL = """\
title: "Hydrogen  day"
date: 2018-11-20
place: 東京
organiser: EU-Japan Centre
password: s3 cret
speakers:
  - name: Dr. Ben Kloeck
    role: mayor
    organisation: City of Kobe
    labels: [BEN, B]
  - Ann Lee
"""


def refusal(text: str | bytes) -> str:
    with pytest.raises(UnreadableFileError) as error:
        read_sidecar(text if isinstance(text, bytes) else text.encode())
    return str(error.value)


def test_every_key_is_read():
    assert read_sidecar(FULL.encode()) == SideCar(
        title="Hydrogen day",
        date="2018-11-20",
        place="東京",
        organiser="EU-Japan Centre",
        speakers=(
            Speaker("Dr. Ben Kloeck", "mayor", "City of Kobe", ("BEN", "B")),
            Speaker("Ann Lee"),
        ),
        password="s3 cret",
    )


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n", "\ufeff"])
def test_an_empty_side_car_says_nothing(text):
    assert read_sidecar(text.encode()) == SideCar()


def test_keys_without_a_value_say_nothing():
    assert read_sidecar(b"title:\ndate:\nspeakers:\nplace: ''\n") == SideCar()


@pytest.mark.parametrize("date", ["2018-11-20", "'2018-11-20'", '"2018-11-20"'])
def test_a_date_may_be_one_of_yaml_or_a_text(date):
    assert read_sidecar(f"date: {date}".encode()).date == "2018-11-20"


@pytest.mark.parametrize(
    "date", ["20 November 2018", "2018", "'2018-02-30'", "[2018-11-20]", "true"]
)
def test_another_date_is_refused_with_how_it_should_be(date):
    assert "write it as 2018-11-20" in refusal(f"date: {date}")


def test_a_password_may_be_a_number_and_keeps_its_spaces():
    assert read_sidecar(b"password: 1234").password == "1234"
    assert read_sidecar(b"password: ' a  b '").password == " a  b "


def test_a_password_is_not_shown():
    assert "cret" not in repr(read_sidecar(FULL.encode()))


@pytest.mark.parametrize("value", ["[a, b]", "{a: b}", "true", "2018-11-20"])
@pytest.mark.parametrize("key", ["title", "place", "organiser", "password"])
def test_a_value_that_is_no_text_is_refused(key, value):
    assert refusal(f"{key}: {value}") == f"its {key} is no text; write: {key}: “…”"


def test_an_unknown_key_is_refused_with_those_there_are():
    expected = "there are title, place, organiser, password, date, speakers"
    assert refusal("titel: Hydrogen day") == f"it has the key “titel”; {expected}"
    assert "it has the key “1”" in refusal("1: 2")


@pytest.mark.parametrize("text", ["- title", "Hydrogen day", "42"])
def test_what_is_no_mapping_is_refused(text):
    assert refusal(text) == "it holds no “key: value” lines such as “date: 2018-11-20”"


@pytest.mark.parametrize("text", [b"title: \xff\xfe", "title: ü".encode("latin-1")])
def test_what_is_not_utf_8_is_refused(text):
    assert refusal(text).startswith("it is no YAML")


def test_what_is_no_yaml_is_refused_with_its_line():
    assert refusal('place: Tokyo\ntitle: "open').startswith("it is no YAML in line 2")
    assert refusal("title: a: b").startswith("it is no YAML in line 1")


@pytest.mark.parametrize("text", ["title: !!python/object/apply:os.system [ls]", "!!set"])
def test_tags_that_would_make_objects_are_refused(text):
    assert refusal(text)


@pytest.mark.parametrize(
    ("speakers", "reason"),
    [
        ("Ann Lee", "its speakers are no list"),
        ("{name: Ann}", "its speakers are no list"),
        ("[{role: mayor}]", "a speaker of it has no name"),
        ("['']", "a speaker of it has no name"),
        ("[42]", "a speaker of it has no name"),
        ("[{name: [Ann]}]", "its name is no text"),
        ("[{name: Ann, roll: mayor}]", "a speaker of it has the key “roll”"),
        ("[{name: Ann, labels: {a: b}}]", "the labels of a speaker are no list of texts"),
        ("[{name: Ann, labels: [1]}]", "the labels of a speaker are no list of texts"),
    ],
)
def test_speakers_that_are_wrong_are_refused(speakers, reason):
    assert reason in refusal(f"speakers: {speakers}")


def test_one_label_needs_no_list():
    (speaker,) = read_sidecar(b"speakers: [{name: Ann, labels: ANN}]").speakers
    assert speaker.labels == ("ANN",)


def test_aliases_that_unfold_without_end_cost_nothing():
    levels = "\n".join(f"k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 9)}]" for n in range(1, 30))
    begun = time.monotonic()
    assert "it has the key “k0”" in refusal(f"k0: &k0 [lol]\n{levels}")
    assert time.monotonic() - begun < 2


def test_nesting_without_end_is_refused():
    assert refusal("title: " + "[" * 50_000).startswith("it is no YAML")


def test_what_a_side_car_says_takes_the_place_of_what_was_found():
    text = "Report. Bonn."
    document = Document(
        *("id", "a.txt", "0", "text/plain", text, (Block(Kind.PARAGRAPH, 0, len(text)),)),
        title="Report",
        place="Bonn",
        date="2017-01-01",
        found_at=(("title", 0, 6), ("place", 8, 12)),
    )
    made = SideCar(title="Hydrogen day", organiser="Kobe").correct(document)
    assert (made.title, made.organiser, made.place, made.date) == (
        *("Hydrogen day", "Kobe", "Bonn", "2017-01-01"),
    )
    assert made.found_at == (("place", 8, 12),)


def test_a_date_that_does_not_exist_is_told_as_such():
    with pytest.raises(UnreadableFileError, match="a date that does not exist"):
        read_sidecar(b"date: 2018-02-30")
