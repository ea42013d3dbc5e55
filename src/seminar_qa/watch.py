"""Follows the folder of reports: a run whenever files have changed and are written to the end.

A file that is being copied must not be read by halves, so a run waits until nothing has changed for
a while. What has changed is for the run to find out; here it is only seen that something has.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from watchfiles import Change, watch

from seminar_qa.errors import DocumentsError, IndexBusyError
from seminar_qa.sources import scan_documents

LONGEST_WAIT = 300.0
"""After so many seconds a run is begun though files still change, so that one holds up no other."""
RETRY = 60.0
"""A run that failed is done again after so many seconds, if nothing changes before."""
BUSY = 2.0
"""The same where another program was writing the index."""
_TICK = 0.25  # seconds between two looks
_POLL = 1.0  # seconds between two looks through a folder that tells of no change
_Look = dict[str, tuple[int, int] | None]


def follow_folder(
    folder: Path,
    run: Callable[[], bool],
    stop: threading.Event,
    *,
    settle: float = 1.0,
    polling: bool = False,
) -> None:
    """Call `run` now, and again each time that files below `folder` have changed.

    Before each call all sizes and times of the files must be the same for `settle` seconds. `run`
    returns whether it went well, or raises IndexBusyError. A folder that is not there is waited
    for; with `polling` it is looked through again and again, for drives that tell of no change.
    Returns when `stop` is set. Raises DocumentsError when the folder cannot be followed.
    """
    waiting = _Waiting(settle)
    again_at: float | None = None
    poll = max(_POLL, settle) if polling else None
    for changed in _ticks(folder, stop, min(_TICK, max(settle / 2, 0.02)), poll):
        now = time.monotonic()
        if changed or (again_at is not None and now >= again_at):
            waiting.begin(now)
            again_at = None
        if waiting.is_over(now, folder):
            pause = _pause_after(run)
            again_at = None if pause is None else time.monotonic() + pause


def _pause_after(run: Callable[[], bool]) -> float | None:
    """Do a run; return after how many seconds it is to be done again, None if it went well."""
    try:
        return None if run() else RETRY
    except IndexBusyError:
        return BUSY


class _Waiting:
    """Waits, once begun, until all files have rested."""

    def __init__(self, settle: float):
        self._settle = settle
        self._began: float | None = None
        self._rests_since = 0.0
        self._seen: _Look = {}

    def begin(self, now: float) -> None:
        """Something has changed: wait from now on."""
        if self._began is None:
            self._began = now
            self._seen = {}
        self._rests_since = now

    def is_over(self, now: float, folder: Path) -> bool:
        """Tell whether the wait ends now; it is not begun any more then."""
        if self._began is None:
            return False
        seen = _look(folder)
        if seen != self._seen:
            self._seen, self._rests_since = seen, now
        rested = now - self._rests_since >= self._settle
        if rested or now - self._began >= LONGEST_WAIT:
            self._began = None
            return True
        return False


def _look(folder: Path) -> _Look:
    """Return size and time of change of each file that a run would read, by its path."""
    try:
        sources = scan_documents(folder)
    except DocumentsError:
        return {}
    return {source.path: _size_and_time(source.file) for source in sources}


def _size_and_time(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _ticks(folder: Path, stop: threading.Event, tick: float, poll: float | None) -> Iterator[bool]:
    """Yield at least every `tick` seconds whether something may have changed; first, it has."""
    missing = False
    while not stop.is_set():
        identity = _identity(folder)
        if identity is None:
            yield not missing
            missing = True
            stop.wait(tick)
            continue
        missing = False
        try:
            changed = True  # what came before the folder was followed is not told
            for batch in _batches(folder, stop, tick, poll):
                yield changed or bool(batch)
                changed = False
                if _identity(folder) != identity or _is_lost(folder, batch):
                    break  # it was removed, or another has its name
        except FileNotFoundError:
            continue


def _batches(
    folder: Path, stop: threading.Event, tick: float, poll: float | None
) -> Iterator[set[tuple[Change, str]]]:
    """Yield the changes below `folder` as they come, none after `tick` seconds without any."""
    root = folder.resolve()
    changes = watch(
        root,
        watch_filter=lambda _, path: not _is_hidden(root, path),
        stop_event=stop,
        rust_timeout=round(tick * 1000),
        yield_on_timeout=True,
        debounce=round(tick * 1000),
        force_polling=None if poll is None else True,
        poll_delay_ms=round((poll or _POLL) * 1000),
        ignore_permission_denied=True,
    )
    try:
        with closing(changes):
            yield from changes
    except FileNotFoundError:
        raise
    except (OSError, RuntimeError) as error:
        raise DocumentsError(
            f"{folder} cannot be followed ({error}); set SEMINAR_QA_WATCH_POLLING=1"
        ) from error


def _is_hidden(root: Path, path: str) -> bool:
    inside = Path(path.removeprefix(str(root)))
    return any(part.startswith(".") for part in inside.parts)


def _is_lost(folder: Path, batch: set[tuple[Change, str]]) -> bool:
    return (Change.deleted, str(folder.resolve())) in batch


def _identity(folder: Path) -> tuple[int, int] | None:
    """Return what tells this folder from another of its name; None when there is none."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
