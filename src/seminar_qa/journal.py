"""What an unfinished run has done so far, kept beside the index so that the next one goes on there.

    index/work/
      <name>.log     entries that were finished, each with its checksum

An entry that was cut short or altered is not taken, nor is anything behind it; a log that was made
for something else begins anew. This module does not know what an entry is.
"""

import hashlib
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path

_MAGIC = b"seminar-qa log 1\n"
_HEAD = struct.Struct("<32sQ32s")
"""The SHA-256 of the entry's name, the length of its data, and the SHA-256 of both and the data."""


class Log:
    """A file that entries are appended to, each there whole or not at all."""

    def __init__(self, path: Path, purpose: str):
        """Open or begin a log; entries that were written for another `purpose` are dropped."""
        self._places: dict[bytes, tuple[int, int]] = {}
        path.touch()
        self._file = path.open("r+b", buffering=0)
        begins = _MAGIC + hashlib.sha256(purpose.encode()).digest()
        if self._file.read(len(begins)) != begins:
            self._file.seek(0)
            self._file.truncate()
            self._write(begins)
        self._end = self._scan(len(begins), path.stat().st_size)
        self._file.truncate(self._end)

    def __len__(self) -> int:
        return len(self._places)

    def append(self, name: str, data: bytes) -> None:
        """Add an entry; it survives the end of this process. Raises OSError when it cannot be."""
        key = hashlib.sha256(name.encode()).digest()
        head = _HEAD.pack(key, len(data), _checksum(key, data))
        self._file.seek(self._end)
        self._write(head + data)
        self._places[key] = (self._end + _HEAD.size, len(data))
        self._end += _HEAD.size + len(data)

    def get(self, name: str) -> bytes | None:
        """Return the data of the entry of that name; None when there is none."""
        place = self._places.get(hashlib.sha256(name.encode()).digest())
        return None if place is None else self._data(*place)

    def entries(self) -> Iterator[bytes]:
        """Yield the data of every entry, in the order in which they were appended."""
        for place in list(self._places.values()):
            yield self._data(*place)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _data(self, start: int, length: int) -> bytes:
        self._file.seek(start)
        return self._file.read(length)

    def _scan(self, place: int, size: int) -> int:
        """Find the entries that are whole; return where the last of them ends."""
        self._file.seek(place)
        while len(head := self._file.read(_HEAD.size)) == _HEAD.size:
            key, length, checksum = _HEAD.unpack(head)
            if place + _HEAD.size + length > size:
                break
            if _checksum(key, self._file.read(length)) != checksum:
                break
            self._places[key] = (place + _HEAD.size, length)
            place += _HEAD.size + length
        return place

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:  # an unbuffered file may take a part only
            left = left[self._file.write(left) or 0 :]


def _checksum(key: bytes, data: bytes) -> bytes:
    found = hashlib.sha256(key)
    found.update(len(data).to_bytes(8, "little"))
    found.update(data)
    return found.digest()


class Journal:
    """The work folder of a run: its logs, and a place for files that are wanted only meanwhile."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._logs: list[Log] = []

    def log(self, name: str, purpose: str) -> Log:
        """Open the log `name`; what is in it for another purpose is dropped."""
        self._folder.mkdir(parents=True, exist_ok=True)
        log = Log(self._folder / f"{name}.log", purpose)
        self._logs.append(log)
        return log

    def scratch(self, name: str) -> Path:
        """Return where a file may be put that is of no use to a later run."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / name

    def close(self) -> None:
        """Let go of the files; the logs stay for the next run, the rest goes."""
        for log in self._logs:
            log.close()
        for path in self._folder.glob("*"):
            if path.suffix != ".log" and path.is_file():
                path.unlink()

    def remove(self) -> None:
        """Remove all of it: the run is finished, or begins from nothing."""
        self.close()
        self._logs = []
        shutil.rmtree(self._folder, ignore_errors=True)
