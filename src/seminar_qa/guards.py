"""What a request must pass before it may change or cost something: its origin, and how often."""

import math
import time
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


class Limiter:
    """Counts the requests of each client in this process over the last minute."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def check(self, request: Request, what: str, per_minute: int) -> None:
        """Count a request for `what`. Raises HTTPException with 429 when it is one too many."""
        client = request.client.host if request.client else ""
        limit = RateLimitItemPerMinute(per_minute)
        if self._limiter.hit(limit, what, client):
            return
        again = self._limiter.get_window_stats(limit, what, client).reset_time
        seconds = max(1, math.ceil(again - time.time()))
        raise HTTPException(
            429,
            f"that was more than {per_minute} a minute; try again in {seconds} seconds",
            headers={"Retry-After": str(seconds)},
        )


def check_questions(request: Request) -> None:
    """Count a question, where the settings limit them. Raises HTTPException with 429."""
    limit = request.app.state.settings.questions_per_minute
    if limit:
        request.app.state.limiter.check(request, "questions", limit)


LONGEST_ADDRESS = 60_000
"""A server refuses an address that is longer than about 64,000 bytes."""


def own_address(address: str, otherwise: str) -> str:
    """Return an address that a form gave if it leads to this server's pages, or else another."""
    own = address.startswith("/") and not address.startswith(("//", "/\\"))
    own = own and len(address) <= LONGEST_ADDRESS
    own = own and not any(ord(character) < 0x20 for character in address)  # browsers drop tabs
    return address if own else otherwise


def check_same_origin(request: Request) -> None:
    """Let only this server's own pages, and programs, send a form. Raises HTTPException, 403.

    A browser says where a request comes from (Fetch Metadata, or the Origin header before it).
    """
    site = request.headers.get("sec-fetch-site")
    if site is None:
        origin = request.headers.get("origin")
        own = origin is None or _host_of(origin) == request.headers.get("host")
    else:
        own = site in ("same-origin", "none")
    if not own:
        raise HTTPException(
            403, "this form was sent from another site; open this server's own page"
        )


def _host_of(origin: str) -> str:
    """Return the host and port of an origin; "" for what is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
