"""The places of words: one box for each line of a quotation, and the way through bytes."""

from seminar_qa.layout import Layout

WORDS = [
    (0, 5, (1, 72.0, 700.0, 100.0, 710.0)),
    (6, 11, (1, 103.0, 698.0, 130.0, 710.0)),
    (12, 16, (1, 72.0, 686.0, 95.0, 696.0)),
    (18, 22, (2, 72.0, 700.0, 101.25, 710.5)),
]


def placed() -> Layout:
    layout = Layout()
    for start, end, box in WORDS:
        layout.add(start, end, box)
    return layout


def test_words_of_one_line_share_a_box_and_further_lines_and_pages_have_their_own():
    assert placed().boxes(0, 22) == [
        (1, 72.0, 698.0, 130.0, 710.0),
        (1, 72.0, 686.0, 95.0, 696.0),
        (2, 72.0, 700.0, 101.25, 710.5),
    ]


def test_only_the_words_that_a_span_touches_are_framed():
    assert placed().boxes(6, 11) == [(1, 103.0, 698.0, 130.0, 710.0)]
    assert placed().boxes(8, 9) == [(1, 103.0, 698.0, 130.0, 710.0)]
    assert placed().boxes(13, 20) == [WORDS[2][2], WORDS[3][2]]


def test_where_no_word_is_placed_there_is_no_box():
    assert placed().boxes(5, 6) == []
    assert placed().boxes(16, 18) == []
    assert placed().boxes(22, 90) == []
    assert Layout().boxes(0, 90) == []


def test_a_word_to_the_left_on_the_same_height_begins_a_box():
    layout = Layout()
    layout.add(0, 5, (1, 300.0, 700.0, 340.0, 710.0))
    layout.add(6, 11, (1, 72.0, 700.0, 100.0, 710.0))
    assert len(layout.boxes(0, 11)) == 2


def test_a_part_of_the_text_has_the_words_that_begin_in_it():
    assert placed().between(6, 18).boxes(0, 90) == [WORDS[1][2], WORDS[2][2]]
    assert len(placed().between(0, 22)) == 4
    assert len(placed().between(1, 6)) == 0


def test_bytes_give_the_layout_back():
    layout = placed()
    assert Layout.frombytes(layout.tobytes()) == layout
    assert Layout.frombytes(b"") == Layout()


def test_places_are_kept_to_a_hundredth_of_a_point_also_below_the_origin():
    layout = Layout()
    layout.add(0, 1, (3, -12.344, -7.999, 10.006, 99.99))
    assert layout.boxes(0, 1) == [(3, -12.34, -8.0, 10.01, 99.99)]


def test_a_place_that_no_page_reaches_does_no_harm():
    layout = Layout()
    layout.add(0, 4, (1, 3e12, 0, 4e12, 10))
    assert layout.boxes(0, 4) == [(1, 1e7, 0, 1e7, 10)]
