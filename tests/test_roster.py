"""Who is introduced, and whom labels stand for."""

import pytest

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.speakers.people import People
from seminar_qa.speakers.roster import Labels, introduced, label_words, named_in_heading
from seminar_qa.speakers.turns import mark_turns


def built(*blocks: tuple[Kind, str]) -> tuple[str, tuple]:
    builder = DocumentBuilder()
    for kind, text in blocks:
        builder.add(kind, text, level=int(kind is Kind.HEADING))
    return builder.text, mark_turns(builder.text, builder.blocks)


def cited(*blocks: tuple[Kind, str]) -> list[str]:
    people = People()
    introduced(*built(*blocks), people)
    return [person.speaker.cited for person in people.all]


def resolved(label: str, *blocks: tuple[Kind, str], section: tuple[str, ...] = ()) -> str | None:
    text, marked = built(*blocks)
    people = People()
    introduced(text, marked, people)
    person = Labels(text, marked, people).person(label, section)
    return person.name if person else None


def minutes(*labels: str) -> list[tuple[Kind, str]]:
    return [(Kind.PARAGRAPH, f"{label}: I see.") for label in labels * 2]


@pytest.mark.parametrize(
    "row",
    [
        "Name: Ana Ruiz; Initials: ARZ; Role: Mayor; Affiliation: City of Foo",
        "Delegate: Ana Ruiz; Abbreviation: ARZ; Position: Mayor; Organisation: City of Foo",
        "氏名: Ana Ruiz; 略称: ARZ; 役職: Mayor; 所属: City of Foo",
    ],
)
def test_a_row_of_attendees_introduces(row):
    assert cited((Kind.TABLE_ROW, row)) == ["Ana Ruiz, Mayor, City of Foo"]
    assert resolved("ARZ", (Kind.TABLE_ROW, row), *minutes("ARZ", "BOL")) == "Ana Ruiz"


def test_a_row_of_anything_else_introduces_nobody():
    assert cited((Kind.TABLE_ROW, "Region: Gifu; Share: 11%")) == []
    assert cited((Kind.TABLE_ROW, "Name: Gifu")) == []


def test_lists_of_those_present_introduce():
    line = "Present: Ana Ruiz (Acme, Ltd); Bo Lund, CTO, Foo"
    assert cited((Kind.PARAGRAPH, line)) == ["Ana Ruiz, Acme, Ltd", "Bo Lund, CTO, Foo"]
    items = (
        (Kind.HEADING, "Attendees"),
        (Kind.LIST_ITEM, "Ana Ruiz, Acme"),
        (Kind.LIST_ITEM, "Bo Lund"),
    )
    assert cited(*items) == ["Ana Ruiz, Acme", "Bo Lund"]


def test_a_presenter_with_a_label_in_brackets_has_that_label():
    blocks = ((Kind.PARAGRAPH, "Presenter: Nicolò Ribaudo (NRO)"), *minutes("NRO", "DLM"))
    assert resolved("NRO", *blocks) == "Nicolò Ribaudo"
    assert cited(*blocks) == ["Nicolò Ribaudo"]


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        (
            "Keynote by David Catuhe (Microsoft / Babylon.js)",
            "David Catuhe, Microsoft / Babylon.js",
        ),
        ("Debugging tools, by Bjorn Ritzl, King", "Bjorn Ritzl, King"),
        ("Step by step to the Web", None),
        ("Berlin, New York, Tokyo", None),
    ],
)
def test_a_heading_names_a_speaker_with_by(heading, expected):
    text, blocks = built((Kind.HEADING, heading))
    person = named_in_heading(text, blocks[0], People())
    assert (person.speaker.cited if person else None) == expected


def test_a_heading_without_by_names_only_somebody_with_a_turn():
    heading = (Kind.HEADING, "Size matters, Kasper Mol, Poki")
    assert cited(heading) == []
    assert cited(heading, *minutes("Kasper", "Ana")) == ["Kasper Mol, Poki"]


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("DavidCatuhe", ("david", "catuhe")),
        ("Dave_Evans_Play", ("dave", "evans", "play")),
        ("Hon. Al Day (Minister)", ("al", "day")),
        ("BAN", ("ban",)),
        ("PhD B", ("phd", "b")),
    ],
)
def test_the_words_of_a_label(label, words):
    assert label_words(label) == words


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("David", "David Catuhe"),
        ("Catuhe", "David Catuhe"),
        ("DavidCatuhe", "David Catuhe"),
        ("David_Microsoft", "David Catuhe"),
        ("DavidC", "David Catuhe"),
        ("Dora", "Dora"),
        ("???", None),
        ("DLM/MAG", None),
    ],
)
def test_a_label_stands_for_the_person_whose_name_it_has(label, name):
    heading = (Kind.HEADING, "Keynote by David Catuhe (Microsoft)")
    assert resolved(label, heading, *minutes("Ana", label, "Bo")) == name


def test_the_fullest_label_of_a_person_is_the_name():
    assert resolved("Bernard", *minutes("Bernard", "Bernard Aboba", "Ana")) == "Bernard Aboba"
    assert resolved("Ana", *minutes("Bernard", "Bernard Aboba", "Ana")) == "Ana"


def test_a_full_name_anywhere_in_the_report_stands_for_a_given_name():
    blocks = (*minutes("Francois", "Ana"), (Kind.NOTE, "Contact Francois Daoust for more."))
    assert resolved("Francois", *blocks) == "Francois Daoust"


def test_a_label_says_the_role_itself():
    text, marked = built(*minutes("Hon. Al Day (Minister of Ice)", "The Chair"))
    person = Labels(text, marked, People()).person("Hon. Al Day (Minister of Ice)", ())
    assert person is not None
    assert (person.name, person.role) == ("Hon. Al Day", "Minister of Ice")
    assert text[person.start : person.end] == "Hon. Al Day"


def test_a_label_may_say_who_holds_an_office():
    text, marked = built(*minutes("The Acting Chair (Mrs. Carol Hughes)", "Mr. Jan Dahl"))
    person = Labels(text, marked, People()).person("The Acting Chair (Mrs. Carol Hughes)", ())
    assert person is not None
    assert person.speaker.cited == "Mrs. Carol Hughes, Acting Chair"
    assert text[person.start : person.end] == "Mrs. Carol Hughes"


def test_a_japanese_label_is_found_by_the_family_name():
    rows = (Kind.TABLE_ROW, "氏名: 田中太郎; 所属: 東京大学")
    turns = ((Kind.PARAGRAPH, "○田中委員　質問します。"), (Kind.PARAGRAPH, "○佐藤部長　はい。"))
    assert resolved("佐藤部長", rows, *turns) == "佐藤部長"
    assert resolved("田中委員", rows, *turns) == "田中太郎"


def test_of_two_behind_present_both_are_persons_where_both_have_turns():
    present = (Kind.PARAGRAPH, "Present: Ola Berg, Kari Lund")
    turns = [(Kind.PARAGRAPH, f"{name}: We start.") for name in ("Ola Berg", "Kari Lund")]
    assert cited(present, *turns) == ["Ola Berg", "Kari Lund"]


def test_a_given_name_in_capital_letters_stands_for_the_only_person_of_that_name():
    prose = (Kind.PARAGRAPH, "Dr. Nasreen Begum, Chair of the Stove Alliance, opened.")
    turns = minutes("NASREEN", "TOM")
    assert resolved("NASREEN", prose, *turns) == "Dr. Nasreen Begum"
    other = (Kind.PARAGRAPH, "Ms. Nasreen Khan spoke.")
    assert resolved("NASREEN", prose, other, *turns) == "NASREEN"


@pytest.mark.parametrize("label", ["CHAIR", "BAN"])
def test_offices_and_initials_in_capital_letters_are_no_given_names(label):
    prose = (Kind.PARAGRAPH, f"We thank {label.capitalize()} Maria for it.")
    assert resolved(label, prose, *minutes(label, "TOM", "ANA")) == label


def test_questions_and_answers_are_nobodys_in_particular():
    blocks = [(Kind.PARAGRAPH, text) for text in ("Q: What is it?", "A: A pump.") * 2]
    assert resolved("Q", *blocks) is None


def test_a_title_tells_labels_of_one_family_name_apart():
    turns = minutes("LEE", "MR. LEE", "MS. ANA LEE", "TOM")
    names = {label: resolved(label, *turns) for label in ("MR. LEE", "MS. ANA LEE", "LEE")}
    assert names == {"MR. LEE": "MR. LEE", "MS. ANA LEE": "MS. ANA LEE", "LEE": "LEE"}
    assert resolved("LEE", *minutes("LEE", "MS. LEE", "TOM")) == "MS. LEE"


def test_a_label_alone_in_its_block_is_a_person():
    blocks = [(Kind.PARAGRAPH, text) for text in ("Ms. Lee:", "It is late.", "Well.")]
    assert resolved("Ms. Lee", *blocks) == "Ms. Lee"
