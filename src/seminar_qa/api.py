"""The HTTP service: JSON for programs, pages for people, one engine behind both."""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
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
from seminar_qa import feedback_pages, organiser_pages, pages, source_pages, takeaway_pages
from seminar_qa.engine import Engine
from seminar_qa.errors import (
    DocumentsError,
    FeedbackError,
    FilterError,
    IndexBusyError,
    IndexDamagedError,
    IndexMissingError,
    IndexRunError,
    IndexUnavailableError,
    ModelError,
    NotFoundError,
    NotReadError,
    QuestionError,
    SeminarQAError,
)
from seminar_qa.guards import Limiter, check_questions
from seminar_qa.index import current_generation
from seminar_qa.jobs import Jobs, ProcessRunner, Runner
from seminar_qa.manifest import CURE
from seminar_qa.page_images import PageImages
from seminar_qa.rendering import web_folder
from seminar_qa.sessions import is_token
from seminar_qa.settings import Settings
from seminar_qa.suggestions import Suggestions
from seminar_qa.uploads import MIB
from seminar_qa.views import (
    LARGEST_PLACE,
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
"""A request's body has at most this many bytes, unless it brings reports."""
LOOK_EVERY = 1.0
"""So often it is looked whether another process has made a new generation, in seconds."""
RETRY = 30.0
"""A generation that could not be opened is tried again after so many seconds."""
_STATUS: tuple[tuple[type[SeminarQAError], int], ...] = (
    (QuestionError, 422),
    (FilterError, 422),
    (NotFoundError, 404),
    (NotReadError, 503),
    *organiser_pages.REFUSED,
    (IndexBusyError, 409),
    (IndexRunError, 503),
    (IndexUnavailableError, 503),
    (ModelError, 503),
    (FeedbackError, 503),
)
_SECURITY = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'self'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
_LOCAL = ("127.0.0.1", "localhost", "[::1]", "::1")
_log = logging.getLogger("seminar_qa")
Problems: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": HTTPStatus(status).phrase}
    for status in (401, 403, 409, 422, 429, 503)
}


@dataclass(frozen=True)
class _Failure:
    """Why a generation cannot answer, and when it is tried again."""

    error: SeminarQAError
    again_at: float

    def told(self) -> SeminarQAError:
        """Return the error anew, for a thread of its own to raise."""
        return type(self.error)(str(self.error))


class CurrentEngine:
    """Holds the engine of the current generation and swaps it when another becomes current.

    `open_engine` opens the current generation, given the engine before it; `current` gives its
    name. Only the very first engine may answer while the bytes of an index that is too large to be
    checked at once are still being checked; of every later one they are checked while the one
    before it answers. What fails is tried again after `RETRY` seconds.
    """

    def __init__(self, open_engine: Callable[[Engine | None], Engine], current: Callable[[], str]):
        self._open = open_engine
        self._current = current
        self._engine: Engine | None = None
        self._failed: dict[str, _Failure] = {}  # by generation
        self._opening = threading.Lock()

    @property
    def generation(self) -> str | None:
        """The generation that answers; None when none was opened yet or it was found damaged."""
        engine = self._engine
        name = engine.manifest.generation if engine else None
        return None if name in self._failed else name

    def get(self) -> Engine:
        """Return the engine to answer with, which waits for nothing but the very first opening.

        Raises IndexUnavailableError or ModelError when there is none, or when the one that answered
        was found damaged; `refresh` then opens what comes after it.
        """
        engine = self._engine or self._first()
        if failure := self._failed.get(engine.manifest.generation):
            raise failure.told()
        return engine

    def refresh(self, *, wait: bool = False) -> None:
        """Open the current generation, and check it, if it is not the one that answers.

        The one before goes on answering, for good when the newer one cannot be opened. Returns at
        once when another thread is opening it, or has failed to not long ago; not so with `wait`.
        """
        if self._due(wait) and self._opening.acquire(blocking=wait):
            try:
                if name := self._due(wait):  # nobody has opened it in between
                    self._swap(name)
            finally:
                self._opening.release()

    def _first(self) -> Engine:
        name = self._current()
        if failure := self._failed.get(name):
            raise failure.told()
        with self._opening:  # the first requests wait for one opening
            if self._engine is None and name not in self._failed:
                self._swap(name)
            if engine := self._engine:
                return engine
            raise self._failed[name].told()

    def _due(self, again: bool) -> str:
        """Return the name of the current generation if it is to be opened now, "" if not.

        One that failed is to be opened `again`, or after a while.
        """
        try:
            name = self._current()
        except IndexUnavailableError:
            return ""
        failure = self._failed.get(name)
        if failure is None:
            return "" if name == self.generation else name
        return name if again or time.monotonic() >= failure.again_at else ""

    def _swap(self, name: str) -> None:
        """Open the current generation; remember under its `name` why it cannot be."""
        before = self._engine
        try:
            engine = self._open(before)
            if before and not engine.verified:
                engine.check_index()
            self._engine, self._failed = engine, {}
            if not before and not engine.verified:
                threading.Thread(target=self._check, args=(engine,), daemon=True).start()
        except Exception as error:
            self._fail(name, "the newest index cannot be opened", error)

    def _check(self, engine: Engine) -> None:
        try:
            engine.check_index()
        except Exception as error:
            self._fail(engine.manifest.generation, "the index that answers is damaged", error)

    def _fail(self, name: str, what: str, error: Exception) -> None:
        told = error
        if not isinstance(told, IndexUnavailableError | ModelError):
            why = error if isinstance(error, OSError) else "the server's log says why"
            told = IndexDamagedError(
                f"the index {name} cannot be used ({why}); if so again, {CURE}"
            )
        if name not in self._failed:  # it is logged once, however often it is tried
            _log.error("%s: %s", what, told, exc_info=None if told is error else error)
        self._failed[name] = _Failure(told, time.monotonic() + RETRY)


class Follower:
    """Follows the folder of reports in a thread of its own, and tells whether it does."""

    def __init__(self, settings: Settings, jobs: Jobs):
        self.problem: str | None = "the server was started without --watch"
        """Why the folder is not followed; None while it is."""
        self._settings = settings
        self._jobs = jobs
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self.problem = None
        self._thread.start()

    def stop(self) -> None:
        """Follow no longer."""
        self._stop.set()

    def join(self) -> None:
        """Wait until it has ended, if it was begun."""
        if self._thread.ident is not None:
            self._thread.join()

    def _follow(self) -> None:
        try:
            follow_folder(
                self._settings.documents,
                self._run,
                self._stop,
                settle=self._settings.watch_settle,
                polling=self._settings.watch_polling,
            )
            self.problem = "the server is ending"
        except DocumentsError as error:
            self.problem = str(error)
            _log.error("%s", error)
        except Exception as error:
            self.problem = (
                f"following the folder ended by an error ({error}); start the server again"
            )
            _log.exception("the folder of reports is followed no longer")
        self._jobs.wake()

    def _run(self) -> bool:
        try:
            went_well = self._jobs.run()
            why = self._jobs.state.error
        except IndexBusyError:
            raise
        except IndexRunError as error:
            went_well, why = False, str(error)
        if why and not went_well and not self._jobs.is_closed:
            _log.warning("the index run failed: %s", why)
        return went_well


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
    finished = partial(current.refresh, wait=True)
    jobs = Jobs(runner or ProcessRunner(settings), finished=finished)
    follower = Follower(settings, jobs)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        looking = asyncio.create_task(_look_for_others(current, jobs))
        if watch:
            follower.start()
        yield
        app.state.suggestions.close()
        follower.stop()
        looking.cancel()
        await run_in_threadpool(jobs.close)
        await run_in_threadpool(follower.join)

    app = FastAPIOffline(
        title="seminar-qa",
        version=seminar_qa.__version__,
        summary="Verbatim, checkable answers from a collection of reports.",
        lifespan=lifespan,
    )
    app.state.current = current
    app.state.jobs = jobs
    app.state.follower = follower
    app.state.organiser_token = settings.organiser_token
    app.state.settings = settings
    app.state.limiter = Limiter()
    app.state.suggestions = Suggestions()
    app.state.page_images = PageImages()
    app.include_router(router)
    app.include_router(pages.router)
    app.include_router(source_pages.router)
    app.include_router(takeaway_pages.router)
    app.include_router(feedback_pages.router)
    app.include_router(organiser_pages.router)
    app.mount("/static", StaticFiles(directory=web_folder() / "static"), name="static")
    app.add_exception_handler(SeminarQAError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_bug)
    uploads = settings.largest_upload * MIB + LARGEST_BODY
    app.add_middleware(BodyLimit, largest=LARGEST_BODY, others={organiser_pages.UPLOADS: uploads})
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
    if not is_token(token.get_secret_value(), shown):
        raise HTTPException(
            401,
            "send the organiser's token, with the header Authorization: Bearer …",
            headers={"WWW-Authenticate": "Bearer"},
        )


CurrentEngineDependency = Annotated[Engine, Depends(current_engine)]
router = APIRouter()


@router.post("/ask", responses=Problems, dependencies=[Depends(check_questions)])
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
    start: Annotated[int, Query(ge=0, le=LARGEST_PLACE)],
    end: Annotated[int, Query(ge=1, le=LARGEST_PLACE)],
    quote_sha256: Annotated[str, Query(pattern="^[0-9a-f]{64}$")],
) -> VerifyView:
    """Tell what has become of a citation: unchanged, moved or gone."""
    status = engine.verify(document_id, start, end, quote_sha256)
    return VerifyView(status=status, generation=engine.manifest.generation)


@router.post(
    "/index",
    status_code=202,
    dependencies=[Depends(check_organiser)],
    responses={status: Problems[status] for status in (401, 403, 409, 503)},
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
    """Refuses a request body that is too long before it is read into memory.

    `largest` is the limit in bytes; `others` has the limits of paths that have their own.
    """

    def __init__(self, app: ASGIApp, largest: int, others: dict[str, int]):
        self._app = app
        self._largest = largest
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 413."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        largest = self._others.get(scope["path"], self._largest)
        too_long = f"what was sent has over {largest:,} bytes; send less at a time"
        length = dict(scope["headers"]).get(b"content-length", b"")
        if length.isdigit() and int(length) > largest:
            await _reply(Request(scope), 413, too_long)(scope, receive, send)
            return
        seen = 0

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > largest:
                raise HTTPException(413, too_long)
            return message

        await self._app(scope, limited, send)


def _run_view(app: FastAPI) -> IndexRunView:
    state = app.state
    return run_view(state.jobs.state, state.current.generation, state.follower.problem)


async def _look_for_others(current: CurrentEngine, jobs: Jobs) -> None:
    """Take up what other processes have indexed, and tell the listeners when it answers."""
    told = current.generation
    while True:
        await asyncio.sleep(LOOK_EVERY)
        try:
            await run_in_threadpool(current.refresh)
        except Exception:
            _log.exception("it could not be looked for another index; it is tried again")
        if current.generation != told:
            told = current.generation
            jobs.wake()


async def _add_headers(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    response = await call_next(request)
    if not request.url.path.startswith(("/docs", "/redoc")):  # these carry scripts of their own
        for name, value in _SECURITY.items():
            response.headers.setdefault(name, value)
    return response


def _on_error(request: Request, error: Exception) -> Response:
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), 500)
    kind = "missing" if isinstance(error, IndexMissingError) else "damaged"
    return _reply(
        request, status, str(error), kind if isinstance(error, IndexUnavailableError) else ""
    )


def _on_invalid(request: Request, error: Exception) -> Response:
    sent = request.headers.get("content-type", "")
    if request.method == "POST" and not any(kind in sent for kind in ("json", "form")):
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
    headers = getattr(error, "headers", None) or {}
    again = int(headers.get("Retry-After", 0))
    reply = _reply(request, status, str(getattr(error, "detail", "unknown")), again=again)
    reply.headers.update(headers)
    return reply


def _on_bug(request: Request, error: Exception) -> Response:
    _log.error("unexpected error", exc_info=error)
    return _reply(request, 500, "something went wrong here; the server's log says what")


def _reply(request: Request, status: int, detail: str, kind: str = "", again: int = 0) -> Response:
    """Answer an error as a page to a person's browser, as problem details to a program."""
    detail = detail.encode("utf-8", "backslashreplace").decode()  # it may name a lone surrogate
    if "text/html" in request.headers.get("accept", ""):
        if organiser_pages.asks_to_sign_in(request, status):
            return organiser_pages.sign_in_page(request, status)
        return pages.error_page(request, status, detail, kind, again)
    return _problem(status, detail)


def _problem(status: int, detail: str) -> JSONResponse:
    problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail)
    return JSONResponse(
        problem.model_dump(), status_code=status, media_type="application/problem+json"
    )
