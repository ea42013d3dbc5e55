"""Rendering: a page in the reader's language, with the words its scripts show."""

import pytest
from fastapi.testclient import TestClient

from seminar_qa.api import create_app
from seminar_qa.settings import Settings

PAGE = {"accept": "text/html"}


@pytest.fixture
def client(tmp_path):
    return TestClient(create_app(Settings(home=tmp_path)), base_url="http://127.0.0.1")


def test_a_page_is_in_the_language_that_the_browser_asks_for(client):
    page = client.get("/nowhere", headers={**PAGE, "accept-language": "ja,en;q=0.5"})
    assert '<html lang="ja">' in page.text
    assert page.headers["content-language"] == "ja"
    assert "Accept-Language" in page.headers["vary"]


def test_a_reader_switches_the_language_and_comes_back_to_the_page(client):
    form = {"language": "ja", "here": "/documents/x?start=1"}
    reply = client.post("/language", data=form, follow_redirects=False)
    assert (reply.status_code, reply.headers["location"]) == (303, "/documents/x?start=1")
    assert '<html lang="ja">' in client.get("/nowhere", headers=PAGE).text


@pytest.mark.parametrize("here", ["//evil.example", "https://evil.example", "/\\evil.example", "x"])
def test_the_switch_leads_to_no_other_server(client, here):
    reply = client.post("/language", data={"language": "ja", "here": here}, follow_redirects=False)
    assert reply.headers["location"] == "/"
