"""Title, date and place out of a report's head."""

import pytest

from seminar_qa.facts import Facts, find_facts


def test_a_quoted_line_is_the_title_and_the_dated_line_names_the_place():
    head = ["EU-JAPAN CENTRE", "Seminar Report", "“Regions”", "November 20, 2018 Tokyo"]
    assert find_facts(head) == Facts("Regions", "2018-11-20", "Tokyo")


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
    ],
)
def test_a_date_is_read_in_the_usual_spellings(line):
    assert find_facts([line]).date == "2019-03-03"


def test_a_day_that_does_not_exist_is_no_date():
    assert find_facts(["February 30, 2018"]).date is None


def test_a_year_alone_is_no_date():
    assert find_facts(["Outlook 2018"]) == Facts(title="Outlook 2018")


def test_a_place_may_be_introduced_by_in():
    assert find_facts(["20 November 2018, in Osaka"]).place == "Osaka"


def test_a_japanese_place_follows_a_japanese_date():
    assert find_facts(["2018年11月20日 東京"]) == Facts(None, "2018-11-20", "東京")


def test_a_long_rest_of_the_dated_line_is_no_place():
    line = "On 21st June 2017 in the great hall of the city of Bonn"
    assert find_facts([line]) == Facts(None, "2017-06-21", None)


def test_a_genre_and_a_name_in_capitals_are_no_title():
    assert find_facts(["ACME CENTRE", "Final report", "Hydrogen day"]).title == "Hydrogen day"


def test_capitals_are_the_title_when_there_is_nothing_else():
    assert find_facts(["Minutes", "HYDROGEN DAY"]).title == "HYDROGEN DAY"


def test_a_latin_line_goes_before_a_japanese_one():
    assert find_facts(["日欧産業協力センター", "Hydrogen day"]).title == "Hydrogen day"


def test_a_japanese_report_has_a_japanese_title():
    assert find_facts(["水素会議", "2018年11月20日"]).title == "水素会議"


def test_an_empty_head_says_nothing():
    assert find_facts([]) == Facts(None, None, None)


@pytest.mark.parametrize("line", ["Auguſt 5, 2018", "aprıl 5, 2018", "Foo 5, 2018", "May 32, 2018"])
def test_what_only_looks_like_a_date_is_none(line):
    assert find_facts([line]).date is None


def test_september_may_be_cut_after_four_letters():
    assert find_facts(["Sept. 5, 2018 Oslo"]) == Facts(None, "2018-09-05", "Oslo")


def test_a_title_with_a_date_in_it_stays_the_title():
    title = "Minutes of 2020-01-02"
    assert find_facts([], title) == Facts(title, "2020-01-02")
    assert find_facts([title]) == Facts(title, "2020-01-02")
