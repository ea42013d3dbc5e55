"""What the elements of a page hold, in numbers."""

from seminar_qa.parsers.html_tree import read_tree
from seminar_qa.parsers.html_weights import Weight, is_prose, weigh


def weight_of(tag: str, page: str) -> Weight:
    root = read_tree(page.encode())
    return weigh(root)[next(root.iter(tag))]


def test_characters_are_counted_without_white_space_and_machinery():
    assert weight_of("div", "<div> a b<script>xyz</script><p>cd</p> e </div>f").characters == 5


def test_links_are_counted_and_those_within_the_page_apart():
    weight = weight_of("div", "<div>ab <a href=x>cde</a> <a href=#y>f</a> <a name=z>gh</a></div>")
    assert (weight.links, weight.linked, weight.local, weight.characters) == (2, 4, 1, 8)


def test_a_link_that_nobody_closed_is_no_link():
    assert weight_of("div", f"<div><a href=x>{'word ' * 100}</div>").linked == 0


def test_prose_is_a_sentence_outside_of_links():
    sentence = "Osaka spoke about hydrogen at some length today."
    assert is_prose(sentence)
    assert is_prose("水素について大阪の代表が長い時間をかけて話をした。")
    assert not is_prose("Home News Contact")
    assert not is_prose("Osaka spoke.")
    linked = weight_of("div", f"<div><p><a href=x>{sentence}</a></p></div>")
    plain = weight_of("div", f"<div><p>{sentence}</p></div>")
    assert (linked.prose, plain.prose, plain.own_prose) == (False, True, False)
    assert weight_of("p", f"<div><p>{sentence}</p></div>").own_prose


def test_what_is_below_an_element_is_counted():
    weight = weight_of("div", "<div><table><tr><th>a<td><p>b</table></div>")
    assert (weight.tables, weight.heads, weight.rows) == (1, 1, 1)
