"""The organiser's pages through their door: who comes in, what is shown, what may be changed."""

import hashlib
import html
import re
import time

import pytest
from starlette.testclient import TestClient

from seminar_qa.api import LARGEST_BODY, create_app
from seminar_qa.calibration import Calibration
from seminar_qa.errors import DocumentsError, IndexBusyError
from seminar_qa.ingest import build_index
from seminar_qa.organiser_pages import SHOWN, SIGN_INS
from seminar_qa.settings import Settings
from standins import StandIn
from toy_service import toy_engine
from toys import ToyModels, ToyReader

HERE = "http://127.0.0.1"
TOKEN = "correct horse battery staple"
HTML = {"accept": "text/html"}
SHOWN_TOKEN = {"authorization": f"Bearer {TOKEN}"}
JSON = {**SHOWN_TOKEN, "accept": "application/json"}
PERSON = {**SHOWN_TOKEN, **HTML}
RAIN = "# {0}\n\nThe {0} harbour counted 1234 ships that year.\n"


@pytest.fixture
def runner():
    return StandIn()


@pytest.fixture
def client(tmp_path, runner):
    """A client of a service without an index and without a folder of reports."""
    app = create_app(
        Settings(home=tmp_path, organiser_token=TOKEN, largest_upload=3), runner=runner
    )
    with TestClient(app, HERE) as client:
        yield client


@pytest.fixture
def indexed(tmp_path, runner):
    """A client of a service with an index of toy models over three reports."""
    settings = Settings(home=tmp_path, organiser_token=TOKEN)
    (tmp_path / "documents" / "sub").mkdir(parents=True)
    for name in ("a.md", "b.md", "sub/c.md"):
        (tmp_path / "documents" / name).write_text(RAIN.format(name[-4]))
    (tmp_path / "documents" / "noise.txt").write_bytes(b"a\x00b")
    build_index(settings, models=ToyModels(), read=ToyReader())
    calibration = Calibration.load()
    app = create_app(
        settings, runner=runner, open_engine=lambda _: toy_engine(settings, calibration)
    )
    with TestClient(app, HERE) as client:
        yield client


def send(client, *files, headers=JSON, **fields):
    return client.post(
        "/organiser/reports",
        files=[("files", file) for file in files],
        data=fields,
        headers=headers,
        follow_redirects=False,
    )


def page_of(client, path="/organiser", status=200):
    reply = client.get(path, headers=PERSON)
    assert reply.status_code == status
    return reply.text


def section(page, name):
    """Return the words of a section of the page."""
    found = re.search(f'<section aria-labelledby="{name}">(.*?)</section>', page, re.S)
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", found[1])).split()) if found else ""


# Who comes in


CHANGES = [
    ("GET", "/organiser", {}),
    ("GET", "/organiser/removals?path=a.txt", {}),
    ("POST", "/organiser/reports", {"files": {"files": ("a.txt", b"a")}}),
    ("POST", "/organiser/removals", {"data": {"path": "a.txt", "sha256": "0" * 64}}),
    ("POST", "/organiser/runs", {}),
]


@pytest.mark.parametrize(("method", "path", "sent"), CHANGES)
def test_nobody_sees_or_changes_anything_who_is_not_signed_in(
    client, tmp_path, runner, method, path, sent
):
    for headers in (
        {},
        {"authorization": "Bearer x"},
        {"cookie": f"organiser=9999999999.{'0' * 64}"},
    ):
        reply = client.request(method, path, headers=headers, **sent)
        assert reply.status_code == 401
        assert reply.headers["content-type"] == "application/problem+json"
        asked = client.request(method, path, headers={**headers, **HTML}, **sent)
        assert asked.status_code == 401
        assert 'action="/organiser/sign-in"' in asked.text
    assert runner.runs == []
    assert not (tmp_path / "documents").exists()


@pytest.mark.parametrize(("method", "path", "sent"), CHANGES)
def test_where_no_token_is_set_a_person_is_told_how_to_set_one(tmp_path, method, path, sent):
    with TestClient(create_app(Settings(home=tmp_path)), HERE) as client:
        reply = client.request(method, path, headers=PERSON, **sent)
    assert reply.status_code == 403
    assert "SEMINAR_QA_ORGANISER_TOKEN" in reply.text
    assert "sign-in" not in reply.text


@pytest.mark.parametrize(("method", "path", "sent"), [c for c in CHANGES if c[0] == "POST"])
@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"origin": "http://evil.example"}]
)
def test_a_form_of_another_site_changes_nothing_though_the_cookie_came_with_it(
    client, tmp_path, runner, method, path, sent, headers
):
    assert client.post("/organiser/sign-in", data={"token": TOKEN}).status_code == 200
    reply = client.request(method, path, headers=headers, **sent)
    assert reply.status_code == 403
    assert runner.runs == []
    assert not (tmp_path / "documents").exists()


def test_the_token_opens_the_page_and_the_cookie_keeps_it_open(client):
    asked = client.get("/organiser?name=x", headers=HTML)
    assert (asked.status_code, asked.headers["cache-control"]) == (401, "no-store")
    assert 'name="here" value="/organiser?name=x"' in asked.text
    form = {"token": TOKEN, "here": "/organiser?name=x"}
    reply = client.post("/organiser/sign-in", data=form, headers=HTML, follow_redirects=False)
    assert (reply.status_code, reply.headers["location"]) == (303, "/organiser?name=x")
    assert client.get("/organiser", headers=HTML).status_code == 200
    left = client.post("/organiser/sign-out", headers=HTML, follow_redirects=False)
    assert (left.status_code, left.headers["location"]) == (303, "/")
    assert client.get("/organiser", headers=HTML).status_code == 401


def test_a_wrong_token_is_told_and_shown_nowhere(client):
    reply = client.post("/organiser/sign-in", data={"token": "a guess"}, headers=HTML)
    assert reply.status_code == 401
    assert "That is not the token" in reply.text
    assert "a guess" not in reply.text
    assert "set-cookie" not in reply.headers


@pytest.mark.parametrize(
    "here", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1", ""]
)
def test_signing_in_leads_to_no_other_server(client, here):
    form = {"token": TOKEN, "here": here}
    reply = client.post("/organiser/sign-in", data=form, follow_redirects=False)
    assert reply.headers["location"] == "/organiser"


def test_the_token_can_be_guessed_only_so_often_a_minute(client):
    guesses = [
        client.post("/organiser/sign-in", data={"token": f"{number}"}).status_code
        for number in range(SIGN_INS + 2)
    ]
    assert guesses == [401] * SIGN_INS + [429] * 2
    late = client.post("/organiser/sign-in", data={"token": TOKEN}, headers=HTML)
    assert (late.status_code, int(late.headers["retry-after"]) > 0) == (429, True)


def test_a_token_of_any_language_is_taken(tmp_path):
    app = create_app(Settings(home=tmp_path, organiser_token="héllo 会議 "))
    with TestClient(app, HERE) as client:
        form = {"token": "héllo 会議 "}
        assert client.post("/organiser/sign-in", data=form).status_code == 200
        assert client.get("/organiser").status_code == 200


# What is shown


def test_without_an_index_and_reports_the_page_says_how_to_begin(client):
    page = page_of(client)
    assert "There is no index that answers yet" in section(page, "index")
    assert "Update the index" in section(page, "index")
    assert "Add the first one above" in section(page, "waiting")
    assert 'enctype="multipart/form-data"' in page


def test_without_an_index_the_files_of_the_folder_are_listed(client, tmp_path):
    send(client, ("a.txt", b"a" * 2048), ("b.yaml", b"date: 2018-11-20"))
    waiting = section(page_of(client), "waiting")
    assert "2 files wait" in waiting
    assert "a.txt new 2 KiB Remove" in waiting
    assert "b.yaml new" in waiting


def test_a_damaged_index_is_told_and_the_page_works(indexed, tmp_path):
    (manifest,) = tmp_path.glob("index/generations/*/manifest.json")
    manifest.write_text("{}")
    page = page_of(indexed)
    assert "manifest.json" in section(page, "index")
    assert "4 files wait" in section(page, "waiting")
    assert send(indexed, ("new.txt", b"new")).status_code == 201


def test_the_reports_are_shown_with_how_they_were_read(indexed):
    page = page_of(indexed)
    assert "3 reports and" in section(page, "index")
    assert section(page, "waiting").endswith("The index knows every file.")
    assert "noise.txt" in section(page, "unread")
    reports = section(page, "reports")
    assert "sub/c.md · 46 characters How it was read sub/c.md 46 characters Remove" in reports


def test_pages_that_were_not_read_are_shown(collection):
    app = create_app(Settings(home=collection, organiser_token=TOKEN))
    with TestClient(app, HERE) as client:
        reports = section(page_of(client), "reports")
        asked = client.get("/organiser?name=FERRIES", headers=PERSON).text
    assert "ferries.pdf · 4 pages" in reports
    assert "1 report" in section(asked, "reports")
    assert "minutes" not in section(asked, "reports")
    assert "<b>evil" not in asked


def test_hostile_names_are_shown_as_text_in_an_element_of_their_own(collection):
    app = create_app(Settings(home=collection, organiser_token=TOKEN))
    with TestClient(app, HERE) as client:
        page = page_of(client)
        link = html.unescape(re.search(r'href="(/organiser/removals\?path=%3Cb[^"]+)"', page)[1])
        removal = page_of(client, link)
    for text in (page, removal):
        assert "<b>evil" not in text
        assert "<bdi>&lt;b&gt;evil&amp;.txt</bdi>" in text


def test_what_waits_for_the_index_is_shown(indexed, tmp_path):
    send(indexed, ("new.txt", b"new"))
    (tmp_path / "documents" / "b.md").write_text("# b\n\nOther words.\n")
    (tmp_path / "documents" / "a.md").unlink()
    page = page_of(indexed)
    waiting = section(page, "waiting")
    assert "3 files wait" in waiting
    assert "new.txt new" in waiting
    assert "b.md changed" in waiting
    assert "a.md no longer in the folder" in waiting
    assert "a.md · no longer in the folder" in section(page, "reports")
    assert "path=a.md" not in page


def test_many_reports_are_shown_in_parts_and_by_name(tmp_path, runner):
    settings = Settings(home=tmp_path, organiser_token=TOKEN)
    (tmp_path / "documents").mkdir()
    for number in range(SHOWN + 5):
        (tmp_path / "documents" / f"r{number:03}.md").write_text(RAIN.format(f"n{number}"))
    build_index(settings, models=ToyModels(), read=ToyReader())
    calibration = Calibration.load()
    app = create_app(settings, open_engine=lambda _: toy_engine(settings, calibration))
    with TestClient(app, HERE) as client:
        first = page_of(client)
        last = page_of(client, f"/organiser?first={SHOWN}")
        named = page_of(client, "/organiser?name=R042")
    assert (first.count('class="remove"'), last.count('class="remove"')) == (SHOWN, 5)
    assert f"first={SHOWN}#reports" in first
    assert "first=0#reports" in last
    assert "r042.md" in section(named, "reports")
    assert named.count('class="remove"') == 1


def test_the_page_is_in_the_readers_language(indexed):
    page = indexed.get("/organiser", headers={**PERSON, "accept-language": "ja"}).text
    assert "<h1>報告書と索引</h1>" in page
    assert "報告書 3 件" in section(page, "index")


# Sending files


def test_files_that_are_sent_lie_in_the_folder(client, tmp_path):
    reply = send(client, ("a.txt", b"one"), ("../../b.txt", b"two"))
    assert reply.status_code == 201
    assert [(sent["name"], sent["outcome"], sent["path"]) for sent in reply.json()] == [
        ("a.txt", "added", "a.txt"),
        ("../../b.txt", "added", "b.txt"),
    ]
    assert reply.json()[0]["sha256"] == hashlib.sha256(b"one").hexdigest()
    assert (tmp_path / "documents" / "b.txt").read_bytes() == b"two"


def test_a_program_is_told_of_each_file_and_gets_the_worst_status(client):
    send(client, ("a.txt", b"old"))
    reply = send(
        client,
        *(("a.txt", b"old"), ("a.txt", b"new"), ("x.exe", b"x"), ("b.txt", b""), ("c.txt", b"c")),
    )
    assert reply.status_code == 422
    told = [(sent["status"], sent["outcome"]) for sent in reply.json()]
    assert told == [
        *((200, "there"), (409, "taken"), (422, "refused"), (422, "refused"), (201, "added"))
    ]
    assert send(client, ("a.txt", b"old")).status_code == 200
    replaced = send(client, ("a.txt", b"new"), replace="1")
    assert (replaced.status_code, replaced.json()[0]["outcome"]) == (201, "replaced")


def test_a_person_comes_back_to_the_page_or_sees_there_what_was_refused(client):
    done = send(client, ("a.txt", b"a"), headers=PERSON)
    assert (done.status_code, done.headers["location"]) == (303, "/organiser#waiting")
    page = send(client, ("a.txt", b"other"), ("<i>.exe", b"x"), ("b.txt", b"b"), headers=PERSON)
    assert page.status_code == 422
    told = section(page.text, "add")
    assert "another file named “a.txt”; replace it" in told
    assert "“_i_.exe” is no report by its name" in told
    assert "Added as b.txt." in told
    assert "<i>" not in page.text


def test_a_file_may_be_larger_than_other_bodies_and_not_larger_than_is_set(client, tmp_path):
    assert send(client, ("a.txt", b"x" * (LARGEST_BODY + 1))).status_code == 201
    over = send(client, ("b.txt", b"x" * (3 * 1024 * 1024 + 1)))
    assert (over.status_code, over.json()[0]["status"]) == (413, 413)
    far_over = send(client, ("c.txt", b"x" * (6 * 1024 * 1024)))
    assert (far_over.status_code, far_over.json()["status"]) == (413, 413)
    page = send(client, ("c.txt", b"x" * (6 * 1024 * 1024)), headers=PERSON)
    assert (page.status_code, "<h1" in page.text) == (413, True)
    assert [path.name for path in (tmp_path / "documents").iterdir()] == ["a.txt"]


@pytest.mark.parametrize("path", ["/organiser/runs", "/organiser/reports/", "/ask", "/feedback"])
def test_no_other_address_takes_a_large_body(client, path):
    reply = client.post(path, content=b"x" * (LARGEST_BODY + 1), headers=SHOWN_TOKEN)
    assert reply.status_code == 413


def test_a_large_body_in_pieces_is_refused_too(client, tmp_path):
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
    pieces = [head, *(b"x" * 65536 for _ in range(6 * 16)), b"\r\n--x--\r\n"]
    headers = {**JSON, "content-type": "multipart/form-data; boundary=x"}
    reply = client.post("/organiser/reports", content=iter(pieces), headers=headers)
    assert reply.status_code == 413
    assert not (tmp_path / "documents").exists()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--x--\r\n"),
        ("multipart/form-data; boundary=x", b"nothing of the kind"),
        ("multipart/form-data", b"--x--\r\n"),
        ("application/x-www-form-urlencoded", b"files=a.txt"),
        ("text/plain", b"hello"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="files"\r\n\r\nno file\r\n--x--\r\n',
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="files"; filename=""\r\n\r\n\r\n--x--\r\n',
        ),
    ],
)
def test_what_holds_no_file_is_refused_in_words(client, kind, body):
    reply = client.post("/organiser/reports", content=body, headers={**JSON, "content-type": kind})
    assert reply.status_code == 422
    assert reply.json()["detail"]


def test_a_name_with_a_null_or_a_line_end_is_made_safe(client, tmp_path):
    for name in (b"a\x00.txt", b"b\x0bc.txt", b"d\xe2\x80\xaeftxt.txt"):
        body = (
            b'--x\r\nContent-Disposition: form-data; name="files"; filename="%b"\r\n\r\n'
            b"text of %b\r\n--x--\r\n" % (name, name)
        )
        headers = {**JSON, "content-type": "multipart/form-data; boundary=x"}
        assert client.post("/organiser/reports", content=body, headers=headers).status_code == 201
    names = sorted(path.name for path in (tmp_path / "documents").iterdir())
    assert names == ["a.txt", "b c.txt", "dftxt.txt"]


def test_a_disk_that_refuses_is_told(client, tmp_path):
    (tmp_path / "documents").write_text("no folder")
    reply = send(client, ("a.txt", b"a"))
    assert reply.status_code == 507
    assert "cannot be written" in reply.json()[0]["detail"]


# Removing


def test_a_report_is_removed_after_it_was_confirmed_and_is_told_where_it_lies(indexed, tmp_path):
    asked = page_of(indexed, "/organiser/removals?path=sub/c.md")
    sha256 = hashlib.sha256((tmp_path / "documents/sub/c.md").read_bytes()).hexdigest()
    assert "<bdi>sub/c.md</bdi>" in asked
    assert sha256 in asked
    assert (tmp_path / "documents/sub/c.md").exists()
    form = {"path": "sub/c.md", "sha256": sha256}
    reply = indexed.post("/organiser/removals", data=form, headers=PERSON, follow_redirects=False)
    assert (reply.status_code, reply.headers["location"]) == (303, "/organiser#removed")
    assert not (tmp_path / "documents/sub/c.md").exists()
    removed = section(page_of(indexed), "removed")
    kept = re.search(r"sub/c\.md, .* UTC, now (removed/\S+/sub/c\.md)", removed)[1]
    assert (tmp_path / kept).is_file()
    again = indexed.post("/organiser/removals", data=form, headers=PERSON)
    assert again.status_code == 404
    assert page_of(indexed, "/organiser/removals?path=sub/c.md", 404)


@pytest.mark.parametrize("path", ["../index/current", "/etc/passwd", "sub", "", "index/current"])
def test_nothing_else_is_shown_or_removed(indexed, path):
    asked = indexed.get("/organiser/removals", params={"path": path}, headers=JSON)
    assert asked.status_code == 404
    form = {"path": path, "sha256": "0" * 64}
    assert indexed.post("/organiser/removals", data=form, headers=JSON).status_code in (404, 422)


def test_a_file_that_was_changed_meanwhile_stays(indexed, tmp_path):
    form = {"path": "a.md", "sha256": "0" * 64}
    assert indexed.post("/organiser/removals", data=form, headers=JSON).status_code == 409
    assert (tmp_path / "documents" / "a.md").exists()


# Runs


def ended(client):
    until = time.monotonic() + 20
    while client.get("/index").json()["status"] == "running":
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_run_is_started_and_its_state_is_on_the_page(indexed, runner):
    reply = indexed.post("/organiser/runs", headers=PERSON, follow_redirects=False)
    assert (reply.status_code, reply.headers["location"]) == (303, "/organiser#index")
    page = page_of(indexed)
    assert "A run is at work since 20" in section(page, "index")
    assert "<progress" in page
    assert "Update the index" not in section(page, "index")
    assert indexed.post("/organiser/runs", headers=PERSON).status_code == 409
    runner.gate.set()
    ended(indexed)
    told = section(page_of(indexed), "index")
    assert "1 added, 0 changed, 0 renamed, 0 taken out" in told
    assert indexed.post("/organiser/runs", data={"force": "1"}, headers=PERSON).status_code == 200
    assert runner.runs == [False, True]


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        (DocumentsError("there is no folder <b>"), "failed at .* there is no folder <b>"),
        (IndexBusyError("process 7 is at it"), "did nothing.* process 7 is at it"),
    ],
)
def test_a_run_that_did_not_go_well_is_told(indexed, runner, ending, words):
    runner.ending = ending
    runner.gate.set()
    indexed.post("/organiser/runs", headers=PERSON)
    ended(indexed)
    assert re.search(words, section(page_of(indexed), "index"))
    assert "<b>" not in page_of(indexed)


def test_the_schema_leaves_the_pages_out(client):
    assert not [path for path in client.get("/openapi.json").json()["paths"] if "organiser" in path]
