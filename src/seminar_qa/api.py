"""The HTTP service: JSON for programs, pages for people, one engine behind both."""

import asyncio
import hmac
import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.sse import EventSourceResponse, ServerSentEvent
from fastapi.staticfiles import StaticFiles
from fastapi_offline import FastAPIOffline
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import seminar_qa
from seminar_qa import pages
from seminar_qa.engine import Engine
from seminar_qa.errors import (
    DocumentsError,
    FilterError,
    IndexBusyError,
    IndexDamagedError,
    IndexUnavailableError,
    ModelError,
    NotFoundError,
    QuestionError,
    SeminarQAError,
)
from seminar_qa.index import current_generation
from seminar_qa.jobs import Jobs, ProcessRunner, Runner
from seminar_qa.settings import Settings
from seminar_qa.views import (
    AskRequest,
    AskResponse,
    DocumentsView,
    HealthView,
    IndexRunView,
    Problem,
    VerifyView,
    documents_view,
    reply_view,
    run_view,
)
from seminar_qa.watch import follow_folder

LARGEST_BODY = 2 * 1024 * 1024
"""A request's body has at most this many bytes."""
LOOK_EVERY = 1.0
"""So often it is looked whether another process has made a new generation, in seconds."""
_STATUS: tuple[tuple[type[SeminarQAError], int], ...] = (
    (QuestionError, 422),
    (FilterError, 422),
    (NotFoundError, 404),
    (IndexBusyError, 409),
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
    status: {"model": Problem, "description": HTTPStatus(status).phrase}
    for status in (401, 403, 409, 422, 503)
}


class CurrentEngine:
    """Holds the engine of the current generation and swaps it when another becomes current.

    `open_engine` opens the current generation, given the engine before it; `current` gives its
    name. The bytes of an index that is too large to be checked at once are checked while it answers
    already; when they are not as they were written, it answers no more.
    """

    def __init__(self, open_engine: Callable[[Engine | None], Engine], current: Callable[[], str]):
        self._open = open_engine
        self._current = current
        self._engine: Engine | None = None
        self._refused = ""
        self._damage = "", ""  # the name of a generation, and what is wrong with it
        self._opening = threading.Lock()

    @property
    def generation(self) -> str | None:
        """The generation that answers; None when none was opened yet."""
        engine = self._engine
        return engine.manifest.generation if engine else None

    def get(self) -> Engine:
        """Return the engine to answer with.

        Raises IndexMissingError or IndexDamagedError when there is none; an engine that is open
        goes on answering when a newer generation cannot be opened.
        """
        self.refresh()
        engine = self._engine
        if engine is None:
            with self._opening:  # the first requests wait for one opening
                self._engine = engine = self._engine or self._opened()
        damaged, why = self._damage
        if damaged == engine.manifest.generation:
            raise IndexDamagedError(why)
        return engine

    def refresh(self) -> None:
        """Open the current generation if another answers; at once when that is being done already.

        Whoever comes first opens it, the others answer from the old one meanwhile.
        """
        if self._newer() and self._opening.acquire(blocking=False):
            try:
                if name := self._newer():  # nobody has opened it in between
                    self._swap(name)
            finally:
                self._opening.release()

    def _newer(self) -> str:
        """Return the name of the current generation, "" when it answers or cannot."""
        try:
            name = self._current()
        except IndexUnavailableError:
            return ""
        return "" if name in (self.generation, self._refused) else name

    def _swap(self, name: str) -> None:
        try:
            self._engine = self._opened()
        except (IndexUnavailableError, ModelError) as error:
            self._refused = name
            _log.error("the newest index cannot be opened: %s", error)

    def _opened(self) -> Engine:
        engine = self._open(self._engine)
        if not engine.verified:
            threading.Thread(target=self._check, args=(engine,), daemon=True).start()
        return engine

    def _check(self, engine: Engine) -> None:
        try:
            engine.check_index()
        except IndexDamagedError as error:
            self._damage = engine.manifest.generation, str(error)
            _log.error("the index that answers is damaged: %s", error)


def create_app(
    settings: Settings,
    host: str = "127.0.0.1",
    *,
    watch: bool = False,
    runner: Runner | None = None,
    open_engine: Callable[[Engine | None], Engine] | None = None,
) -> FastAPI:
    """Return the service for the home in `settings`; the index is opened at the first request.

    `host` is what it will listen on. On a loopback address only requests for this machine are
    answered, so that no web page can reach the reports by a name of its own for 127.0.0.1. With
    `watch` it follows the folder of reports while it is up; `runner` does the index runs, in a
    process of their own if none is given, and `open_engine` opens the current generation, given the
    engine before it.
    """
    opener = open_engine or partial(Engine.open, settings)
    current = CurrentEngine(opener, partial(current_generation, settings.index))
    jobs = Jobs(runner or ProcessRunner(settings), finished=current.refresh)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        stop = threading.Event()
        follower = threading.Thread(target=_follow, args=(settings, jobs, stop), daemon=True)
        looking = asyncio.create_task(_look_for_others(current, jobs))
        if watch:
            follower.start()
        yield
        stop.set()
        looking.cancel()
        await run_in_threadpool(jobs.close)
        if watch:
            await run_in_threadpool(follower.join)

    app = FastAPIOffline(
        title="seminar-qa",
        version=seminar_qa.__version__,
        summary="Verbatim, checkable answers from a collection of reports.",
        lifespan=lifespan,
    )
    app.state.current = current
    app.state.jobs = jobs
    app.state.organiser_token = settings.organiser_token
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


def check_organiser(
    request: Request,
    given: Annotated[
        HTTPAuthorizationCredentials | None,
        Depends(HTTPBearer(auto_error=False, description="The organiser's token.")),
    ],
) -> None:
    """Let only the organiser pass: 403 when there is no token to show, 401 for a wrong one."""
    token = request.app.state.organiser_token
    if token is None:
        raise HTTPException(
            403,
            "index runs cannot be started here: set SEMINAR_QA_ORGANISER_TOKEN, or organiser_token "
            "in seminar-qa.toml, and start the server again",
        )
    shown = given.credentials.encode("latin-1", "replace") if given else b""
    if not hmac.compare_digest(shown, token.get_secret_value().encode()):
        raise HTTPException(
            401,
            "send the organiser's token, with the header Authorization: Bearer …",
            headers={"WWW-Authenticate": "Bearer"},
        )


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


@router.post(
    "/index",
    status_code=202,
    dependencies=[Depends(check_organiser)],
    responses={status: Problems[status] for status in (401, 403, 409)},
)
async def start_run(request: Request, response: Response, force: bool = False) -> IndexRunView:
    """Start an index run and return at once; `force` makes the index anew.

    One at a time: while a run is at work the answer is 409.
    """
    request.app.state.jobs.start(force=force)
    response.headers["Location"] = "/index"
    return _run_view(request.app)


@router.get("/index")
async def index_run(request: Request) -> IndexRunView:
    """Tell how the index run goes, or how the last one went."""
    return _run_view(request.app)


@router.get("/index/events", response_class=EventSourceResponse)
async def index_events(request: Request) -> AsyncIterator[ServerSentEvent]:
    """Tell the same as `GET /index`, now and after each change, as server-sent events.

    An event is named after the `status`. A listener that is slow gets fewer events, and always the
    newest one.
    """
    async for _ in request.app.state.jobs.states():
        view = _run_view(request.app)
        yield ServerSentEvent(event=view.status, data=view)


@router.get("/healthz")
async def healthz() -> HealthView:
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


def _run_view(app: FastAPI) -> IndexRunView:
    return run_view(app.state.jobs.state, app.state.current.generation)


async def _look_for_others(current: CurrentEngine, jobs: Jobs) -> None:
    """Take up what other processes have indexed, and tell the listeners when it answers."""
    told = current.generation
    while True:
        await asyncio.sleep(LOOK_EVERY)
        await run_in_threadpool(current.refresh)
        if current.generation != told:
            told = current.generation
            jobs.wake()


def _follow(settings: Settings, jobs: Jobs, stop: threading.Event) -> None:
    """Follow the folder of reports until it is told to stop."""

    def run() -> bool:
        went_well = jobs.run()
        if not went_well and not stop.is_set():
            _log.warning("the index run failed: %s", jobs.state.error)
        return went_well

    try:
        follow_folder(
            settings.documents,
            run,
            stop,
            settle=settings.watch_settle,
            polling=settings.watch_polling,
        )
    except DocumentsError as error:
        _log.error("%s", error)


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
    reply = _reply(request, status, str(getattr(error, "detail", "unknown")))
    reply.headers.update(getattr(error, "headers", None) or {})
    return reply


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
