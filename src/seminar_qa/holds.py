"""A hold on a generation: while one is open, in any process, the generation stays on disk.

It is a shared lock on a file in the generation's folder, which the system takes back when a process
ends in whatever way. Where there are no such locks (Windows) nothing can be told, and `CAN_TELL` is
false.
"""

import errno
import os
import shutil
import sys
import weakref
from collections.abc import Callable
from pathlib import Path

from seminar_qa.errors import IndexDamagedError, IndexUnreadableError
from seminar_qa.manifest import CURE, READING

CAN_TELL = sys.platform != "win32"
if sys.platform != "win32":
    import fcntl
_TOO_MANY = (errno.EMFILE, errno.ENFILE)


class Hold:
    """Keeps a generation from being removed until it is closed or forgotten."""

    def __init__(self, generation: Path):
        """Take hold of the folder `generation`.

        Raises IndexDamagedError when it is gone, IndexUnavailableError when too many files are
        open.
        """
        self.close: Callable[[], object] = _nothing
        if sys.platform == "win32":
            return
        path = generation / READING
        try:
            lock = os.open(path, os.O_RDONLY)
        except FileNotFoundError as error:
            raise IndexDamagedError(f"{path} is missing; {CURE}") from error
        except OSError as error:
            if error.errno in _TOO_MANY:
                raise IndexUnreadableError(
                    f"{path} cannot be held ({error.strerror}); raise the limit of open files "
                    "(ulimit -n)"
                ) from error
            return  # a file system that lets nobody lock lets nobody remove either
        self.close = weakref.finalize(self, os.close, lock)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH)
            gone = not path.exists() or not os.path.samestat(os.fstat(lock), path.stat())
        except OSError:
            return
        if gone:  # it was removed while this process waited
            self.close()
            raise IndexDamagedError(f"{generation} is there no more; {CURE}")


def _nothing() -> None:
    """Do nothing."""


def prepare(generation: Path) -> None:
    """Make the file that holds are taken of, in a folder that nobody knows of yet."""
    (generation / READING).touch()


def remove_unless_held(generation: Path) -> bool:
    """Remove a generation's folder; return False, with the folder as it was, when it is held."""
    if sys.platform == "win32":
        shutil.rmtree(generation, ignore_errors=True)
        return True
    try:
        lock = os.open(generation / READING, os.O_RDWR | os.O_CREAT)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        removed = generation.with_name(f"{generation.name}.removed")
        generation.rename(removed)  # at once, so that nobody opens the half of it
        shutil.rmtree(removed, ignore_errors=True)
    except OSError:
        return False
    finally:
        os.close(lock)
    return True
