"""A report as a page: its pages with boxes, its quotations to walk through, and its file."""

import html
import re

import pytest
from fastapi.testclient import TestClient

from seminar_qa.api import create_app
from seminar_qa.engine import MOST_PASSAGES
from seminar_qa.errors import FilterError
from seminar_qa.ingest import build_index
from seminar_qa.settings import Settings
from seminar_qa.source_pages import PAGES_PER_MINUTE, read_places

HERE = "http://127.0.0.1"
PAGE = {"accept": "text/html"}


@pytest.fixture(scope="module")
def client(collection):
    app = create_app(Settings(home=collection))
    return TestClient(app, base_url="http://127.0.0.1", headers=PAGE)


@pytest.fixture(scope="module")
def reports(client):
    listed = client.get("/documents", headers={"accept": "application/json"}).json()["documents"]
    return {report["path"]: report for report in listed}


@pytest.fixture(scope="module")
def cited(client):
    body = {"question": "When does the fish market open?"}
    return client.post("/ask", json=body).json()["quotes"][0]["citation"]


def test_a_quotation_of_a_pdf_is_shown_on_its_page(client, cited):
    page = client.get(cited["url"].split("#")[0]).text
    assert "Page 2 of 4" in page
    assert page.count("<rect ") == len(cited["boxes"])
    assert f'<image href="/documents/{cited["document_id"]}/pages/2.png"' in page
    assert re.search(r'<bdi id="quote">Ms. Ida Friis of Skagen explained', page)
    assert page.count("<h1") == 1


def test_a_quotation_that_goes_on_on_another_page_says_so(client, reports):
    address = reports["ferries.pdf"]["url"]
    page = client.get(f"{address}?start=0&end=150&view=pages").text
    assert re.search(r'page=2[^"]*">The quotation goes on on page 2</a>', page)
    assert "goes on" not in client.get(f"{address}?start=0&end=150&page=2").text


def test_headings_go_down_one_by_one(fresh_home):
    text = "# A\n\n### B\n\ntext\n\n##### C\n\ntext\n\n### D\n\ntext\n\n## E\n\ntext\n"
    (fresh_home / "documents" / "levels.md").write_text(text)
    build_index(Settings(home=fresh_home))
    with TestClient(create_app(Settings(home=fresh_home)), "http://127.0.0.1") as client:
        listed = client.get("/documents").json()["documents"]
        (address,) = [each["url"] for each in listed if each["path"] == "levels.md"]
        page = client.get(address, headers=PAGE).text
    found = re.findall(r"<h(\d)[^>]*>(.)</h", page)
    assert found == [("1", "A"), ("2", "B"), ("3", "C"), ("2", "D"), ("2", "E")]


def test_the_text_is_shown_where_it_is_asked_for(client, cited):
    page = client.get(cited["url"].split("#")[0] + "&view=text").text
    assert '<mark id="quote">Ms. Ida Friis' in page
    assert "<svg viewBox" not in page.split("<main")[1]


def test_pages_can_be_turned_and_enlarged(client, reports):
    address = reports["ferries.pdf"]["url"]
    page = client.get(f"{address}?view=pages&page=1&zoom=1.5").text
    assert "zoom-1-5" in page
    assert "Next page" in page
    assert "Previous page" not in page
    last = client.get(f"{address}?view=pages&page=4").text
    assert ("Next page" in last, "Previous page" in last) == (False, True)


def test_a_page_that_is_not_there_gives_the_text_and_says_why(client, reports):
    page = client.get(f"{reports['ferries.pdf']['url']}?view=pages&page=99")
    assert page.status_code == 200
    assert "no page 99" in page.text
    assert "fish market" in page.text


def test_a_page_is_a_picture_that_a_browser_may_keep(client, reports):
    address = f"{reports['ferries.pdf']['url']}/pages/1.png"
    first = client.get(address)
    assert first.content.startswith(b"\x89PNG")
    assert first.headers["content-type"] == "image/png"
    again = client.get(address, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path", ["ferries.pdf/pages/0.png", "ferries.pdf/pages/9.png", "minutes.txt/pages/1.png"]
)
def test_a_picture_that_is_not_there_is_told(client, reports, path):
    name, rest = path.split("/", 1)
    assert client.get(f"{reports[name]['url']}/{rest}").status_code == 404


def test_the_original_is_the_very_file(client, reports, collection):
    reply = client.get(f"{reports['ferries.pdf']['url']}/original")
    assert reply.content == (collection / "documents" / "ferries.pdf").read_bytes()
    assert reply.headers["content-type"] == "application/pdf"
    assert reply.headers["content-disposition"] == "inline; filename*=UTF-8''ferries.pdf"
    assert int(reply.headers["content-length"]) == len(reply.content)
    assert "sandbox" not in reply.headers["content-security-policy"]  # a viewer shows nothing in it


def test_an_original_can_do_nothing_in_the_browser(client, reports):
    reply = client.get(f"{reports['wind.html']['url']}/original")
    assert reply.headers["content-disposition"].startswith("attachment;")
    assert reply.headers["content-type"] == "application/octet-stream"
    assert reply.headers["content-security-policy"] == (
        "sandbox; default-src 'none'; frame-ancestors 'none'"
    )
    assert reply.headers["x-content-type-options"] == "nosniff"
    hostile = client.get(f"{reports['<b>evil&.txt']['url']}/original")
    assert hostile.headers["content-type"].startswith("text/plain")
    assert "%3Cb%3Eevil%26.txt" in hostile.headers["content-disposition"]


def test_quotations_of_an_answer_can_be_walked_through(client, reports):
    address = reports["minutes.txt"]["url"]
    page = client.get(f"{address}?start=20&end=30&quotes=50-60,5-10,20-30").text
    assert "Quotation 2 of 3" in page
    assert f'href="{address}?start=5&amp;end=10&amp;quotes=50-60,5-10,20-30' in page
    assert f'href="{address}?start=50&amp;end=60&amp;quotes=50-60,5-10,20-30' in page
    assert "Quotation" not in client.get(f"{address}?start=20&end=30").text
    assert "Quotation 1 of 2" in client.get(f"{address}?quotes=50-60,20-30").text


@pytest.mark.parametrize("quotes", ["9-5", "0-999999"])
def test_a_place_to_walk_to_that_is_not_there_is_told(client, reports, quotes):
    reply = client.get(f"{reports['minutes.txt']['url']}?start=20&end=30&quotes={quotes}")
    assert reply.status_code == 404
    assert "characters, so there is no" in reply.text


def test_only_a_pdf_has_pages_to_show(client, reports):
    reply = client.get(f"{reports['minutes.txt']['url']}?view=pages")
    assert reply.status_code == 422
    assert "is no PDF, so it has no pages to show" in reply.text


def test_a_page_without_the_quotation_leads_to_the_one_that_has_it(client, cited):
    page = client.get(cited["url"].split("#")[0] + "&page=3").text
    assert "The quotation is on page 2" in page
    assert page.count("<rect ") == 0


def test_a_page_that_was_read_by_recognition_says_so(client, reports):
    told = "read by character recognition"
    address = reports["ferries.pdf"]["url"]
    for number in (1, 3):
        page = client.get(f"{address}?view=pages&page={number}").text
        ocr = number in reports["ferries.pdf"]["extraction"]["ocr_pages"]
        assert (told in page) == ocr


def test_a_text_in_another_encoding_is_left_to_the_browser(fresh_home):
    words = "Die Größe des Hafens überraschte viele.\n"
    (fresh_home / "documents" / "alt.txt").write_bytes(words.encode("latin-1"))
    build_index(Settings(home=fresh_home))
    app = create_app(Settings(home=fresh_home))
    client = TestClient(app, base_url="http://127.0.0.1", headers=PAGE)
    listed = client.get("/documents", headers={"accept": "application/json"}).json()["documents"]
    (url,) = [report["url"] for report in listed if report["path"] == "alt.txt"]
    assert client.get(f"{url}/original").headers["content-type"] == "text/plain"
    (fresh_home / "documents" / "alt.txt").write_text("Another text.")
    gone = client.get(f"{url}/original")
    assert gone.status_code == 404
    assert "run: seminar-qa index" in gone.text


def test_a_reader_who_asks_for_very_many_pages_is_told_to_wait(collection, reports):
    app = create_app(Settings(home=collection))
    client = TestClient(app, base_url="http://127.0.0.1")
    address = f"{reports['ferries.pdf']['url']}/pages/1.png"
    replies = [client.get(address).status_code for _ in range(PAGES_PER_MINUTE + 1)]
    assert replies == [200] * PAGES_PER_MINUTE + [429]
    page = client.get(f"{reports['ferries.pdf']['url']}?view=pages", headers=PAGE)
    assert page.status_code == 200
    assert "a minute; try again" in page.text
    assert "17 ferries will run on hydrogen" in page.text


@pytest.mark.parametrize(
    "quotes", ["x", "1-2,", "1-2;3-4", ",".join(["1-2"] * 51), "-1-2", "１-２"]
)
def test_what_is_no_list_of_places_is_told(client, reports, quotes):
    with pytest.raises(FilterError, match="like 10-20,30-40"):
        read_places(quotes)
    reply = client.get(reports["minutes.txt"]["url"], params={"quotes": quotes})
    assert reply.status_code == 422


@pytest.mark.parametrize("given", ["zoom=9", "view=film", "page=-1", "start=x"])
def test_a_malformed_address_is_told_on_a_page(client, reports, given):
    assert client.get(f"{reports['minutes.txt']['url']}?{given}").status_code == 422


def test_all_passages_of_one_report_can_be_opened_however_many(fresh_home):
    talks = "".join(f"## Ferry {n}\n\n{'The ferry carries cars. ' * 16}\n\n" for n in range(60))
    (fresh_home / "documents" / "ferries.md").write_text(f"# Ferries\n\n{talks}")
    build_index(Settings(home=fresh_home))
    with TestClient(create_app(Settings(home=fresh_home)), HERE, headers=PAGE) as client:
        page = client.get("/search?about=ferry").text
        links = [html.unescape(link) for link in re.findall('class="source" href="([^"]*)"', page)]
        assert len(links) == MOST_PASSAGES
        last = client.get(links[-1].split("#")[0])
    assert last.status_code == 200
    assert f" of {MOST_PASSAGES}</span>" in last.text


def test_a_report_with_an_endless_title_is_shown(fresh_home):
    (fresh_home / "documents" / "long.md").write_text(f"# {'Ferries ' * 2_000}\n\nThey run.\n")
    build_index(Settings(home=fresh_home))
    with TestClient(create_app(Settings(home=fresh_home)), HERE, headers=PAGE) as client:
        listed = client.get("/documents", headers={"accept": "*/*"}).json()["documents"]
        address = next(each for each in listed if each["path"] == "long.md")
        assert client.get(address["url"]).status_code == 200
        assert client.get(f"/?report={address['document_id']}").status_code == 200


@pytest.mark.parametrize(
    "path", ["/cite", "/verify", "/answer", "/documents/aaaaaaaaaaaaaaaa", "/answer?from=1&to=2"]
)
def test_a_place_beyond_all_texts_is_told(client, path):
    place = {"document_id": "a" * 16, "start": 10**30, "end": 10**31, "quote_sha256": "0" * 64}
    assert client.get(path, params=place).status_code == 422
