"""Title, date, place and organiser out of a report's head and its first sentences."""

import pytest

from seminar_qa.documents import DocumentBuilder, Kind
from seminar_qa.facts import Facts, find_facts

SENTENCE = "The talks dealt with hydrogen, storage and grids, and with what they cost the towns."


def report(*lines: str, title: str = "", running: tuple[str, ...] = ()) -> DocumentBuilder:
    builder = DocumentBuilder()
    builder.add(Kind.TITLE, title)
    for line in lines:
        builder.add(Kind.FRONT, line)
    for paragraph in running:
        builder.add(Kind.PARAGRAPH, paragraph)
    return builder


def facts(*lines: str, title: str = "", running: tuple[str, ...] = ()) -> Facts:
    builder = report(*lines, title=title, running=running)
    return find_facts(builder.text, builder.blocks)


def said(found: Facts) -> tuple[str | None, ...]:
    return found.title, found.date, found.place, found.organiser


def where(builder: DocumentBuilder) -> dict[str, str]:
    found = find_facts(builder.text, builder.blocks).found_at
    return {name: builder.text[start:end] for name, start, end in found}


def test_a_quoted_line_is_the_title_and_the_dated_line_names_the_place():
    found = facts("EU-JAPAN CENTRE", "Seminar Report", "“Regions”", "November 20, 2018 Tokyo")
    assert said(found) == ("Regions", "2018-11-20", "Tokyo", "EU-JAPAN CENTRE")


def test_every_fact_has_its_place_in_the_text():
    builder = report("Final report", "“Regions”", "Tuesday, November 20, 2018 Tokyo", "Host: Acme")
    assert where(builder) == {
        "title": "Regions",
        "date": "November 20, 2018",
        "place": "Tokyo",
        "organiser": "Acme",
    }


@pytest.mark.parametrize(
    "line",
    [
        "March 3, 2019",
        "Mar. 3rd 2019",
        "3 March 2019",
        "3rd march, 2019",
        "2019-03-03",
        "2019年3月3日",
        "2019年 3月 3日",
        "平成31年3月3日（日）",
        "Sunday, 3 March 2019",
        "3-5 March 2019",
    ],
)
def test_a_date_is_read_in_the_usual_spellings(line):
    assert facts(line).date == "2019-03-03"


def test_a_day_that_does_not_exist_is_no_date():
    assert facts("February 30, 2018").date is None


def test_a_year_alone_is_no_date():
    assert said(facts("Outlook 2018")) == ("Outlook 2018", None, None, None)


@pytest.mark.parametrize(
    ("line", "date", "place"),
    [
        ("20 November 2018, in Osaka", "2018-11-20", "Osaka"),
        ("27-28 June 2019; Redmond, WA, USA", "2019-06-27", "Redmond, WA, USA"),
        ("June 27–28, 2019 | Hotel Bristol, Warsaw", "2019-06-27", "Hotel Bristol, Warsaw"),
        ("25 June 2021, Virtual on Zoom", "2021-06-25", "Virtual on Zoom"),
        ("2 June 2020, online", "2020-06-02", "online"),
        ("2 June 2020, 14:00-16:00, Brussels", "2020-06-02", "Brussels"),
        ("2018年11月20日 東京", "2018-11-20", "東京"),
        ("令和元年11月20日（水）14時～16時 大阪市", "2019-11-20", "大阪市"),
        ("Sept. 5, 2018 Oslo", "2018-09-05", "Oslo"),
    ],
)
def test_the_rest_of_the_dated_line_is_the_place(line, date, place):
    assert said(facts(line)) == (None, date, place, None)


@pytest.mark.parametrize(
    "line",
    [
        "On 21st June 2017 in the great hall of the city of Bonn",
        "21 June 2017 – Final report",
        "21 June 2017, Version B",
        "Day Three—21 June 2017",
        "Hydrogen Congress, 21 June 2017",
        "21 June 2017 (updated)",
    ],
)
def test_what_may_be_anything_else_is_no_place(line):
    assert facts(line).place is None
    assert facts(line).date == "2017-06-21"


def test_a_place_may_stand_before_the_date():
    found = facts("Hydrogen day", "Brussels, 12 March 2019")
    assert said(found) == ("Hydrogen day", "2019-03-12", "Brussels", None)


def test_a_genre_and_a_name_in_capitals_are_no_title():
    assert facts("ACME CENTRE", "Final report", "Hydrogen day").title == "Hydrogen day"


def test_capitals_are_the_title_when_there_is_nothing_else():
    assert facts("Minutes", "HYDROGEN DAY").title == "HYDROGEN DAY"


def test_a_latin_line_goes_before_a_japanese_one():
    assert facts("日欧産業協力センター", "Hydrogen day").title == "Hydrogen day"


def test_a_japanese_report_has_a_japanese_title():
    assert facts("水素会議", "2018年11月20日").title == "水素会議"


def test_an_empty_report_says_nothing():
    assert find_facts("", ()) == Facts(None, None, None, None, ())


@pytest.mark.parametrize("line", ["Auguſt 5, 2018", "aprıl 5, 2018", "Foo 5, 2018", "May 32, 2018"])
def test_what_only_looks_like_a_date_is_none(line):
    assert facts(line).date is None


def test_a_title_with_a_date_in_it_stays_the_title():
    title = "Minutes of 2020-01-02"
    assert said(facts(title=title)) == (title, "2020-01-02", None, None)
    assert said(facts(title)) == (title, "2020-01-02", None, None)


def test_lines_with_a_label_say_what_they_are():
    found = facts(
        "Hydrogen day",
        "Date: 4 May 2021",
        "Venue: Town Hall, Bergen",
        "Organised by the Norwegian Gas Board",
    )
    assert said(found) == (
        "Hydrogen day",
        "2021-05-04",
        "Town Hall, Bergen",
        "Norwegian Gas Board",
    )


def test_labels_may_share_a_line():
    found = facts("Date: 4 May 2021 Place: Bergen; Organizer: Gas Board", title="Hydrogen day")
    assert said(found) == ("Hydrogen day", "2021-05-04", "Bergen", "Gas Board")


def test_japanese_labels_are_read():
    found = facts(
        "水素会議", "日時：令和2年5月4日（月）", "場所：京都市国際交流会館", "主催 水素協会"
    )
    assert said(found) == ("水素会議", "2020-05-04", "京都市国際交流会館", "水素協会")


def test_a_short_line_below_the_title_may_hold_the_date():
    found = facts(title="Board meeting", running=("Day Three—20 November 2025", SENTENCE))
    assert said(found) == ("Board meeting", "2025-11-20", None, None)


def test_a_heading_before_the_text_may_hold_date_and_place():
    builder = report(title="Workshop on towns")
    builder.add(Kind.HEADING, "25 June 2021, Lyon", level=2)
    builder.add(Kind.PARAGRAPH, SENTENCE)
    assert said(find_facts(builder.text, builder.blocks))[1:3] == ("2021-06-25", "Lyon")


@pytest.mark.parametrize(
    ("sentence", "date", "place", "organiser"),
    [
        (
            "The EU-Japan Centre for Industrial Cooperation organized a seminar on regional cooperation between Europe and Japan on November 20, 2018 in Tokyo.",
            "2018-11-20",
            "Tokyo",
            "EU-Japan Centre for Industrial Cooperation",
        ),
        (
            "W3C held a two day workshop on Web Games in Redmond on 27-28 June 2019, hosted by Microsoft, bringing together browser vendors and many others.",
            "2019-06-27",
            "Redmond",
            "W3C",
        ),
        (
            "The conference was organised by the Danish Wind Association and took place on 3 May 2017 at the University of Aarhus.",
            "2017-05-03",
            "University of Aarhus",
            "Danish Wind Association",
        ),
        (
            "日欧産業協力センターは2018年11月20日に東京で地域間協力に関するセミナーを開催した。",
            "2018-11-20",
            "東京",
            "日欧産業協力センター",
        ),
    ],
)
def test_a_sentence_that_says_the_event_took_place_is_read(sentence, date, place, organiser):
    assert said(facts(running=(sentence,))) == (None, date, place, organiser)


@pytest.mark.parametrize(
    "sentence",
    [
        "The law came into force on 3 May 2017 in Denmark and has been in use since that day.",
        "The previous workshop was held on 3 May 2017 in Aarhus, and nobody had expected another.",
        "The next meeting will be held on 3 May 2017 in Aarhus if the members agree to it by then.",
        "Mr. Smith was born on 3 May 2017 in Aarhus, as the organisers of the meeting found out.",
    ],
)
def test_any_other_date_in_running_text_is_not_the_date_of_the_event(sentence):
    assert said(facts(running=(sentence,))) == (None, None, None, None)


def test_the_head_goes_before_the_running_text():
    found = facts(
        "Hydrogen day",
        "4 May 2021, Bergen",
        running=("Gas Board organised a seminar on 5 May 2021 in Oslo for all of its members.",),
    )
    assert said(found) == ("Hydrogen day", "2021-05-04", "Bergen", "Gas Board")


def test_we_and_persons_are_no_organisers():
    running = ("We organised a workshop for all towns. Mr. Berg hosted a session for the rest.",)
    assert facts(running=running).organiser is None


def test_a_line_in_capitals_is_the_organiser_only_when_it_names_an_organisation():
    assert facts("NORWEGIAN GAS AGENCY", "Hydrogen day").organiser == "NORWEGIAN GAS AGENCY"
    assert facts("HYDROGEN DAY", "Talks of the day").organiser is None


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("Place: Accra Present: Ama Owusu", "Accra"),
        ("Venue: Berlin Attendees: Ann Lee, Bo Lund", "Berlin"),
        ("Venue: Berlin In attendance: Ann Lee", "Berlin"),
        ("Place: New York Time: 10:00", "New York"),
    ],
)
def test_a_value_ends_at_any_other_label(line, place):
    assert facts(line).place == place


def test_a_title_may_have_a_colon_in_it():
    assert facts("Title: Green Hydrogen: the future").title == "Green Hydrogen: the future"


def test_who_was_there_is_no_title():
    for label in ("Present: Ama Owusu", "Attendees: Ama Owusu", "In attendance:"):
        assert said(facts(label, "Ben Lee", "4 May 2020")) == (None, "2020-05-04", None, None)
    assert facts("Hydrogen day", "Present: Ama Owusu").title == "Hydrogen day"


def test_a_japanese_sentence_may_name_the_organiser():
    sentence = "主催は関西水素協議会である"
    assert facts("水素会議", sentence).organiser == "関西水素協議会"
    assert facts("水素会議", running=(f"{sentence}。",)).organiser == "関西水素協議会"


@pytest.mark.parametrize("line", ["Grand Hotel, Vienna", "Kyoto University, Kyoto, Japan"])
def test_a_hotel_or_an_organisation_with_its_city_is_no_title_beside_an_event(line):
    assert facts(line, "Workshop on Water").title == "Workshop on Water"
    assert facts(line).title == line
