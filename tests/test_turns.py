"""Labels of turns, told from other openings by the evidence of the whole report."""

import time

import pytest

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.speakers.turns import mark_turns


def turns(*lines: str) -> list[tuple[str | None, str]]:
    """The label and the text of each block; "# " makes a heading, "- " an item, "... " goes on."""
    builder = DocumentBuilder()
    for line in lines:
        if line.startswith("# "):
            builder.add(Kind.HEADING, line[2:], level=1)
        elif line.startswith("- "):
            builder.add(Kind.LIST_ITEM, line[2:], marker="-")
        elif line.startswith("... "):
            builder.add(Kind.PARAGRAPH, line[4:], marker="...", tight=True)
        else:
            builder.add(Kind.PARAGRAPH, line)
    text = builder.text
    return [(b.speaker, text[b.start : b.end]) for b in mark_turns(text, builder.blocks)]


def labels(*lines: str) -> list[str | None]:
    return [label for label, _ in turns(*lines)]


def test_a_label_is_taken_off_the_turn_and_kept_as_written():
    assert turns("BAN: Hello.", "DLM: Yes.", "BAN: Well.", "DLM: No.")[:2] == [
        ("BAN", "Hello."),
        ("DLM", "Yes."),
    ]


def test_the_text_itself_is_not_changed():
    builder = DocumentBuilder()
    for line in ("Ana: Hello.", "Bo: Yes.", "Ana: Well.", "Bo: No."):
        builder.add(Kind.PARAGRAPH, line)
    marked = mark_turns(builder.text, builder.blocks)
    assert [(a.end, b.end) for a, b in zip(marked, builder.blocks, strict=True)] == [
        (block.end, block.end) for block in builder.blocks
    ]
    assert builder.text.startswith("Ana: Hello.")


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("Mr. SMITH: Why?", "THE CHAIR: Order.", ("Mr. SMITH", "THE CHAIR")),
        ("CHIEF JUSTICE ROBERTS: Go on.", "MS. LEE: Yes.", ("CHIEF JUSTICE ROBERTS", "MS. LEE")),
        ("Tom Greenaway: Hello.", "David_Play: Yes.", ("Tom Greenaway", "David_Play")),
        (
            "Hon. Al Day (Minister of Ice): No.",
            "The Chair: Yes.",
            ("Hon. Al Day (Minister of Ice)", "The Chair"),
        ),
        ("田中：始めます。", "佐藤：はい。", ("田中", "佐藤")),
        ("<Anna> hello", "<ben> hi", ("Anna", "ben")),
        ("PhD B: Yes.", "Grad A: No.", ("PhD B", "Grad A")),
        ("Mr. SMITH. I ask again.", "Ms. JONES. I answer.", ("Mr. SMITH", "Ms. JONES")),
    ],
)
def test_labels_of_many_kinds_are_found(first, second, expected):
    assert labels(*[first, second] * 3) == [*expected] * 3


@pytest.mark.parametrize(
    "lines",
    [
        ("Note: it rained.", "Conclusion: it stopped.", "Note: so.", "Conclusion: well."),
        (
            "Goal: to learn.",
            "Method: reading.",
            "Goal: to teach.",
            "Method: talking.",
            "Our goal and method.",
        ),
        ("https://a.example/x is a page.", "10:30 Opening.", "https://b.example", "10:45 Talk."),
        (
            "Presenter: Ben Allen (BAN)",
            "Example: one.",
            "Presenter: Ana Ruiz (ARZ)",
            "Example: two.",
        ),
        ("Mail: to the office.", "Hand Delivery: at the door.") * 2,
        ("Heng Qian: The Smart City.", "Peter Lee: Suffolk."),
        ("There is one thing: cost.", "There is another: time.", "There is one thing: cost."),
        ("注：資料参照。", "日時：十日", "注：資料参照。", "日時：十日"),
    ],
)
def test_other_openings_are_no_labels(lines):
    assert set(labels(*lines)) == {None}


def test_somebody_introduced_needs_no_second_turn():
    assert labels("Presenter: Ben Allen (BAN)", "BAN: Hello.") == [None, "BAN"]


def test_a_single_turn_among_turns_is_one_too():
    lines = ("Ana: Hello.", "Bo: Yes.", "Ana: Well.", "Bo: No.", "Geoff: Is it?", "Summary: fine.")
    assert labels(*lines) == ["Ana", "Bo", "Ana", "Bo", "Geoff", None]


def test_unknown_speakers_have_their_mark_for_a_label():
    lines = ("Ana: Hello.", "Bo: Yes.", "Ana: Well.", "Bo: No.", "???: Perhaps.")
    assert labels(*lines)[-1] == "???"


def test_roles_that_are_words_of_the_language_are_labels_in_a_transcript():
    spoken = (
        "Marketing: Our marketing is fine.",
        "Manager A: Yes.",
        "Marketing: So.",
        "Designer: No.",
    )
    assert labels(*spoken * 3)[:4] == ["Marketing", "Manager A", "Marketing", "Designer"]


def test_lines_behind_dots_and_items_go_on_with_a_turn():
    lines = (
        "Ana: Hello.",
        "... and more: this",
        "- one",
        "Bo: Yes.",
        "A remark.",
        "Ana: Bye.",
        "Bo: Bye.",
    )
    assert labels(*lines) == ["Ana", "Ana", "Ana", "Bo", None, "Ana", "Bo"]


def test_a_heading_ends_a_turn():
    lines = ("Ana: Hello.", "Bo: Yes.", "Ana: So.", "Bo: Bye.", "# Summary", "- one")
    assert labels(*lines)[-2:] == [None, None]


def test_japanese_minutes_with_circles_go_on_until_the_next_circle():
    lines = ("○議長（山田太郎君）　開会します。", "議題は一つです。", "○田中委員　質問します。")
    assert turns(*lines) == [
        ("議長（山田太郎君）", "開会します。"),
        ("議長（山田太郎君）", "議題は一つです。"),
        ("田中委員", "質問します。"),
    ]


def test_a_short_turn_taken_for_a_heading_is_a_turn_again():
    builder = DocumentBuilder()
    for line in ("Ana: Hello there.", "Bo: Yes.", "Ana: Well then.", "Bo: No."):
        builder.add(Kind.PARAGRAPH, line)
    builder.add(Kind.HEADING, "Ana: Right", level=1)
    builder.add(Kind.PARAGRAPH, "Bo: Fine.")
    last = mark_turns(builder.text, builder.blocks)[-2:]
    assert [(b.kind, b.speaker, b.section) for b in last] == [
        (Kind.PARAGRAPH, "Ana", ()),
        (Kind.PARAGRAPH, "Bo", ()),
    ]


def test_a_real_heading_with_a_colon_stays_a_heading():
    builder = DocumentBuilder()
    for line in ("Ana: Hello there.", "Bo: Yes.", "Ana: Well then.", "Bo: No."):
        builder.add(Kind.PARAGRAPH, line)
    builder.add(Kind.HEADING, "Session 2: Towns", level=1)
    assert mark_turns(builder.text, builder.blocks)[-1].kind is Kind.HEADING


def test_two_megabytes_of_openings_take_seconds():
    builder = DocumentBuilder()
    for number in range(40_000):
        builder.add(Kind.PARAGRAPH, f"Ab{number % 3_000}: ((((: A: A: of the, the of: words")
    begun = time.perf_counter()
    assert len(mark_turns(builder.text, builder.blocks)) == 40_000
    assert time.perf_counter() - begun < 20


def test_openings_that_come_again_far_apart_are_no_labels():
    prose = ("It is a long text of many pages.",) * 20
    once = ("Sexual Harassment: none.", *prose, "Delinquency Reports: due.", *prose)
    assert set(labels(*once * 3)) == {None}


def test_items_of_a_list_are_turns_where_they_are_a_transcript():
    spoken = ("- Ana: Hello.", "- Bo: Yes.", "- Ana: So.", "- Bo: Bye.")
    assert labels(*spoken * 2) == ["Ana", "Bo"] * 4
    assert labels(*spoken, *("It rained all day.",) * 20, *spoken) == [None] * 28


def test_a_japanese_turn_ends_at_whatever_looks_like_a_label():
    opened = ("○鈴木課長　説明します。", "続きです。", "（１）費用は安い。", "○○市もある。")
    for other in ("田中：安いです。", "注：後日配布した。", "結論：継続する。", "（委員長）次に。"):
        assert labels(*opened, other, "その後。") == [*["鈴木課長"] * 4, None, None]


def test_brackets_with_an_office_are_labels_and_other_brackets_are_not():
    lines = (
        "【家田委員長】　始めます。",
        "続きです。",
        "【小林委員】　質問です。",
        "【事務局】　はい。",
        "【資料】　資料の一覧です。",
        "【出席委員】　田中です。",
        "【座長】　山田太郎（東京大学）",
    )
    found = ["家田委員長", "家田委員長", "小林委員", "事務局", None, None, None]
    assert labels(*lines) == found


def test_a_label_in_brackets_alone_begins_the_turn_in_the_next_block():
    assert labels("【小林委員】", "質問です。", "続きです。", "【議事概要】", "終わった。") == [
        None,
        "小林委員",
        "小林委員",
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Moderator: Jane Fox (BBC)", "Facilitator: Tom Hill, UCL"),
        ("Panel Chair: Dr. Fox", "Keynote Speaker: Ada Lim, head of research, NUS."),
        ("座長：山田太郎（東京大学）", "司会：田中花子"),
    ],
)
def test_a_label_followed_by_nothing_but_names_introduces_and_is_no_turn(first, second):
    spoken = ("Ana: Hello.", "Bo: Yes.", "Ana: So.", "Bo: Bye.")
    found = labels(*[*spoken, first, second] * 3)
    assert found == ["Ana", "Bo", "Ana", "Bo", None, None] * 3


def test_a_moderator_who_says_something_has_a_turn():
    lines = ("Moderator: Welcome to you all.", "Ana: Hello.") * 3
    assert labels(*lines) == ["Moderator", "Ana"] * 3


def test_an_item_with_a_name_that_comes_once_is_no_turn_and_ends_the_one_before():
    spoken = ("Ana: Hello.", "Bo: Yes.", "Ana: So.", "Bo: Bye.")
    assert labels(*spoken, "- Lena: bring maps", "- Ana: call Jo")[-2:] == [None, None]


def test_offices_in_capital_letters_and_a_name_without_its_title_are_labels():
    lines = (
        "MODERATOR: Welcome to you all.",
        "MS. LEE: Thank you for that.",
        "AUDIENCE MEMBER: What does it cost?",
        "SPEAKER: I know that.",
        "LEE: It is cheap.",
    )
    found = ["MODERATOR", "MS. LEE", "AUDIENCE MEMBER", "SPEAKER", "LEE"]
    assert labels(*lines) == found
    assert labels(*("OPERATOR: a.example", "ADDRESS: b.example") * 2) == [None] * 4


def test_questions_and_answers_are_turns_where_they_alternate_often():
    assert labels(*("Q: What is it?", "A: A pump.") * 2) == ["Q", "A"] * 2
    assert labels("Q: What is it?", "A: A pump.", "Fine.") == [None] * 3
    assert labels(*["A: A pump."] * 6) == [None] * 6


def test_a_label_alone_in_its_block_begins_the_turn_in_the_next_one_only():
    lines = ("Ms. Lee:", "It is late.", "Another block.", "Mr. Park:", "I disagree.")
    assert labels(*lines) == [None, "Ms. Lee", None, None, "Mr. Park"]
    assert labels(*("Background:", "It rained.", "Findings:", "It stopped.") * 3) == [None] * 12


def test_full_names_with_initials_or_among_those_present_are_labels():
    introduced = "With Alice Brown (AB) and Carl Dean (CD)."
    assert labels(introduced, "Alice Brown: We start.") == [None, "Alice Brown"]
    present = "Present: Ola Berg (Acme), Kari Lund and Per Holm"
    lines = ("Ola Berg: We start.", "Per Holm: Fine.", "Eva Dahl: The Smart City.")
    assert labels(present, *lines) == [None, "Ola Berg", "Per Holm", None]
