"""Who is meant by a name or a part of one."""

from seminar_qa.documents import Speaker
from seminar_qa.speakers.names import Mention, mentions_of, tokens_of
from seminar_qa.speakers.people import People, Person, words_of


def mention(name: str) -> Mention:
    return mentions_of(tokens_of(name, 0, len(name)))[0]


def people(*names: str) -> People:
    found = People()
    for name in names:
        words, title = words_of(name)
        found.add(Person(name, words, title=title))
    return found


def meant(among: People, name: str) -> str | None:
    person = among.meant(mention(name))
    return person.name if person else None


def test_titles_and_accents_do_not_matter():
    assert words_of("Dr. Jürgen Groß") == (("jurgen", "gross"), "dr")
    assert meant(people("Dr. Jürgen Groß"), "Mr. Jurgen Gross") == "Dr. Jürgen Groß"


def test_a_part_of_the_name_is_enough_where_only_one_has_it():
    among = people("Mr. Olivier Becht", "Mark S. Miller", "Dr. Philippe de Taxis du Poët")
    assert meant(among, "Mr. Becht") == "Mr. Olivier Becht"
    assert meant(among, "Mark Miller") == "Mark S. Miller"
    assert meant(among, "Mark") == "Mark S. Miller"
    assert meant(among, "Dr. de Taxis du Poët") == "Dr. Philippe de Taxis du Poët"
    assert meant(among, "Mr. Weber") is None


def test_of_two_the_title_decides_or_the_likely_one():
    among = people("Mr. Jan Dahl", "Ms. Eva Dahl")
    assert meant(among, "Ms. Dahl") == "Ms. Eva Dahl"
    assert meant(among, "Dr. Dahl") is None
    assert among.meant(mention("Dr. Dahl"), [None, among.all[0]]) is among.all[0]


def test_a_pronoun_that_was_used_tells_as_a_title_does():
    among = people("Erik Dahl")
    among.all[0].pronoun = "he"
    assert meant(among, "Ms. Dahl") is None
    assert meant(among, "Mr. Dahl") == "Erik Dahl"


def test_what_a_side_car_says_is_not_changed_by_the_text():
    among = People([Speaker("Ana Ruiz", "Mayor", "City of Bergen")])
    among.all[0].learn("Clerk", "Acme")
    assert among.all[0].speaker == Speaker("Ana Ruiz", "Mayor", "City of Bergen")


def test_where_a_side_car_is_silent_the_text_holds():
    among = People([Speaker("Ana Ruiz", "Boss"), Speaker("Bo Lund", None, "Foo")])
    for person in among.all:
        person.learn("Clerk", "Acme")
        person.learn("Cook", "Umbrella")
    assert [person.speaker for person in among.all] == [
        Speaker("Ana Ruiz", "Boss", "Acme"),
        Speaker("Bo Lund", "Clerk", "Foo"),
    ]


def test_what_is_not_known_is_learned_once():
    among = people("Ana Ruiz")
    among.all[0].learn(None, "Acme")
    among.all[0].learn("Clerk", "Foo")
    assert among.all[0].speaker.cited == "Ana Ruiz, Acme"


def test_a_longer_name_is_found_from_then_on():
    among = people("Mr. Petrov")
    among.lengthen(among.all[0], mention("Mr. Ivan Petrov"), "Mr. Ivan Petrov")
    assert meant(among, "Ivan") == "Mr. Ivan Petrov"


def test_more_namesakes_than_anybody_tells_apart_are_nobody():
    among = people(*(f"{chr(65 + n % 26)}a{'b' * n} Bar" for n in range(100)))
    assert meant(among, "Mr. Bar") is None
    assert len(among.named(("bar",))) == 20
