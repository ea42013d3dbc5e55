"""The organiser's pages: signing in, what the collection holds, and changing it.

They work where there is no index yet and where it is damaged, for that is when they are needed.
Every form works without JavaScript.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect

from seminar_qa.engine import Engine
from seminar_qa.errors import (
    IndexUnavailableError,
    ModelError,
    UploadConflictError,
    UploadDiskError,
    UploadError,
    UploadTooLargeError,
)
from seminar_qa.guards import check_same_origin, own_address
from seminar_qa.jobs import State
from seminar_qa.removals import find_removable, list_removed, remove_report
from seminar_qa.rendering import render
from seminar_qa.sessions import (
    check_signed_in,
    end_session,
    give_session,
    is_token,
    organiser_token,
)
from seminar_qa.settings import Settings
from seminar_qa.uploads import put_report
from seminar_qa.views import DocumentsView, DocumentView, documents_view, how_read
from seminar_qa.waiting import Waiting, find_waiting

HOME = "/organiser"
UPLOADS = f"{HOME}/reports"
"""Where files are sent to; the one address that takes large bodies."""
MOST_FILES = 200
"""So many files may be sent at a time."""
SHOWN = 100
"""So many reports are listed on a page."""
SIGN_INS = 10
"""So often a client may try to sign in within a minute."""
_NOT_KEPT = {"Cache-Control": "no-store"}
_STATUS = {"added": 201, "replaced": 201, "there": 200}
REFUSED: tuple[tuple[type[UploadError], int], ...] = (
    (UploadTooLargeError, 413),
    (UploadConflictError, 409),
    (UploadDiskError, 507),
    (UploadError, 422),
)
"""The status of each error with a file; the first that fits."""
_CHANGES = ("added", "changed", "renamed", "deleted")
HOW_TO_SET = "export SEMINAR_QA_ORGANISER_TOKEN=$(openssl rand -hex 32)\nseminar-qa serve"

router = APIRouter(prefix=HOME, default_response_class=HTMLResponse, include_in_schema=False)
_OWN_FORM = Depends(check_same_origin)
_SIGNED_IN = Depends(check_signed_in)


@dataclass(frozen=True)
class Sent:
    """What became of a file that was sent: `outcome` is that of `Uploaded`, "taken" or "refused".

    `detail` says why it was refused; `status` is HTTP's.
    """

    name: str
    outcome: str
    status: int
    path: str = ""
    size: int = 0
    sha256: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Collection:
    """What is known of the collection: `listing` is None without an index, `problem` says why."""

    engine: Engine | None
    listing: DocumentsView | None
    waiting: Waiting
    problem: str = ""

    @classmethod
    def of(cls, request: Request) -> "Collection":
        """Look at the index and at the folder."""
        settings: Settings = request.app.state.settings
        try:
            engine: Engine = request.app.state.current.get()
        except (IndexUnavailableError, ModelError) as error:
            return cls(None, None, find_waiting(settings.documents, None), str(error))
        waiting = find_waiting(settings.documents, engine.manifest)
        return cls(engine, documents_view(engine), waiting)

    def named(self, name: str) -> list[DocumentView]:
        """Return the reports with `name` in their path or title, in order of path."""
        wanted = name.casefold()
        listed = self.listing.documents if self.listing else []
        found = (r for r in listed if wanted in f"{r.path}\n{r.title or ''}".casefold())
        return sorted(found, key=lambda report: report.path)


@router.get("", dependencies=[_SIGNED_IN])
def overview(
    request: Request,
    name: Annotated[str, Query(max_length=500)] = "",
    first: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Show the collection; `name` restricts the reports listed, of which `first` are left out."""
    return _overview(request, name=name.strip(), first=first)


@router.post("/sign-in", dependencies=[_OWN_FORM])
def sign_in(
    request: Request,
    token: Annotated[str, Form(max_length=1_000)] = "",
    here: Annotated[str, Form()] = HOME,
) -> Response:
    """Give the cookie to whoever shows the token, and go on to the page `here`."""
    request.app.state.limiter.check(request, "sign-ins", SIGN_INS)
    if not is_token(organiser_token(request), token.encode("utf-8", "replace")):
        return sign_in_page(request, 401, here, wrong=True)
    response = RedirectResponse(own_address(here, HOME), 303)
    give_session(request, response)
    return response


@router.post("/sign-out", dependencies=[_OWN_FORM])
def sign_out() -> Response:
    """Take the cookie away."""
    response = RedirectResponse("/", 303)
    end_session(response)
    return response


@router.post("/reports", dependencies=[_OWN_FORM, _SIGNED_IN])
async def add_reports(request: Request) -> Response:
    """Put the files that are sent as `files` among the reports; `replace` lets them replace others.

    The body is read here and not by a parameter, so that nobody sends files who is not signed in.
    A program is told of each file in JSON.
    """
    settings: Settings = request.app.state.settings
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise UploadError("send files as a form does, with Content-Type: multipart/form-data")
    try:
        async with request.form(max_files=MOST_FILES, max_fields=10) as form:
            files = [file for file in form.getlist("files") if isinstance(file, UploadFile)]
            replace = bool(form.get("replace"))
            sent = [
                await run_in_threadpool(_put, settings, file, replace)
                for file in files
                if file.filename
            ]
    except ClientDisconnect:
        return Response(status_code=400)  # nobody is there to read it
    except OSError as error:
        raise UploadDiskError(
            f"what was sent cannot be kept ({error.strerror}); make room on the disk"
        ) from error
    if not sent:
        raise UploadError("no file was sent; choose at least one")
    status = max(result.status for result in sent)
    if "text/html" not in request.headers.get("accept", ""):
        return JSONResponse([vars(result) for result in sent], status)
    if status < 400:
        return RedirectResponse(f"{HOME}#waiting", 303)
    return await run_in_threadpool(_overview, request, status, sent=sent)


@router.get("/removals", dependencies=[_SIGNED_IN])
def ask_to_remove(request: Request, path: Annotated[str, Query(max_length=5_000)]) -> Response:
    """Show what would be removed, and ask."""
    settings: Settings = request.app.state.settings
    found = find_removable(settings.documents, path)
    return _own(render(request, "removal.html", file=found))


@router.post("/removals", dependencies=[_OWN_FORM, _SIGNED_IN])
def remove(
    request: Request,
    path: Annotated[str, Form(max_length=5_000)],
    sha256: Annotated[str, Form(pattern="^[0-9a-f]{64}$")],
) -> Response:
    """Move a file out of the folder of reports."""
    settings: Settings = request.app.state.settings
    remove_report(settings.home, settings.documents, path, sha256)
    return RedirectResponse(f"{HOME}#removed", 303)


@router.post("/runs", dependencies=[_OWN_FORM, _SIGNED_IN])
async def start_run(request: Request, force: Annotated[bool, Form()] = False) -> Response:
    """Start an index run, and show how it goes."""
    request.app.state.jobs.start(force=force)
    return RedirectResponse(f"{HOME}#index", 303)


def asks_to_sign_in(request: Request, status: int) -> bool:
    """Tell whether a person gets the page to sign in for an error, and not that of the error."""
    nobody_can = request.app.state.organiser_token is None
    return request.url.path.startswith(HOME) and (status == 401 or (status == 403 and nobody_can))


def sign_in_page(
    request: Request, status: int, here: str = "", *, wrong: bool = False
) -> HTMLResponse:
    """Ask for the token, to go on to the page `here` then, or to the one that was asked for."""
    if request.method == "GET":
        query = request.url.query
        here = here or request.url.path + (f"?{query}" if query else "")
    context = {"next": own_address(here, HOME), "wrong": wrong, "how_to_set": HOW_TO_SET}
    return _own(render(request, "sign_in.html", status, **context))


def _overview(
    request: Request,
    status: int = 200,
    *,
    name: str = "",
    first: int = 0,
    sent: list[Sent] | None = None,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    found = Collection.of(request)
    reports = found.named(name)
    shown = reports[first : first + SHOWN]
    state: State = request.app.state.jobs.state
    changes = state.result.changes if state.result else {}
    context = {
        "collection": found,
        "waiting": found.waiting,
        "reports": [(report, list(how_read(report))) for report in shown],
        "present": {file.path for file in found.waiting.files},
        "matching": len(reports),
        "name": name,
        "first": first,
        "next": first + SHOWN if first + SHOWN < len(reports) else 0,
        "before": max(0, first - SHOWN) if first else None,
        "sent": sent or [],
        "removed": list_removed(settings.home),
        "run": state,
        "counts": {name: changes[name].count if name in changes else 0 for name in _CHANGES},
        "shown": SHOWN,
        "largest": settings.largest_upload,
    }
    return _own(render(request, "organiser.html", status, **context))


def _put(settings: Settings, file: UploadFile, replace: bool) -> Sent:
    name = (file.filename or "").encode("utf-8", "backslashreplace").decode()
    try:
        done = put_report(
            settings.home,
            settings.documents,
            name,
            file.file,
            largest=settings.largest_upload,
            replace=replace,
        )
    except UploadError as error:
        taken = isinstance(error, UploadConflictError)
        status = next(code for kind, code in REFUSED if isinstance(error, kind))
        return Sent(name, "taken" if taken else "refused", status, detail=str(error))
    return Sent(name, done.outcome, _STATUS[done.outcome], done.path, done.size, done.sha256)


def _own(page: HTMLResponse) -> HTMLResponse:
    """Let no browser keep a page of the organiser."""
    page.headers.update(_NOT_KEPT)
    return page
