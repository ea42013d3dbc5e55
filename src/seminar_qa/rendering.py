"""How a page is made: the templates, the reader's language and what every page needs to know."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from seminar_qa.jobs import State
from seminar_qa.texts import LANGUAGES, Texts, choose_language, load_texts

LANGUAGE_COOKIE = "language"


def web_folder() -> Path:
    """Return the folder of templates, texts and static files: in the wheel, or beside `src`."""
    inside = Path(__file__).parent / "web"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "web"


@lru_cache(maxsize=1)
def _templates() -> Environment:
    loader = FileSystemLoader(web_folder() / "templates")
    return Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def texts_for(request: Request) -> Texts:
    """Return the words of the reader's language: as chosen, or as the browser asks for."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    language = choose_language(chosen, request.headers.get("accept-language", ""))
    return load_texts(web_folder() / "texts", language)


def render(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """Return a page. A template knows `t`, the words, beside its `context`.

    `here` is the page's own address, for the switch of the language; `can_update` tells whether the
    server has an organiser, `updating` whether an index run is at work.
    """
    t = texts_for(request)
    state: State = request.app.state.jobs.state
    shared = {
        "t": t,
        "status": status,
        "language": t.language,
        "languages": LANGUAGES,
        "here": _here(request),
        "script_texts": lambda *names: json.dumps(t.for_script(names), ensure_ascii=False),
        "can_update": request.app.state.organiser_token is not None,
        "updating": state.status == "running",
    }
    page = _templates().get_template(template).render({**shared, **context})
    headers = {"Content-Language": t.language, "Vary": "Accept-Language, Cookie"}
    return HTMLResponse(page, status, headers=headers)


def _here(request: Request) -> str:
    if request.method != "GET":
        return "/"
    query = request.url.query
    return request.url.path + (f"?{query}" if query else "")
