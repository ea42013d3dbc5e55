"""What a text speaks of."""

import pytest

from seminar_qa.mentions import Kind, find_mentions


def kinds(text: str) -> dict[str, Kind]:
    return {mention.text: mention.kind for mention in find_mentions(text)}


@pytest.mark.parametrize(
    ("text", "mention", "kind"),
    [
        ("Who is Mr. Georg Löer?", "Mr. Georg Löer", Kind.MAN),
        ("Ms. Marta Sanna, Managing Director", "Ms. Marta Sanna", Kind.WOMAN),
        ("Was Frank Zappa ill?", "Frank Zappa", Kind.FULL_NAME),
        ("He moved to Osaka.", "Osaka", Kind.PLACE),
        ("Who owns Hitachi Ltd?", "Hitachi Ltd", Kind.GROUP),
        ("Who wrote “Brand powers”?", "Brand powers", Kind.WORK),
        ("What is Japanese?", "Japanese", Kind.WORD),
        ("When was the memorandum signed?", "the memorandum", Kind.THING),
        ("Who went to the meeting of creditors?", "the meeting of creditors", Kind.THING),
        ("Did the companies agree?", "the companies", Kind.THINGS),
        ("When did Hitachi's project begin?", "Hitachi's project", Kind.THING),
        ("Who opened the Clean Harbours workshop?", "Clean Harbours", Kind.GROUP),
        ("Who led the Bundestag?", "Bundestag", Kind.GROUP),
        ("Lacking a quay is a gap.", "Lacking", Kind.WORD),
    ],
)
def test_a_mention_has_its_kind(text, mention, kind):
    assert kinds(text)[mention] is kind


@pytest.mark.parametrize(
    "text", ["Does it end?", "It's late.", "in October 2018", "why?", "", "Neither may pay."]
)
def test_words_that_open_a_sentence_and_dates_are_no_mentions(text):
    assert kinds(text) == {}


def test_mentions_stand_in_order_of_place():
    mentions = find_mentions("When did Hitachi's project reach Bonn?")
    assert (mentions[0].text, mentions[0].start) == ("Hitachi's project", 9)
    assert mentions == sorted(mentions, key=lambda m: m.start)
