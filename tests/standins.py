"""What stands in for a run of the index, and a server to talk to it, shared by several tests."""

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from seminar_qa.errors import IndexRunError
from seminar_qa.jobs import Counted, Summary

DONE = Summary(
    "g1", True, 2, 7, {"added": Counted(1, ("a.md",))}, (), Counted(0, ()), Counted(0, ())
)


class StandIn:
    """A runner that goes on when it is told to, and ends as it is told to."""

    def __init__(self, ending=DONE):
        self.ending = ending
        self.runs = []
        self.stages = threading.Semaphore(0)
        self.gate = threading.Event()
        self.stopped = False

    def run(self, progress, *, force):
        self.runs.append(force)
        progress.begin("reading", 3)
        progress.advance(2)
        assert self.gate.wait(20)
        if self.stopped:
            raise IndexRunError("the run was stopped")
        if isinstance(self.ending, BaseException):
            raise self.ending
        return self.ending

    def stop(self):
        self.stopped = True
        self.gate.set()


@contextmanager
def served(app) -> Iterator[int]:
    """Serve an app on a free port of this machine, as `seminar-qa serve` does; give the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=10))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        app.state.jobs.end()
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive(), "the server ends when it is told to"


class Listener:
    """A client of `GET /index/events`."""

    def __init__(self, port):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self._connection.request("GET", "/index/events")
        self.response = self._connection.getresponse()

    def lines(self) -> list[str]:
        """Return the lines up to the next empty one; none when the stream has ended."""
        lines = []
        while line := self.response.readline().decode().rstrip("\n"):
            lines.append(line)
        return lines

    def next(self) -> tuple[str, dict]:
        """Return the next event: its name and its data."""
        name, data = self.lines()
        return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))

    def until(self, status) -> list[tuple[str, dict]]:
        """Return the events up to the first of that name."""
        events = [self.next()]
        while events[-1][0] != status:
            events.append(self.next())
        return events

    def close(self) -> None:
        """Go away."""
        self.response.close()
        self._connection.close()
