"""PDF from end to end: what the pages hold, what was left out, and what cannot be read."""

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader

from pdfs import (
    BOLD,
    HELVETICA,
    MINCHO,
    blocks,
    drawn,
    mapped_page,
    page,
    parsed,
    raw_page,
    raw_pdf,
    stream,
    texts,
    write,
)
from seminar_qa.documents import Kind
from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers.ocr import ocr_languages

NORTH = [
    "Osaka signed a memorandum with the",
    "state of North Rhine in the autumn and",
    "both sides agreed that the work on the",
    "hydrogen chain should begin at once",
    "so that the first ships would leave the",
]
KOBE = [
    "harbour of Kobe before the winter came,",
    "while Gifu waited for a year because the",
    "money was not there and the partners",
    "had not been found in time for the talks",
    "that were planned for the spring.",
]
NAGOYA = [
    "Nagoya spoke last and said that the region",
    "would follow when the first of the reports",
    "had been read by the ministers in Tokyo",
    "and the companies had seen the numbers",
    "that they had asked for in the summer.",
]
GIFU = ["Gifu then closed the first of the days", "with words of thanks."]
ONE = " ".join([*NORTH, *KOBE])
TALK = b"BT /F 12 Tf 72 700 Td (Osaka signed it.) Tj ET"
needs_tesseract = pytest.mark.skipif("eng" not in ocr_languages(), reason="no tesseract")


# Columns


def test_two_columns_are_read_one_after_the_other():
    made = parsed(drawn(lambda c: (write(c, NORTH, 72, 700), write(c, KOBE, 320, 700))))
    assert blocks(made) == [(Kind.PARAGRAPH, ONE)]


def test_headings_that_span_the_columns_part_what_is_above_from_what_is_below():
    def both(canvas):
        write(canvas, "Hydrogen between two regions", 140, 760, BOLD, 18)
        write(canvas, NORTH, 72, 700)
        write(canvas, KOBE, 320, 700)
        write(canvas, "What was said on the second of the days", 72, 600, BOLD, 14)
        write(canvas, NAGOYA, 72, 570)
        write(canvas, [*GIFU, "Bonn closed the second of the days", "with a song."], 320, 570)

    assert blocks(parsed(drawn(both))) == [
        (Kind.TITLE, "Hydrogen between two regions"),
        (Kind.PARAGRAPH, ONE),
        (Kind.HEADING, "What was said on the second of the days"),
        (Kind.PARAGRAPH, " ".join(NAGOYA)),
        (Kind.PARAGRAPH, " ".join(GIFU)),
        (Kind.PARAGRAPH, "Bonn closed the second of the days with a song."),
    ]


def test_three_columns_are_read_one_after_the_other():
    def columns(canvas):
        for left, lines in ((40, NORTH), (220, KOBE), (400, NAGOYA)):
            write(canvas, lines, left, 700, size=9)

    assert parsed(drawn(columns)).text == f"{ONE}\n\n{' '.join(NAGOYA)}"


def test_a_sentence_goes_on_over_a_page_end_with_a_footnote_between():
    def first(canvas):
        write(canvas, [*NAGOYA, *NORTH], 72, 300)
        write(canvas, "1 The mayor of Kobe spoke in Japanese.", 72, 80, size=8)

    made = parsed(drawn(first, page(*KOBE)))
    whole = f"{' '.join(NAGOYA)} {ONE}"
    assert blocks(made) == [
        (Kind.PARAGRAPH, whole),
        (Kind.NOTE, "1 The mayor of Kobe spoke in Japanese."),
    ]
    assert made.page_starts == (0, whole.index("harbour of Kobe"))


def test_a_sentence_goes_on_over_a_column_end_with_notes_between():
    def columns(canvas):
        write(canvas, [*NAGOYA, "", *NORTH], 72, 700)
        write(canvas, ["1 The mayor spoke in Japanese.", "2 He did so daily."], 72, 500, size=8)
        write(canvas, [*KOBE, "", *GIFU], 320, 700)

    assert blocks(parsed(drawn(columns))) == [
        (Kind.PARAGRAPH, " ".join(NAGOYA)),
        (Kind.PARAGRAPH, ONE),
        (Kind.NOTE, "1 The mayor spoke in Japanese."),
        (Kind.NOTE, "2 He did so daily."),
        (Kind.PARAGRAPH, " ".join(GIFU)),
    ]


# What stands on the pages


def test_a_running_header_and_page_numbers_are_left_out_and_told():
    def draw(number, lines):
        def one(canvas):
            write(canvas, "Annual report of the seminar", 200, 810, size=9)
            write(canvas, lines, 72, 700)
            write(canvas, f"Page {number} of 3", 280, 30, size=9)

        return one

    made = parsed(drawn(draw(1, NORTH), draw(2, KOBE), draw(3, NAGOYA)))
    assert made.text == f"{ONE}\n\n{' '.join(NAGOYA)}"
    told = {left.what: (left.times, left.characters) for left in made.extraction.left_out}
    assert told == {
        "page number": (3, len("Page 1 of 3") * 3),
        "header or footer": (3, len("Annual report of the seminar") * 3),
    }


def test_what_would_be_furniture_is_kept_where_a_page_has_nothing_else():
    def draw(lines):
        return lambda c: (write(c, "The seminar", 200, 810), write(c, lines, 72, 700))

    made = parsed(drawn(draw(NAGOYA), draw(GIFU), draw([])))
    assert made.text.endswith("words of thanks.\n\nThe seminar")
    assert made.text.count("The seminar") == 1


def test_bulleted_and_numbered_lists_with_hanging_indents_are_items():
    def lists(canvas):
        write(canvas, NAGOYA, 72, 700)
        write(canvas, "• Key persons of both sides who met", 90, 622)
        write(canvas, "again in Bonn.", 99, 609)
        write(canvas, "• A chain of supply from the north.", 90, 596)
        write(canvas, "1. The first point of the list, which", 90, 570)
        write(canvas, "is long.", 103, 557)
        write(canvas, ["2. The second point.", "3. The third point."], 90, 544)

    made = parsed(drawn(lists))
    assert texts(made, Kind.LIST_ITEM) == [
        "Key persons of both sides who met again in Bonn.",
        "A chain of supply from the north.",
        "The first point of the list, which is long.",
        "The second point.",
        "The third point.",
    ]
    assert "• A chain of supply from the north.\n1. The first point" in made.text


def test_title_front_lines_and_headings_are_told_by_size_and_weight():
    def report(canvas):
        write(canvas, "Hydrogen between two regions", 72, 790, BOLD, 20)
        write(canvas, "EU-Japan Centre", 72, 760)
        write(canvas, "20 November 2018, Tokyo", 72, 740)
        write(canvas, NAGOYA, 72, 700)
        write(canvas, "The talks in Kobe", 72, 610, BOLD, 15)
        write(canvas, NAGOYA, 72, 590)
        write(canvas, "What was said", 72, 500, BOLD, 11)
        write(canvas, NAGOYA, 72, 480)
        write(canvas, "The talks in Bonn", 72, 390, BOLD, 15)
        write(canvas, NAGOYA, 72, 370)

    made = parsed(drawn(report))
    assert blocks(made)[:3] == [
        (Kind.TITLE, "Hydrogen between two regions"),
        (Kind.FRONT, "EU-Japan Centre"),
        (Kind.FRONT, "20 November 2018, Tokyo"),
    ]
    assert [(b.level, b.section) for b in made.blocks if b.kind is Kind.HEADING] == [
        (1, ()),
        (2, ("The talks in Kobe",)),
        (1, ()),
    ]
    assert made.blocks[6].section == ("The talks in Kobe",)


def test_the_rows_of_a_table_carry_the_names_of_its_columns():
    def table(canvas):
        write(canvas, NAGOYA, 72, 700)
        rows = [("Region", "Ships", "Share"), ("Kobe", "1,200", "11%"), ("Osaka", "40", "9%")]
        for number, (name, ships, share) in enumerate([*rows, ("Gifu", "7", "80%")]):
            canvas.drawString(72, 600 - 14 * number, name)
            canvas.drawRightString(250, 600 - 14 * number, ships)
            canvas.drawRightString(400, 600 - 14 * number, share)
        write(canvas, "Table 1: Ships of each region in 2018.", 72, 520)

    assert blocks(parsed(drawn(table)))[1:] == [
        (Kind.TABLE_ROW, "Region Ships Share"),
        (Kind.TABLE_ROW, "Region: Kobe; Ships: 1,200; Share: 11%"),
        (Kind.TABLE_ROW, "Region: Osaka; Ships: 40; Share: 9%"),
        (Kind.TABLE_ROW, "Region: Gifu; Ships: 7; Share: 80%"),
        (Kind.CAPTION, "Table 1: Ships of each region in 2018."),
    ]


def test_the_large_line_at_the_top_of_each_slide_is_its_heading():
    def slide(title, point):
        def one(canvas):
            write(canvas, title, 60, 480, BOLD, 32)
            write(canvas, f"• {point}", 80, 400, size=20)

        return one

    slides = slide("Hydrogen day", "Kobe makes it"), slide("Ships", "Bonn buys it")
    made = parsed(drawn(*slides, size=(960, 540)))
    assert blocks(made) == [
        (Kind.TITLE, "Hydrogen day"),
        (Kind.LIST_ITEM, "Kobe makes it"),
        (Kind.HEADING, "Ships"),
        (Kind.LIST_ITEM, "Bonn buys it"),
    ]
    assert made.page_starts == (0, made.text.index("Ships"))


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_rotated_page_is_read_as_it_is_written(turn):
    made = parsed(drawn(lambda c: (c.setPageRotation(turn), write(c, NAGOYA, 72, 500))))
    assert made.text == " ".join(NAGOYA)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_text_that_is_written_upwards_or_upside_down_is_read(turn):
    def turned(canvas):
        canvas.translate(300, 400)
        canvas.rotate(turn)
        write(canvas, NAGOYA, -150, 60)

    assert parsed(drawn(turned)).text == " ".join(NAGOYA)


def test_a_line_written_up_the_margin_is_a_caption_behind_the_text():
    def margin(canvas):
        write(canvas, NAGOYA, 72, 700)
        canvas.translate(30, 300)
        canvas.rotate(90)
        write(canvas, "Printed in Kobe by the press", 0, 0)

    assert blocks(parsed(drawn(margin))) == [
        (Kind.PARAGRAPH, " ".join(NAGOYA)),
        (Kind.CAPTION, "Printed in Kobe by the press"),
    ]


def test_japanese_lines_are_joined_without_spaces():
    lines = (
        "神戸市は水素の利用を始めると発表し、",
        "多くの会社が参加する予定である。Kobe の",
        "計画は来年に始まる。",
    )
    made = parsed(drawn(page(*lines, font=MINCHO)))
    assert made.text == "".join(lines)


def test_text_that_runs_to_the_left_is_read():
    made = parsed(mapped_page(b"ABC DEF", dict(zip("ABCDEF", "אבגדהו", strict=True))))
    assert made.text == "והד גבא"


def test_the_numbers_of_lines_in_a_transcript_are_no_text():
    said = [
        "MR. AMANO: The aim of it was to",
        "create business for both sides.",
        "It began in May.",
    ]

    def transcript(canvas):
        for number in range(1, 25):
            write(canvas, f"{number:2}", 60, 784 - 24 * number)
            write(canvas, said[(number - 1) % 3], 100, 784 - 24 * number)

    assert parsed(drawn(transcript)).text.split()[:20] == " ".join([*said, *said]).split()[:20]


# Pages without text


def scan(canvas):
    picture = Image.new("L", (1200, 400), 255)
    lines = "Osaka signed a memorandum with the", "state of North Rhine in the autumn."
    for number, line in enumerate(lines):
        font = ImageFont.load_default(44)
        ImageDraw.Draw(picture).text((60, 60 + 70 * number), line, font=font, fill=0)
    canvas.drawImage(ImageReader(picture), 72, 500, width=450, height=150)


@needs_tesseract
def test_a_picture_of_text_is_read_by_ocr_with_its_place():
    made = parsed(drawn(scan), ocr_seconds=60)
    assert made.text == ("Osaka signed a memorandum with the state of North Rhine in the autumn.")
    assert made.extraction.ocr_pages == (1,)
    first, second = made.layout.boxes(0, len(made.text))
    assert 90 < first[1] < 100
    assert 580 < second[2] < first[2] < 630


@needs_tesseract
def test_whoever_waits_is_told_once_before_ocr_begins():
    calls = []
    parsed(drawn(scan, scan), ocr_seconds=60, before_ocr=lambda: calls.append("ocr"))
    assert calls == ["ocr"]


def test_pages_that_are_pictures_or_blank_are_told_and_counted():
    made = parsed(drawn(page(*NAGOYA), scan, lambda c: None, page(*GIFU)))
    seen = made.extraction
    assert (seen.pages, seen.unread_pages, seen.blank_pages) == (4, (2,), (3,))
    assert made.page_starts[0] == 0
    assert made.page_starts[3] == made.text.index("Gifu then")
    assert [b[0] for b in made.layout.boxes(0, len(made.text))] == [1] * 5 + [4] * 2


def test_a_file_of_pictures_or_of_blank_pages_alone_is_refused():
    with pytest.raises(UnreadableFileError, match="none of its pages has text"):
        parsed(drawn(scan))
    with pytest.raises(UnreadableFileError, match="its pages are blank"):
        parsed(drawn(lambda c: None))


def test_a_page_whose_font_names_no_letters_is_not_taken_for_text():
    private = {letter: chr(0xE000 + place) for place, letter in enumerate("ABCDEF")}
    with pytest.raises(UnreadableFileError, match="none of its pages has text"):
        parsed(mapped_page(b"ABC DEF FED CBA", private))


def test_a_few_garbled_letters_are_kept_and_counted():
    made = parsed(mapped_page(b"A and then a line of good text follows", {"A": "\ue000"}))
    assert made.text == "\ue000 and then a line of good text follows"
    assert made.extraction.garbled == pytest.approx(1 / len(made.text), abs=0.01)


# Files that are locked, damaged or hostile


@pytest.mark.parametrize(
    ("password", "reason"),
    [(None, "it is encrypted; write"), ("no", "the password of its side-car does not open it")],
)
def test_an_encrypted_file_needs_its_password(password, reason):
    locked = drawn(page(*NAGOYA), encrypt=StandardEncryption("secret", "owner"))
    with pytest.raises(UnreadableFileError, match=reason):
        parsed(locked, password=password)
    assert parsed(locked, password="secret").text == " ".join(NAGOYA)


def test_a_file_that_only_its_owner_locked_is_read():
    assert parsed(drawn(page(*NAGOYA), encrypt=StandardEncryption("", "owner"))).text


def test_attached_files_are_told():
    filespec = b"<</Type/Filespec/F(a.txt)/EF<</F 7 0 R>>>>"
    catalog = b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(a)6 0 R(b)6 0 R]>>>>>>"
    tree = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    only = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 5 0 R/Resources<</Font<</F 4 0 R>>>>>>"
    embedded = stream(b"hello", b"/Type/EmbeddedFile")
    made = parsed(raw_pdf([catalog, tree, only, HELVETICA, stream(TALK), filespec, embedded]))
    assert [(left.what, left.times) for left in made.extraction.left_out] == [("attached file", 2)]


@pytest.mark.parametrize(
    "data",
    [
        raw_pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"]),
        b"%PDF-1.7\n",
        drawn(page(*NAGOYA))[:700],
    ],
    ids=["no pages", "no objects", "truncated"],
)
def test_a_damaged_file_is_refused(data):
    with pytest.raises(UnreadableFileError):
        parsed(data)


@pytest.mark.parametrize("data", [b"", b"<html>Osaka</html>"])
def test_what_is_no_pdf_is_told(data):
    with pytest.raises(UnreadableFileError, match="does not begin as a PDF does"):
        parsed(data)


def test_bytes_in_front_of_the_file_do_no_harm():
    assert parsed(b"junk\n" * 20 + drawn(page(*GIFU))).text == " ".join(GIFU)


def test_a_tree_of_pages_with_a_loop_gives_the_pages_that_are_there():
    looped = raw_page(stream(TALK), tree=b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2>>")
    made = parsed(looped)
    assert made.text == "Osaka signed it."
    assert made.extraction.pages == 2
    assert made.extraction.unread_pages == (2,)
    assert made.extraction.warnings == ("page 2 is damaged",)


def test_a_count_of_pages_that_lies_costs_nothing():
    lying = raw_page(stream(TALK), tree=b"<</Type/Pages/Kids[3 0 R]/Count 10000000>>")
    assert parsed(lying).text == "Osaka signed it."


def test_empty_kids_among_many_are_not_all_tried():
    kids = b"3 0 R " + b"99 0 R " * 200
    made = parsed(raw_page(stream(TALK), tree=b"<</Type/Pages/Kids[%s]/Count 201>>" % kids))
    assert made.text == "Osaka signed it."
    assert len(made.extraction.unread_pages) <= 200


def test_letters_drawn_upside_down_by_a_negative_size_and_turned_back_are_upright():
    data = b"BT /F -12 Tf -1 0 0 -1 72 700 Tm (Osaka signed a memorandum) Tj ET"
    assert parsed(raw_page(stream(data))).text == "Osaka signed a memorandum"


def test_a_header_that_is_all_a_page_holds_is_no_part_of_the_sentence_around_it():
    header = "The seminar in Tokyo"

    def spoken(lines):
        return lambda c: (write(c, header, 72, 810), write(c, lines, 72, 700))

    alone = page(header, top=810)
    made = parsed(drawn(spoken(NORTH), alone, spoken(KOBE), spoken(["Then all went home."])))
    assert "leave the harbour of Kobe" in made.text
    assert made.text.count(header) == 1


def test_text_drawn_twice_at_one_place_is_read_once():
    def bold(canvas):
        write(canvas, NORTH)
        write(canvas, NORTH, 72.2, 760.2)

    assert parsed(drawn(bold)).text == " ".join(NORTH)


def test_text_beyond_the_edge_of_the_page_is_left_out_and_told():
    made = parsed(drawn(lambda c: (write(c, NORTH), write(c, "Nobody sees it", 72, 2_000))))
    assert made.text == " ".join(NORTH)
    assert [left.what for left in made.extraction.left_out] == ["text beyond the page's edge"]


def test_what_is_filled_into_a_form_is_told_as_left_out():
    def form(canvas):
        write(canvas, NORTH)
        canvas.acroForm.textfield(name="a", x=72, y=500, value="Filled in")

    made = parsed(drawn(form))
    assert [(left.what, left.times) for left in made.extraction.left_out] == [
        ("form field or note", 1)
    ]


def test_columns_of_characters_that_pdfium_gives_as_tall_words_are_read_from_the_right():
    columns = ["大阪府は協定を結んだ。", "岐阜県は賛成した。"]

    def vertical(canvas):
        canvas.setFont(MINCHO, 16)
        for number, text in enumerate(columns):
            for place, letter in enumerate(text):
                canvas.drawString(400 - 30 * number, 700 - 16 * place, letter)

    assert parsed(drawn(vertical)).text.replace(" ", "") == "".join(columns)


def test_pictures_left_unread_by_the_settings_are_told_so():
    def picture(canvas):
        image = Image.new("L", (200, 200), 255)
        ImageDraw.Draw(image).rectangle((20, 20, 120, 120), fill=0)
        canvas.drawImage(ImageReader(image), 72, 400)

    with pytest.raises(UnreadableFileError, match="SEMINAR_QA_OCR_SECONDS leaves unread"):
        parsed(drawn(picture), ocr_seconds=0)


def test_a_page_whose_box_is_given_upside_down_is_read():
    data = stream(b"BT /F 12 Tf 72 700 Td (Osaka signed) Tj ET")
    assert parsed(raw_page(data, box=b"0 792 612 0")).text == "Osaka signed"
