"""Sessions: who is taken for the organiser, for how long, and what ends it."""

import time

import pytest
from fastapi.testclient import TestClient

from seminar_qa.api import create_app
from seminar_qa.sessions import COOKIE, LASTS, is_session, is_token, make_session
from seminar_qa.settings import Settings

TOKEN = "correct horse 会議"
NOW = 1_800_000_000.5
HERE = "http://127.0.0.1"
HTML = {"accept": "text/html"}


def test_a_session_is_good_for_twelve_hours():
    session = make_session(TOKEN, NOW)
    assert LASTS == 12 * 3600
    assert is_session(TOKEN, session, NOW)
    assert is_session(TOKEN, session, NOW + LASTS - 1)
    assert not is_session(TOKEN, session, NOW + LASTS)


def test_another_token_ends_all_sessions():
    assert not is_session("another", make_session(TOKEN, NOW), NOW)


def test_a_session_tells_nothing_of_the_token():
    assert make_session(TOKEN, NOW).split(".")[0] == str(int(NOW) + LASTS)
    assert TOKEN not in make_session(TOKEN, NOW)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda value: "",
        lambda value: value[:-1],
        lambda value: value + "0",
        lambda value: value + "\n",
        lambda value: value.upper(),
        lambda value: "9" + value[1:],
        lambda value: "0" + value,
        lambda value: "١" + value[1:],
        lambda value: value.replace(".", ":"),
        lambda value: value[:-1] + ("0" if value[-1] != "0" else "1"),
        lambda value: f"99999999999.{'0' * 64}",
        lambda value: "." * 10_000,
        lambda value: "\udc80é",
    ],
)
def test_a_session_that_was_altered_is_none(spoil):
    assert not is_session(TOKEN, spoil(make_session(TOKEN, NOW)), NOW)


def test_only_the_token_is_the_token():
    assert is_token(TOKEN, TOKEN.encode())
    for wrong in ("", TOKEN[:-1], f"{TOKEN} ", "\x00"):
        assert not is_token(TOKEN, wrong.encode())


@pytest.fixture
def client(tmp_path):
    app = create_app(Settings(home=tmp_path, organiser_token=TOKEN))
    return TestClient(app, HERE)


def status(client, **headers):
    return client.get("/organiser", headers={**HTML, **headers}).status_code


def test_the_cookie_lets_the_organiser_in_until_it_ends(client):
    now = time.time()
    assert status(client) == 401
    assert status(client, cookie=f"{COOKIE}={make_session(TOKEN, now)}") == 200
    assert status(client, cookie=f"{COOKIE}={make_session(TOKEN, now - LASTS)}") == 401
    assert status(client, cookie=f"{COOKIE}={make_session('another', now)}") == 401


def test_a_program_may_show_the_token_instead(client):
    for scheme in ("Bearer", "bearer"):
        shown = f"{scheme} ".encode() + TOKEN.encode()
        assert status(client, authorization=shown) == 200
    for wrong in (b"Bearer", b"Bearer x", b"Basic " + TOKEN.encode(), b"Bearer \xff"):
        assert status(client, authorization=wrong) == 401


def test_every_process_of_a_server_knows_a_session(tmp_path, client):
    form = {"token": TOKEN}
    given = client.post("/organiser/sign-in", data=form, follow_redirects=False)
    other = TestClient(create_app(Settings(home=tmp_path, organiser_token=TOKEN)), HERE)
    assert status(other, cookie=given.headers["set-cookie"].split(";")[0]) == 200


def test_the_cookie_is_kept_from_scripts_other_sites_and_other_pages(client):
    given = client.post("/organiser/sign-in", data={"token": TOKEN}, follow_redirects=False)
    said = given.headers["set-cookie"].split("; ")
    assert {"HttpOnly", "SameSite=strict", "Path=/organiser", f"Max-Age={LASTS}"} <= set(said)
    assert "Secure" not in said
    app = create_app(Settings(organiser_token=TOKEN))
    secure = TestClient(app, "https://127.0.0.1")
    given = secure.post("/organiser/sign-in", data={"token": TOKEN}, follow_redirects=False)
    assert "Secure" in given.headers["set-cookie"].split("; ")


def test_without_a_token_set_nobody_is_let_in_and_is_told_how_to_set_one(tmp_path):
    client = TestClient(create_app(Settings(home=tmp_path)), HERE)
    reply = client.get("/organiser", headers={"authorization": "Bearer None"})
    assert reply.status_code == 403
    assert "SEMINAR_QA_ORGANISER_TOKEN" in reply.json()["detail"]
