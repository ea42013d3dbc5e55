"""Guards: how often a client may come, and from where a form may be sent."""

import pytest
from fastapi.testclient import TestClient

from seminar_qa.api import create_app
from seminar_qa.guards import own_address
from seminar_qa.settings import Settings


@pytest.fixture
def client(tmp_path):
    return TestClient(create_app(Settings(home=tmp_path)), base_url="http://127.0.0.1")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://127.0.0.1"}, 303),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://["}, 403),
    ],
)
def test_a_form_of_another_site_is_refused(client, headers, status):
    form = {"language": "ja", "here": "/"}
    reply = client.post("/language", data=form, headers=headers, follow_redirects=False)
    assert reply.status_code == status


@pytest.fixture
def limited(home):
    app = create_app(Settings(home=home, questions_per_minute=2))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def asked(client, **headers):
    return client.post("/ask", json={"question": "Who?"}, headers=headers)


def test_a_client_may_ask_only_so_often_a_minute_by_whichever_door(limited):
    page = {"accept": "text/html"}
    assert limited.get("/?q=Who%3F", headers=page).status_code == 200
    assert asked(limited).status_code == 200
    late = asked(limited)
    assert late.status_code == 429
    seconds = int(late.headers["retry-after"])
    assert 1 <= seconds <= 60
    assert f"more than 2 a minute; try again in {seconds} second" in late.json()["detail"]
    told = limited.get("/?q=Who%3F", headers=page)
    assert told.status_code == 429
    assert "<h1" in told.text
    assert f"Try again in {told.headers['retry-after']} second" in told.text
    assert 'href="/?q=Who%3F"' in told.text


def test_only_questions_are_counted(limited):
    for _ in range(5):
        assert limited.get("/", headers={"accept": "text/html"}).status_code == 200
        assert limited.get("/documents").status_code == 200
    assert asked(limited).status_code == 200


def test_each_client_is_counted_by_itself(home):
    app = create_app(Settings(home=home, questions_per_minute=1))
    for address in ("127.0.0.1", "127.0.0.2"):
        client = TestClient(app, base_url="http://127.0.0.1", client=(address, 5000))
        assert [asked(client).status_code for _ in range(2)] == [200, 429]


def test_without_a_limit_a_client_asks_as_often_as_it_likes(home):
    with TestClient(create_app(Settings(home=home)), base_url="http://127.0.0.1") as client:
        assert {asked(client).status_code for _ in range(5)} == {200}


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("/organiser?a=b#c", "/organiser?a=b#c"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/\n\\evil.example", "/"),
        ("organiser", "/"),
        ("", "/"),
    ],
)
def test_an_address_that_leads_elsewhere_is_not_taken(address, kept):
    assert own_address(address, "/") == kept
