"""Days in a line of text."""

import pytest

from seminar_qa.dates import find_date


@pytest.mark.parametrize(
    ("line", "iso", "written"),
    [
        ("27-28 June 2019; Redmond", "2019-06-27", "27-28 June 2019"),
        ("June 27-28, 2019", "2019-06-27", "June 27-28, 2019"),
        ("26–28 November 2018", "2018-11-26", "26–28 November 2018"),
        ("held 30 June - 2 July 2019, Oslo", "2019-06-30", "30 June - 2 July 2019"),
        ("30 December 2018 – 2 January 2019", "2018-12-30", "30 December 2018 – 2 January 2019"),
        ("June 27 - July 1, 2019", "2019-06-27", "June 27 - July 1, 2019"),
        ("2-4 and 6 May 2018", "2018-05-02", "2-4 and 6 May 2018"),
        ("3, 4 and 5 March 2020", "2020-03-03", "3, 4 and 5 March 2020"),
        ("March 3, 4, and 5, 2020", "2020-03-03", "March 3, 4, and 5, 2020"),
        ("1, 2, 3 and 4 May 2020", "2020-05-01", "1, 2, 3 and 4 May 2020"),
        ("Fri 3 to Sun 5 March 2020", "2020-03-03", "3 to Sun 5 March 2020"),
        ("Room 3, 4 March 2020", "2020-03-04", "4 March 2020"),
        ("Tuesday, 20 November 2018", "2018-11-20", "20 November 2018"),
        ("20. November 2018", "2018-11-20", "20. November 2018"),
        ("20-Nov-2018", "2018-11-20", "20-Nov-2018"),
        ("the 3rd of May 2018", "2018-05-03", "3rd of May 2018"),
        ("20.11.2018", "2018-11-20", "20.11.2018"),
        ("2018/11/20", "2018-11-20", "2018/11/20"),
        ("2018年11月20日（火）東京", "2018-11-20", "2018年11月20日（火）"),
        ("2018年11月20日～21日 京都", "2018-11-20", "2018年11月20日～21日"),
        ("平成30年11月20日", "2018-11-20", "平成30年11月20日"),
        ("令和元年5月1日", "2019-05-01", "令和元年5月1日"),
        ("昭和64年1月3日", "1989-01-03", "昭和64年1月3日"),
        ("２０ November ２０１８", "2018-11-20", "２０ November ２０１８"),
        ("２０．１１．２０１８", "2018-11-20", "２０．１１．２０１８"),
        ("２０１８年１１月２０日", "2018-11-20", "２０１８年１１月２０日"),
    ],
)
def test_a_day_is_found_as_it_is_written(line, iso, written):
    found = find_date(line)
    assert found is not None
    assert (found.iso, line[found.start : found.end]) == (iso, written)


def test_the_first_day_of_a_line_counts():
    found = find_date("2019-03-04, not 3 March 2018")
    assert found is not None
    assert found.iso == "2019-03-04"


@pytest.mark.parametrize(
    ("line", "iso"),
    [("20/11/2018", "2018-11-20"), ("11/20/2018", "2018-11-20"), ("05/05/2018", "2018-05-05")],
)
def test_numbers_in_either_order_are_read_where_only_one_order_is_a_day(line, iso):
    found = find_date(line)
    assert found is not None
    assert found.iso == iso


@pytest.mark.parametrize(
    "line",
    [
        "05/06/2018",
        "32 May 2018",
        "February 30, 2018",
        "18年3月3日",
        "2018",
        "Foo 5, 2018",
        "version 1.2.2018.4 of 2018-20",
        "dismay 5, 2018",
        "昭和65年3月3日",
        "平成32年3月3日",
        "大正16年3月3日",
        "明治46年3月3日",
        "Section 3.4.2020",
        "version 10.11.2012",
        "Tel. 03.12.1999",
        "No. 3.4.2020",
        "1403-09-19",
        "12 May 1650",
        "2563/01/02",
    ],
)
def test_what_is_no_day_or_may_be_two_is_not_found(line):
    assert find_date(line) is None
