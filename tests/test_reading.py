"""From bytes to a report with facts, sentences and speakers, and with its side-car."""

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption

from pdfs import BOLD, drawn, page, write
from seminar_qa.documents import Speaker
from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers.source import SourceFile
from seminar_qa.reading import Reading, read_report

REPORT = "# Hydrogen day\n\n20 November 2018, Tokyo\n\nOsaka spoke. Gifu did not."


def read(text: str, sidecar: bytes | None = None) -> Reading:
    beside = None if sidecar is None else ("a.yaml", sidecar)
    return read_report("a.md", SourceFile(text.encode()), "f" * 64, beside)


def sentences(reading: Reading) -> list[str]:
    return [reading.document.text[s.start : s.end] for s in reading.sentences]


def test_a_report_has_its_facts_with_their_places_and_its_sentences():
    reading = read(REPORT)
    document = reading.document
    assert (document.path, document.sha256, document.media_type) == (
        *("a.md", "f" * 64, "text/markdown"),
    )
    assert (document.title, document.date, document.place) == (
        *("Hydrogen day", "2018-11-20", "Tokyo"),
    )
    found = {name: document.text[start:end] for name, start, end in document.found_at}
    assert found == {"title": "Hydrogen day", "date": "20 November 2018", "place": "Tokyo"}
    assert sentences(reading)[-2:] == ["Osaka spoke.", "Gifu did not."]


def test_a_side_car_corrects_the_facts():
    document = read(REPORT, b"date: 2019-01-02\norganiser: Kobe\n").document
    assert (document.title, document.date, document.organiser) == (
        *("Hydrogen day", "2019-01-02", "Kobe"),
    )
    assert "date" not in [name for name, _, _ in document.found_at]


def test_a_side_car_that_is_wrong_is_told_and_left_aside():
    document = read(REPORT, b"titel: x").document
    assert document.title == "Hydrogen day"
    (warning,) = document.extraction.warnings
    assert warning.startswith("a.yaml is left aside: it has the key “titel”; there are title,")


def test_a_speaker_of_a_side_car_says_the_turns_with_its_label():
    turns = [
        f"{label}: Osaka spoke at length of point {n}."
        for n, label in enumerate(["ANN", "BOB"] * 5)
    ]
    reading = read("# Day\n\n" + "\n\n".join(turns), b"speakers: [{name: Ann Lee, labels: [ANN]}]")
    said = dict(zip(sentences(reading), reading.sentences, strict=True))
    place = said["Osaka spoke at length of point 4."].speaker
    assert place is not None
    assert reading.document.speakers[place] == Speaker("Ann Lee", labels=("ANN",))


def test_a_side_car_opens_an_encrypted_file():
    locked = drawn(page("Osaka spoke."), encrypt=StandardEncryption("secret", "owner"))
    beside = "a.yaml", b"password: secret"
    assert read_report("a.pdf", SourceFile(locked), "", beside).document.text == "Osaka spoke."
    with pytest.raises(UnreadableFileError, match="^a.pdf: the password of its side-car"):
        read_report("a.pdf", SourceFile(locked), "", ("a.yaml", b"password: wrong"))
    with pytest.raises(UnreadableFileError, match="^a.pdf: it is encrypted; write “password"):
        read_report("a.pdf", SourceFile(locked), "")


def test_the_facts_of_a_pdf_are_found_in_its_title_and_front():
    def report(canvas):
        write(canvas, "Hydrogen between two regions", 72, 790, BOLD, 20)
        write(canvas, "20 November 2018, Tokyo", 72, 740)
        write(canvas, ["Osaka spoke of the ships that it will build", "in the spring."], 72, 700)

    document = read_report("a.pdf", SourceFile(drawn(report)), "").document
    assert (document.title, document.date, document.place) == (
        *("Hydrogen between two regions", "2018-11-20", "Tokyo"),
    )


def test_a_file_that_cannot_be_read_is_told_with_its_path():
    with pytest.raises(UnreadableFileError, match="^a.md: "):
        read("")
    with pytest.raises(UnreadableFileError, match="^a.xyz: no reader"):
        read_report("a.xyz", SourceFile(b"x"), "")


def test_speakers_that_only_a_side_car_names_have_no_place_in_the_text():
    (speaker,) = read(REPORT, b"speakers: [Ann Lee]").document.speakers
    assert speaker == Speaker("Ann Lee")


def test_a_side_car_that_cannot_be_read_is_told_when_the_password_is_missing():
    data = drawn(page("Osaka spoke."), encrypt=StandardEncryption("secret"))
    with pytest.raises(UnreadableFileError, match=r"encrypted.+a\.yaml is left aside.+password"):
        read_report("a.pdf", SourceFile(data), "0", ("a.yaml", b"password: no"))
