"""What a question asks for: the kind of thing, one or several, who said it, which names."""

import pytest

from seminar_qa.questions import Asked, Wanted

JAPANESE = "日本の水素戦略はいつ決定されましたか？"


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("When was the port founded?", Wanted.DATE),
        ("In what year was the port founded?", Wanted.DATE),
        ("in which month does it open?", Wanted.DATE),
        ("By which year will the ferries run?", Wanted.DATE),
        ("Since when has it run?", Wanted.DATE),
        ("At what time does the fish market open?", Wanted.DATE),
        ("And when will it open?", Wanted.DATE),
        ("According to Ms. Berg, when will it open?", Wanted.DATE),
        ("How many people attended?", Wanted.NUMBER),
        ("How soon will it open?", Wanted.NUMBER),
        ("How long is the quay?", Wanted.NUMBER),
        ("What percentage of the tourists is European?", Wanted.NUMBER),
        ("What was the total cost?", Wanted.NUMBER),
        ("According to Ms. Berg, how many turbines are there?", Wanted.NUMBER),
        ("Who paid?", Wanted.PERSON),
        ("To whom was it sold?", Wanted.PERSON),
        ("Whose idea was it?", Wanted.PERSON),
        ("Why did it fail?", Wanted.REASON),
        ("For what two reasons did it fail?", Wanted.REASON),
        ("What is a quay?", Wanted.ANYTHING),
        ("How did it go?", Wanted.ANYTHING),
        ("What happened when it opened?", Wanted.ANYTHING),
        ("What is said of the man who paid?", Wanted.ANYTHING),
        (JAPANESE, Wanted.ANYTHING),
    ],
)
def test_the_kind_of_thing_that_is_asked_for(question, wanted):
    assert Asked(question).wanted is wanted


@pytest.mark.parametrize(
    "question",
    [
        "Which European regions does Osaka cooperate with?",
        "What three elements did he find?",
        "Which people pay?",
        "What are the criteria?",
        "List the ports.",
        "Name two of the ports.",
        "Whose ships sailed?",
    ],
)
def test_several_things_are_asked_for(question):
    assert Asked(question).wants_list


@pytest.mark.parametrize(
    "question",
    [
        *("Which city is it?", "What does Kiel buy?", "When does it open?", "Who paid?", JAPANESE),
        *("Which firm pays the bill?", "What is the basis of it?"),
    ],
)
def test_one_thing_is_asked_for(question):
    assert not Asked(question).wants_list


@pytest.mark.parametrize(
    "question",
    [
        "Who said that steel is cheap?",
        "And who objected?",
        "Who from Aarhus explained the plan?",
        "who first pointed out the cost?",
        "Who wanted to know the price?",
    ],
)
def test_who_said_something_is_asked(question):
    asked = Asked(question)
    assert asked.wants_speaker
    assert not asked.is_about_saying


@pytest.mark.parametrize(
    "question",
    [
        "What did Ms. Berg propose?",
        "What does KG think of the quay?",
        "According to KG, what is dear?",
        "What is BR's position on steel?",
        "Which cities agreed?",
    ],
)
def test_what_somebody_said_is_asked(question):
    asked = Asked(question)
    assert asked.is_about_saying
    assert not asked.wants_speaker


@pytest.mark.parametrize(
    "question", ["Who is the mayor?", "How long is the quay?", "Name the mayor.", JAPANESE]
)
def test_neither_is_asked(question):
    asked = Asked(question)
    assert (asked.wants_speaker, asked.is_about_saying) == (False, False)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("According to Ms. Berg, how many came to Kiel?", ("Ms. Berg", "Kiel")),
        ("What did Ann Lee say in 2018 about Ann Lee?", ("Ann Lee", "2018")),
        ("What is “win-win”?", ("win-win",)),
        ("What happened at 10:30 to 1,234 ships?", ("10:30", "1,234")),
        ("What is a quay?", ()),
        ("When was it?", ()),
    ],
)
def test_the_names_and_figures_that_go_with_the_answer_are_each_told_once(question, names):
    assert Asked(question).names == names


@pytest.mark.parametrize(
    ("question", "names"),
    [("2017年に何が決定されましたか？", ("2017",)), (JAPANESE, ())],
)
def test_of_a_japanese_question_the_figures_are_known(question, names):
    assert Asked(question).names == names


@pytest.mark.parametrize(
    ("question", "answer", "sentence", "fits"),
    [
        ("How many came?", "100", "About 100 came.", 1.0),
        ("How many came?", "a dozen", "A dozen came.", 1.0),
        ("How many came?", "people", "About 100 people came.", 0.0),
        ("How many came?", "people", "People came.", -1.0),
        ("How soon will it open?", "in two weeks", "It opens in two weeks.", 1.0),
        ("In what year was it?", "2018", "It was in 2018.", 1.0),
        ("When was it?", "last spring", "It was last spring.", 1.0),
        ("When was it?", "the quay", "It was at the quay.", -1.0),
        ("Whose idea was it?", "Ann Lee", "It was Ann Lee's.", 1.0),
        ("Whose idea was it?", "the port's", "Kiel says that it was the port's.", 0.0),
        ("Whose idea was it?", "the port's", "it was the port's.", -1.0),
        ("Who paid?", "田中", "田中が支払った。", 1.0),
        ("Why did it fail?", "because of the cost", "It failed because of the cost.", 1.0),
        ("Why did it fail?", "the cost", "It failed due to the cost.", 0.0),
        ("Why did it fail?", "the cost", "The cost was high.", -1.0),
        ("What is a quay?", "100", "It is 100.", 0.0),
        (JAPANESE, "2017年", "2017年に決定された。", 0.0),
    ],
)
def test_an_answer_fits_when_it_or_at_least_its_sentence_is_of_the_kind(
    question, answer, sentence, fits
):
    assert Asked(question).fits(answer, sentence) == fits


def test_questions_are_the_same_when_their_words_are():
    assert Asked("Who paid?") == Asked("Who paid?") != Asked("Who came?")
