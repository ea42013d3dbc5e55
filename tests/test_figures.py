"""Whether a figure is of what a question asks for."""

import pytest

from seminar_qa.figures import Unit, find_figure


@pytest.mark.parametrize(
    ("question", "unit", "counted"),
    [
        ("What share of the ships is red?", Unit.SHARE, set()),
        ("Which average percentage of them sails?", Unit.SHARE, set()),
        ("How much did the quay cost?", Unit.MONEY, set()),
        ("What was the yearly budget?", Unit.MONEY, set()),
        ("In which year was it built?", Unit.YEAR, set()),
        ("How long did it take?", Unit.TIME, set()),
        ("How many hours did it take?", Unit.TIME, set()),
        ("How many red ships are there?", Unit.THINGS, {"red", "ship"}),
        ("How many cities of Jutland pay?", Unit.THINGS, {"city"}),
        ("how many people came to the workshop", Unit.THINGS, {"people", "came"}),
    ],
)
def test_what_figure_is_asked_for(question, unit, counted):
    figure = find_figure(question)
    assert figure is not None
    assert (figure.unit, figure.counted) == (unit, counted)


@pytest.mark.parametrize(
    "question", ["Who paid?", "How much data does it add?", "How many are there?", "いつですか"]
)
def test_any_or_no_figure_is_asked_for(question):
    assert find_figure(question) is None


@pytest.mark.parametrize(
    ("question", "answer", "sentence", "fits"),
    [
        ("How many people came?", "101", "In total 101 registered participants came.", 1.0),
        ("How many people came?", "101 people", "101 people came.", 1.0),
        ("How many people came?", "three", "It had three separate sessions.", 0.0),
        ("How many people came?", "three", "It had three sessions for all the people.", 0.5),
        ("How many people came?", "many", "So many came.", -1.0),
        ("How many people came?", "crowds", "On all 3 days crowds came.", 0.0),
        ("How many people came?", "7%", "At most 7% of the energy was spent.", -1.0),
        ("How many companies pay?", "1,000", "Among the companies are 1,000 from Kiel.", 1.0),
        ("What share is red?", "a third", "Of the ships a third is red.", 1.0),
        ("What share is red?", "thirdly", "And thirdly, all is red.", 0.0),
        ("What share is red?", "12", "There were 12 of them.", -1.0),
        ("What did the quay cost?", "€ 5", "It cost € 5.", 1.0),
        ("What was the price of it?", "5 million", "It was 5 million.", 0.5),
        ("What was the price of it?", "low", "It was low.", -1.0),
        ("Which year was it?", "in 1874", "It was in 1874.", 1.0),
        ("Which year was it?", "in May", "It was in May.", -1.0),
        ("How long did it last?", "ten days", "It lasted ten days.", 1.0),
        ("How long is it?", "40", "It is 40 metres.", 0.5),
        ("How long did it last?", "long", "It lasted long, some say weeks.", 0.0),
    ],
)
def test_how_well_an_answer_is_that_figure(question, answer, sentence, fits):
    figure = find_figure(question)
    assert figure is not None
    assert figure.fits(answer, sentence) == fits
