"""The command `seminar-qa`. A command parses, calls and prints; heavy modules load when it runs.

Exit codes: 0 done, 1 an error that was told in one sentence, 2 wrong usage, 3 done but some files
could not be read, 4 measured worse than an earlier run.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from seminar_qa import __version__
from seminar_qa.errors import SeminarQAError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.table import Table

    from seminar_qa.comparison import Comparison
    from seminar_qa.engine import Engine
    from seminar_qa.evaluation import Evaluation
    from seminar_qa.ingest import Outcome
    from seminar_qa.settings import Settings
    from seminar_qa.sync import Difference
    from seminar_qa.views import AskResponse, QuoteView

SOME_UNREAD = 3
WORSE = 4
_LEAVE_SECONDS = 10
"""So long a server that is told to end waits for readers whose answers are under way."""
KIND_COLUMNS = {
    "all": "questions",
    "hit@1": "quote_hit@1",
    "hit@3": "quote_hit@3",
    "F1": "answer_f1",
    "missed": "missed_answers_balanced",
    "false": "false_answers_balanced",
}
"""What is shown for each kind of question, and the measure it is."""
app = typer.Typer(
    help="Verbatim, checkable answers from a collection of reports.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def main() -> None:
    """Run the command; an error of ours ends it with one sentence."""
    try:
        app()
    except SeminarQAError as error:
        typer.echo(f"seminar-qa: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"seminar-qa {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Verbatim, checkable answers from a collection of reports.

    The home is the working directory or SEMINAR_QA_HOME: reports in documents/, index in index/.
    """


@app.command(epilog="Example: seminar-qa index --dry-run")
def index(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Build the index anew even if nothing changed.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Do it again whenever documents/ changes.")
    ] = False,
    json: Json = False,
) -> None:
    """Bring the index up to date with documents/."""
    from seminar_qa.ingest import build_index, compare
    from seminar_qa.settings import load_settings

    settings = load_settings()
    if watch and dry_run:
        raise typer.BadParameter("--watch and --dry-run do not go together")
    if watch:
        _index_on_change(settings, force, json)
        return
    if dry_run:
        difference = compare(settings, force=force)
        _print_json(asdict(difference)) if json else _print_difference(difference)
        return
    with _told_when_ended(settings.index), _RichProgress(_console(stderr=True)) as progress:
        outcome = build_index(settings, progress, force=force)
    _print_json(asdict(outcome)) if json else _print_outcome(outcome)
    if outcome.unread or outcome.stale:
        raise typer.Exit(SOME_UNREAD)


@contextmanager
def _told_when_ended(folder: Path) -> Iterator[None]:
    """Let SIGTERM end a run in good order; say what answers when this or Ctrl+C has ended one."""
    import signal

    from seminar_qa.errors import IndexUnavailableError
    from seminar_qa.index import current_generation

    def end(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_IGN)  # what is being cleared up is cleared up
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        try:
            stands = f"generation {current_generation(folder)} answers"
        except IndexUnavailableError as error:
            stands = str(error)
        again = "another run goes on where this one was"
        typer.echo(f"seminar-qa: the run was ended; {stands}; {again}", err=True)
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


def _index_on_change(settings: "Settings", force: bool, json: bool) -> None:
    """Index now and after each change of documents/, until Ctrl+C or SIGTERM."""
    import signal
    import threading

    from seminar_qa.errors import IndexBusyError
    from seminar_qa.ingest import build_index
    from seminar_qa.watch import follow_folder

    anew, said = force, ""

    def run() -> bool:
        nonlocal anew, said
        before = said
        try:
            with _RichProgress(_console(stderr=True)) as progress:
                outcome = build_index(settings, progress, force=anew)
        except SeminarQAError as error:
            said = str(error)
            if said != before:
                typer.echo(f"seminar-qa: {said}", err=True)
            if isinstance(error, IndexBusyError):
                raise
            return False
        anew, said = False, outcome.generation
        if said != before:
            _print_json(asdict(outcome), indent=None) if json else _print_outcome(outcome)
            sys.stdout.flush()
        return not outcome.again

    stop = threading.Event()

    def end(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_IGN)  # what is being cleared up is cleared up
        stop.set()  # what is raised is lost where Python ignores exceptions, as in a destructor
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    with suppress(KeyboardInterrupt):
        follow_folder(
            settings.documents,
            run,
            stop,
            settle=settings.watch_settle,
            polling=settings.watch_polling,
        )
    typer.echo("seminar-qa: documents/ is followed no longer", err=True)


@app.command(epilog="Example: seminar-qa rollback")
def rollback(json: Json = False) -> None:
    """Let the generation of the index before the current one answer again.

    The next index run follows documents/ again.
    """
    from seminar_qa.ingest import roll_back
    from seminar_qa.settings import load_settings
    from seminar_qa.views import index_view

    view = index_view(roll_back(load_settings()))
    if json:
        _print_json(view.model_dump())
        return
    holds = f"{_count(view.documents, 'report')}, {_count(view.passages, 'passage')}"
    typer.echo(f"answering from: generation {view.generation}, built {view.built_at}, {holds}")


@app.command(epilog='Example: seminar-qa ask "How many people attended the seminar?"')
def ask(
    question: Annotated[str, typer.Argument(help="The question; - reads it from standard input.")],
    max_quotes: Annotated[int, typer.Option(min=1, max=20, help="Most quotations.")] = 3,
    document: Annotated[
        list[str] | None, typer.Option(help="Only this report, by its id; may be repeated.")
    ] = None,
    speaker: Annotated[
        list[str] | None, typer.Option(help="Only what this person said; may be repeated.")
    ] = None,
    after: Annotated[str | None, typer.Option(help="Only reports of this day or later.")] = None,
    before: Annotated[str | None, typer.Option(help="Only reports of this day or before.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Answer only when very sure.")] = False,
    json: Json = False,
) -> None:
    """Answer one question with quotations, or with an honest no."""
    from seminar_qa.engine import Engine
    from seminar_qa.settings import load_settings
    from seminar_qa.views import make_filters, reply_view

    text = sys.stdin.read() if question == "-" else question
    filters = make_filters(document or [], speaker or [], after, before)
    engine = _checked(Engine.open(load_settings()))
    mode: Literal["balanced", "strict"] = "strict" if strict else "balanced"
    reply = engine.ask(text, max_quotes=max_quotes, mode=mode, filters=filters)
    view = reply_view(reply, engine.manifest)
    if json:
        _print_json(view.model_dump(mode="json"))
    else:
        _print_reply(view, reply.lacking.sentences)


@app.command(epilog="Example: seminar-qa serve --port 8080")
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8000,
    watch: Annotated[
        bool, typer.Option("--watch", help="Also index whenever documents/ changes.")
    ] = False,
    json: Json = False,
) -> None:
    """Serve the chat and POST /ask. Prints the address when it is ready."""
    import socket

    import uvicorn

    from seminar_qa.api import create_app
    from seminar_qa.errors import IndexUnavailableError, ModelError, SettingsError
    from seminar_qa.settings import load_settings

    if not host:
        raise SettingsError("--host is empty; give an address such as 127.0.0.1")
    service = create_app(load_settings(), host, watch=watch)
    try:
        documents = service.state.current.get().manifest.documents
        ready = _count(documents, "report")
    except (IndexUnavailableError, ModelError) as error:
        ready = f"not ready: {error}"
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        raise SettingsError(
            f"cannot listen on {host}:{port} ({error.strerror}); choose another with --port"
        ) from error
    name = f"[{host}]" if ":" in host else host
    url = f"http://{name}:{listener.getsockname()[1]}"
    if json:
        _print_json({"url": url, "status": ready})
    else:
        typer.echo(f"seminar-qa: {url} ({ready}); stop with Ctrl+C")
    sys.stdout.flush()

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            service.state.jobs.end()  # pages that follow the runs would keep it open
            await super().shutdown(sockets)

    config = uvicorn.Config(
        service,
        log_level="warning",
        h11_max_incomplete_event_size=256 * 1024,
        timeout_graceful_shutdown=_LEAVE_SECONDS,
    )
    Server(config).run(sockets=[listener])


@app.command(epilog="Example: seminar-qa feedback --export questions.jsonl")
def feedback(
    export: Annotated[
        Path | None,
        typer.Option(
            help="Write what is known to be right as a file of questions; - to standard output.",
            allow_dash=True,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Say what readers said of the answers; --export makes a file for seminar-qa evaluate."""
    from seminar_qa.errors import FeedbackError
    from seminar_qa.feedback import FeedbackStore, as_questions
    from seminar_qa.settings import load_settings
    from seminar_qa.views import to_json

    given = FeedbackStore(load_settings().home).listed()
    questions = list(as_questions(given))
    lines = [to_json(row, indent=None) for row in questions]
    if export == Path("-"):
        typer.echo("\n".join(lines), nl=bool(lines))
        return
    if export:
        try:
            export.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        except OSError as error:
            raise FeedbackError(f"{export} cannot be written: {error}") from error
    if json:
        entries = [asdict(entry) for entry in given]
        _print_json({"feedback": entries, "questions": questions})
        return
    console = _console()
    for entry in given:
        console.print(f"{entry.given_at}  {entry.verdict:<8} {entry.question}", markup=False)
        for told in filter(None, (entry.quote, entry.note)):
            console.print(f"    {told}", markup=False)
    if export:
        console.print(f"{export}: {_count(len(questions), 'question')}", markup=False)
    elif not given:
        console.print("no reader has said anything yet")


@app.command(epilog="Example: seminar-qa status --json")
def status(json: Json = False) -> None:
    """Say what the index holds, what could not be read, and whether it is up to date."""
    from seminar_qa.errors import DocumentsError
    from seminar_qa.index import PassageIndex
    from seminar_qa.ingest import compare
    from seminar_qa.settings import load_settings
    from seminar_qa.views import document_view, how_read, index_view

    settings = load_settings()
    opened = PassageIndex.open(settings.index)
    manifest = opened.manifest
    difference, problem = None, ""
    try:
        difference = compare(settings)
    except DocumentsError as error:
        problem = str(error)
    characters = opened.records.characters()
    files = [document_view(d, characters[d.id]) for d in opened.records.documents()]
    nothing = dict.fromkeys(type(files[0]).model_fields)
    report: dict[str, Any] = {
        "home": str(settings.home),
        "index": index_view(manifest).model_dump(),
        "up_to_date": difference is not None and not difference,
        "problem": problem or None,
        "difference": asdict(difference) if difference else None,
        "unread_pages": manifest.unread_pages,
        "files": [{"status": "read", "reason": None, **file.model_dump()} for file in files]
        + [
            {**nothing, "status": status, "path": entry.path, "reason": entry.reason}
            for status, entries in (("unread", manifest.unread), ("stale", manifest.stale))
            for entry in entries
        ]
        + [
            {**nothing, "status": "copy", "path": path, "reason": f"{path}: same as {first}"}
            for path, first in manifest.copies.items()
        ],
        "libraries": manifest.libraries,
    }
    told = {file.path: list(how_read(file)) for file in files}
    _print_json(report) if json else _print_status(report, told)


@app.command(epilog="Example: seminar-qa text documents/report.pdf --json")
def text(
    file: Annotated[Path, typer.Argument(help="A file, in documents/ or elsewhere.")],
    json: Json = False,
) -> None:
    """Print what is read of a file; with --json every block and what is known of it."""
    from seminar_qa.ingest import read_file
    from seminar_qa.settings import load_settings
    from seminar_qa.views import document_view, how_read, reading_view

    reading = read_file(load_settings(), file)
    if json:
        _print_json(reading_view(reading))
        return
    typer.echo(reading.document.text)
    for line in how_read(document_view(reading.document, len(reading.document.text))):
        typer.echo(f"seminar-qa: {line}", err=True)


@app.command(
    epilog="Example: seminar-qa evaluate questions.jsonl --against run.json --save run.json"
)
def evaluate(
    file: Annotated[Path, typer.Argument(help="One question or conversation a line, as JSON.")],
    misses: Annotated[
        bool, typer.Option("--misses", help="List what was not served right.")
    ] = False,
    save: Annotated[
        Path | None, typer.Option(help="Write the run to this file, unless it is worse.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="Print the difference to this earlier run.")
    ] = None,
    json: Json = False,
) -> None:
    """Measure the answers to a file of questions, and what changed since an earlier run.

    Ends with 4 when a main number is worse than in the earlier run beyond noise.
    """
    from seminar_qa import comparison, evaluation
    from seminar_qa.engine import Engine
    from seminar_qa.settings import load_settings

    questions = evaluation.read_questions(file)
    before = comparison.read_run(against) if against else None
    engine = _checked(Engine.open(load_settings()))
    with _RichProgress(_console(stderr=True)) as progress:
        progress.begin("asking", sum(map(len, questions)))
        result = evaluation.evaluate(engine, questions, progress.advance)
    compared = comparison.compare(before, result.results) if before else None
    run = comparison.make_run(file, engine.manifest, result)
    worse = compared.worse if compared else ()
    if json:
        shown = [asdict(row) for row in result.misses] if misses else run["results"]
        told = asdict(compared) if compared else None
        _print_json({**run, "results": shown, "comparison": told})
    else:
        _print_evaluation(result, file, misses)
        if compared:
            _print_comparison(compared, against)
    if save and not worse:
        comparison.write_run(save, run)
    if worse:
        typer.echo(f"seminar-qa: worse than {against}: {', '.join(worse)}", err=True)
        raise typer.Exit(WORSE)


def _checked(engine: "Engine") -> "Engine":
    """Return an engine of whose index every byte was looked at. Raises IndexDamagedError."""
    if not engine.verified:
        engine.check_index()
    return engine


class _RichProgress:
    """Shows stages as bars on a terminal, and nothing where there is none."""

    def __init__(self, console: "Console"):
        self._console = console
        self._bar: Bar | None = None

    def __enter__(self) -> "_RichProgress":
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def begin(self, stage: str, total: int) -> None:
        """Show a new stage."""
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
        )

        self._stop()
        if not self._console.is_terminal:
            return
        columns = [TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()]
        if total:
            columns.insert(2, MofNCompleteColumn())
        self._bar = Progress(*columns, console=self._console, transient=True)
        self._bar.add_task(stage, total=total or None)
        self._bar.start()

    def advance(self, steps: int = 1) -> None:
        """Move the bar on."""
        if self._bar:
            self._bar.advance(self._bar.task_ids[0], steps)

    def _stop(self) -> None:
        if self._bar:
            self._bar.stop()
            self._bar = None


def _console(stderr: bool = False) -> "Console":
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def _print_json(data: dict[str, Any], indent: int | None = 2) -> None:
    from seminar_qa.views import to_json

    typer.echo(to_json(data, indent))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def _print_difference(difference: "Difference") -> None:
    for reason in difference.why:
        typer.echo(f"why: {reason}")
    for name in ("added", "changed", "deleted"):
        for path in getattr(difference, name):
            typer.echo(f"{name}: {path}")
    for old, new in difference.renamed:
        typer.echo(f"renamed: {old} is now {new}")
    for path, other in difference.copies:
        typer.echo(f"copy: {path} is the same as {other}")
    for entry in difference.stale:
        typer.echo(f"stale: {entry.reason}; an earlier version is in the index")
    if difference:
        typer.echo(f"to read: {_count(len(difference.read), 'file')}")
    else:
        typer.echo(f"up to date: {_count(len(difference.unchanged), 'file')} unchanged")


def _print_outcome(outcome: "Outcome") -> None:
    done = "indexed" if outcome.built else "up to date"
    typer.echo(
        f"{done}: {_count(outcome.documents, 'report')}, {_count(outcome.passages, 'passage')}, "
        f"generation {outcome.generation}"
    )
    if outcome.built:
        read, embedded = _count(outcome.read, "file"), _count(outcome.embedded, "text")
        typer.echo(f"done for it: {read} read, {embedded} embedded")
    for entry in outcome.unread:
        typer.echo(f"not read: {entry.reason}", err=True)
    for stale in outcome.stale:
        typer.echo(f"stale: {stale.reason}; an earlier version answers", err=True)


def _print_reply(view: "AskResponse", lacking: Sequence[str]) -> None:
    from rich.text import Text

    console = _console()
    if view.answered:
        console.print(Text(view.answer or "", style="bold"))
    else:
        console.print(Text("The reports do not say.", style="bold"))
        for sentence in lacking:
            console.print(Text(sentence))
        if view.nearest:
            console.print("Close, but not an answer:")
    for number, quote in enumerate(view.quotes or view.nearest, 1):
        console.print()
        console.print(Text.assemble(f"[{number}] ", *_emphasised(quote)))
        console.print(Text(f"    {_place(quote)}", style="dim"))
    console.print()
    unread = f", {_count(view.unread.documents, 'file')} unread" if view.unread.documents else ""
    console.print(
        Text(
            f"confidence {view.confidence:.2f}, {view.timing_ms.total:.0f} ms, "
            f"index {view.index.generation}{unread}",
            style="dim",
        )
    )


def _emphasised(quote: "QuoteView") -> Iterator[tuple[str, str]]:
    start, end = quote.highlight or (0, 0)
    yield quote.text[:start], ""
    yield quote.text[start:end], "bold underline"
    yield quote.text[end:], ""


def _place(quote: "QuoteView") -> str:
    cited = quote.citation
    page = f"page {cited.page}" if cited.page else None
    parts = (cited.title, cited.speaker, cited.section, cited.date, cited.place, page)
    where = f"{cited.document_id}:{cited.start}-{cited.end}"
    return " · ".join([*(part for part in parts if part), where])


def _print_status(report: dict[str, Any], told: dict[str, list[str]]) -> None:
    index = report["index"]
    typer.echo(f"home        {report['home']}")
    typer.echo(f"generation  {index['generation']}, built {index['built_at']}")
    holds = f"{_count(index['documents'], 'report')}, {_count(index['passages'], 'passage')}"
    typer.echo(f"holds       {holds}")
    typer.echo(f"encoder     {index['encoder']}")
    stale = report["problem"] or "stale; run: seminar-qa index"
    state = "up to date" if report["up_to_date"] else stale
    typer.echo(f"state       {state}")
    for entry in report["files"]:
        typer.echo(f"{entry['status']:11} {entry['reason'] or entry['path']}")
        for line in told.get(entry["path"], ()):
            typer.echo(f"{'':11}   {line}")


def _print_evaluation(result: "Evaluation", file: Path, misses: bool) -> None:
    console = _console()
    numbers, intervals = result.numbers, result.overall.intervals
    rows = [[name, _number(value), _limits(intervals.get(name))] for name, value in numbers.items()]
    console.print(_table(str(file), ["measure", "value", "95 %"], rows))
    if len(result.kinds) > 1:
        kinds = [
            [kind or "–", *(_number(part.values[name]) for name in KIND_COLUMNS.values())]
            for kind, part in result.kinds.items()
        ]
        console.print(_table("by kind of question", ["kind", *KIND_COLUMNS], kinds))
    for row in result.misses if misses else ():
        question = row.question
        gold = "; ".join(question.answers or question.evidence) or "(no answer)"
        said = f"said {row.answer!r}" if row.answered else f"refused, nearest {row.answer!r}"
        console.print(f"{question.id}  {question.question}", markup=False)
        console.print(f"    {said}, {row.confidence:.2f}; right is {gold!r}", markup=False)
        console.print(f"    quoted {row.quoted!r} from {row.document}", markup=False)


def _print_comparison(compared: "Comparison", against: Path | None) -> None:
    rows = [
        [
            *(d.name, _number(d.before), _number(d.now), f"{d.now - d.before:+.3f}"),
            *(_limits((d.low, d.high)), d.verdict),
        ]
        for d in compared.differences
    ]
    title = f"since {against}, over {_count(compared.shared, 'question')} of both runs"
    columns = ["measure", "before", "now", "difference", "95 %", "beyond noise"]
    console = _console()
    console.print(_table(title, columns, rows))
    for name in ("lost", "won"):
        if getattr(compared, name):
            console.print(f"{name}: {', '.join(getattr(compared, name))}", markup=False)


def _table(title: str, columns: list[str], rows: list[list[str]]) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), title_justify="left")
    for number, name in enumerate(columns):
        table.add_column(Text(name), justify="right" if number else "left")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _number(value: float | int | None) -> str:
    return "–" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


def _limits(interval: tuple[float, float] | None) -> str:
    return f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else ""


if __name__ == "__main__":
    main()
