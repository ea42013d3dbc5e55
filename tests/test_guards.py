"""Guards: how often a client may come, and from where a form may be sent."""

import pytest
from fastapi.testclient import TestClient

from seminar_qa.api import create_app
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
    ],
)
def test_a_form_of_another_site_is_refused(client, headers, status):
    form = {"language": "ja", "here": "/"}
    reply = client.post("/language", data=form, headers=headers, follow_redirects=False)
    assert reply.status_code == status
