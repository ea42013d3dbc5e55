"""What a Japanese follow-up may mean."""

import pytest

from seminar_qa.conversation_ja import complete_japanese


@pytest.mark.parametrize(
    ("last", "answer", "question", "meaning"),
    [
        (
            "誰が岐阜について話しましたか",
            "崎浦氏",
            "彼は何を話しましたか",
            "崎浦氏は何を話しましたか",
        ),
        ("誰が岐阜について話しましたか", "崎浦氏", "そこの人口は？", "岐阜の人口は？"),
        ("水素事業はいつ始まりましたか", "", "その目的は何ですか", "水素事業の目的は何ですか"),
        ("2016年の売上はいくらでしたか", "", "2017年は？", "2017年の売上はいくらでしたか"),
        ("大阪の人口は何人ですか", "", "岐阜は？", "岐阜の人口は何人ですか"),
    ],
)
def test_a_follow_up_is_completed_from_the_turn_before(last, answer, question, meaning):
    assert complete_japanese(question, last, answer) == meaning


@pytest.mark.parametrize(
    "question",
    ["日本の首相は誰ですか", "それぞれの県は何と言いましたか", "この報告書は何についてですか"],
)
def test_a_question_that_stands_by_itself_is_not_completed(question):
    assert complete_japanese(question, "水素事業はいつ始まりましたか", "") == ""


def test_nothing_is_put_in_when_the_turn_before_names_nothing():
    assert complete_japanese("それはいつですか", "いつ始まりましたか", "") == ""
