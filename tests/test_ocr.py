"""Pictures of text, read by tesseract where it is installed."""

import pytest
from PIL import Image, ImageDraw, ImageFont

from seminar_qa.parsers.ocr import ocr_languages, read_image

pytestmark = pytest.mark.skipif("eng" not in ocr_languages(), reason="no tesseract")


def picture(*lines: str) -> Image.Image:
    image = Image.new("L", (1200, 400), 255)
    for number, line in enumerate(lines):
        font = ImageFont.load_default(44)
        ImageDraw.Draw(image).text((60, 60 + 80 * number), line, font=font, fill=0)
    return image


def test_lines_of_words_come_out_with_boxes_in_pixels():
    lines = read_image(picture("Osaka signed it", "in the autumn"), 60)
    assert [[word.text for word in line] for line in lines] == [
        ["Osaka", "signed", "it"],
        ["in", "the", "autumn"],
    ]
    left, top, right, bottom = lines[0][0].box
    assert 55 < left < 70
    assert 60 < top < bottom < 115
    assert right < lines[0][1].box[0]
    assert all(word.spaced for line in lines for word in line)


def test_a_picture_without_text_gives_nothing():
    assert read_image(Image.new("L", (600, 300), 255), 60) == []
    noise = Image.effect_noise((600, 300), 100)
    assert read_image(noise, 60) == []


@pytest.mark.parametrize("seconds", [0, -1, 0.01])
def test_more_time_than_there_is_is_not_taken(seconds):
    with pytest.raises(TimeoutError):
        read_image(picture("Osaka signed it"), seconds)


def test_only_languages_that_are_installed_are_asked_for():
    assert set(ocr_languages()) <= {"eng", "jpn"}
