"""The HTTP service: JSON for programs, pages for people, one engine behind both."""

import logging
import threading
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import seminar_qa
from seminar_qa import pages
from seminar_qa.engine import Engine
from seminar_qa.errors import (
    FilterError,
    IndexUnavailableError,
    ModelError,
    NotFoundError,
    QuestionError,
    SeminarQAError,
)
from seminar_qa.index import current_generation
from seminar_qa.settings import Settings
from seminar_qa.views import (
    AskRequest,
    AskResponse,
    DocumentsView,
    HealthView,
    Problem,
    VerifyView,
    documents_view,
    reply_view,
)

LARGEST_BODY = 2 * 1024 * 1024
"""A request's body has at most this many bytes."""
_STATUS: tuple[tuple[type[SeminarQAError], int], ...] = (
    (QuestionError, 422),
    (FilterError, 422),
    (NotFoundError, 404),
    (IndexUnavailableError, 503),
    (ModelError, 503),
)
_SECURITY = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'self'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_LOCAL = ("127.0.0.1", "localhost", "[::1]", "::1")
_log = logging.getLogger("seminar_qa")
Problems: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": HTTPStatus(status).phrase} for status in (422, 503)
}


class CurrentEngine:
    """Holds the engine of the current generation and swaps it when another becomes current."""

    def __init__(self, settings: Settings):
        self._settings = settings
        self._engine: Engine | None = None
        self._refused = ""
        self._opening = threading.Lock()

    def get(self) -> Engine:
        """Return the engine to answer with.

        Raises IndexMissingError or IndexDamagedError when there is none; an engine that is open
        goes on answering when a newer generation cannot be opened.
        """
        engine = self._engine
        if engine is None:
            with self._opening:  # the first requests wait for one opening
                self._engine = engine = self._engine or Engine.open(self._settings)
        elif self._is_behind(engine) and self._opening.acquire(blocking=False):
            try:  # one request opens the new generation, the others answer from the old one
                self._engine = engine = Engine.open(self._settings)
            except (IndexUnavailableError, ModelError):
                self._refused = current_generation(self._settings.index)
                _log.exception("the newest index cannot be opened; answering from the one before")
            finally:
                self._opening.release()
        return engine

    def _is_behind(self, engine: Engine) -> bool:
        try:
            name = current_generation(self._settings.index)
        except IndexUnavailableError:
            return False
        return name not in (engine.manifest.generation, self._refused)


def create_app(settings: Settings, host: str = "127.0.0.1") -> FastAPI:
    """Return the service for the home in `settings`; the index is opened at the first request.

    `host` is what it will listen on. On a loopback address only requests for this machine are
    answered, so that no web page can reach the reports by a name of its own for 127.0.0.1.
    """
    app = FastAPIOffline(
        title="seminar-qa",
        version=seminar_qa.__version__,
        summary="Verbatim, checkable answers from a collection of reports.",
    )
    app.state.current = CurrentEngine(settings)
    app.include_router(router)
    app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=pages.web_folder() / "static"), name="static")
    app.add_exception_handler(SeminarQAError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_bug)
    app.add_middleware(BodyLimit, largest=LARGEST_BODY)
    app.middleware("http")(_add_headers)
    if host in _LOCAL:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*_LOCAL], www_redirect=False)
    return app


def current_engine(request: Request) -> Engine:
    """Return the engine for a request. Raises IndexUnavailableError when there is no index."""
    current: CurrentEngine = request.app.state.current
    return current.get()


CurrentEngineDependency = Annotated[Engine, Depends(current_engine)]
router = APIRouter()


@router.post("/ask", responses=Problems)
def ask(request: AskRequest, engine: CurrentEngineDependency) -> AskResponse:
    """Answer a question with quotations, or with an honest no."""
    reply = engine.ask(
        request.question,
        conversation=request.turns(),
        filters=request.restriction(),
        max_quotes=request.max_quotes,
        mode=request.mode,
    )
    return reply_view(reply, engine.manifest)


@router.get("/documents", responses={503: Problems[503]})
def documents(engine: CurrentEngineDependency) -> DocumentsView:
    """List the reports of the index, and the files that could not be read."""
    return documents_view(engine)


@router.get("/verify", responses=Problems)
def verify(
    engine: CurrentEngineDependency,
    document_id: str,
    start: Annotated[int, Query(ge=0)],
    end: Annotated[int, Query(ge=1)],
    quote_sha256: Annotated[str, Query(pattern="^[0-9a-f]{64}$")],
) -> VerifyView:
    """Tell what has become of a citation: unchanged, moved or gone."""
    status = engine.verify(document_id, start, end, quote_sha256)
    return VerifyView(status=status, generation=engine.manifest.generation)


@router.get("/healthz")
def healthz() -> HealthView:
    """Tell that the service is up."""
    return HealthView(status="ok")


@router.get("/readyz", responses={503: Problems[503]})
def readyz(engine: CurrentEngineDependency) -> HealthView:
    """Tell that the service can answer, and from which generation."""
    return HealthView(status="ready", generation=engine.manifest.generation)


class BodyLimit:
    """Refuses a request body that is too long before it is read into memory."""

    def __init__(self, app: ASGIApp, largest: int):
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 413."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = dict(scope["headers"]).get(b"content-length", b"")
        if length.isdigit() and int(length) > self._largest:
            await _problem(413, f"the body has over {self._largest:,} bytes")(scope, receive, send)
            return
        seen = 0

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._largest:
                raise HTTPException(413, f"the body has over {self._largest:,} bytes")
            return message

        await self._app(scope, limited, send)


async def _add_headers(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    response = await call_next(request)
    if not request.url.path.startswith(("/docs", "/redoc")):  # these carry scripts of their own
        response.headers.update(_SECURITY)
    return response


def _on_error(request: Request, error: Exception) -> Response:
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), 500)
    return _reply(request, status, str(error))


def _on_invalid(request: Request, error: Exception) -> Response:
    if request.method == "POST" and "json" not in request.headers.get("content-type", ""):
        return _reply(request, 422, "send JSON, with the header Content-Type: application/json")
    reasons = []
    found = error.errors() if isinstance(error, RequestValidationError) else []
    for entry in found[:5]:
        place = ".".join(str(part) for part in entry["loc"] if part != "body")
        reasons.append(f"{place}: {entry['msg']}" if place else entry["msg"])
    return _reply(request, 422, "; ".join(reasons))


def _on_http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 400:  # what FastAPI says of a body too deep to parse; it is malformed like others
        status = 422
    return _reply(request, status, str(getattr(error, "detail", "unknown")))


def _on_bug(request: Request, error: Exception) -> Response:
    _log.error("unexpected error", exc_info=error)
    return _reply(request, 500, "something went wrong here; the server's log says what")


def _reply(request: Request, status: int, detail: str) -> Response:
    """Answer an error as a page to a person's browser, as problem details to a program."""
    detail = detail.encode("utf-8", "backslashreplace").decode()  # it may name a lone surrogate
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        return pages.error_page(request, status, detail)
    return _problem(status, detail)


def _problem(status: int, detail: str) -> JSONResponse:
    problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail)
    return JSONResponse(
        problem.model_dump(), status_code=status, media_type="application/problem+json"
    )
