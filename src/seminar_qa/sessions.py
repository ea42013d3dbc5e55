"""Who is the organiser: whoever shows the token, or the cookie that was given for it.

A session is kept nowhere. It is a time with a signature by a key made of the token, so that every
process of a server knows it and another token ends all sessions; signing out only takes the cookie
away.
"""

import hashlib
import hmac
import re
import time

from fastapi import Request, Response
from starlette.exceptions import HTTPException

COOKIE = "organiser"
PATH = "/organiser"
"""The cookie is sent to the pages below this address only."""
LASTS = 12 * 3600
"""A session ends so many seconds after it was begun."""
_SHAPE = re.compile(r"(?P<ends>[0-9]{1,12})\.(?P<signature>[0-9a-f]{64})", re.ASCII)


def is_token(token: str, shown: bytes) -> bool:
    """Tell whether what was shown is the token, in a time that does not tell how nearly it was."""
    return hmac.compare_digest(shown, token.encode())


def make_session(token: str, now: float) -> str:
    """Return a session that begins `now`, in seconds since 1970."""
    ends = str(int(now) + LASTS)
    return f"{ends}.{_sign(token, ends)}"


def is_session(token: str, value: str, now: float) -> bool:
    """Tell whether `value` is a session that was made for this token and has not ended."""
    found = _SHAPE.fullmatch(value)
    if found is None or not hmac.compare_digest(found["signature"], _sign(token, found["ends"])):
        return False
    return now < int(found["ends"])


def check_signed_in(request: Request) -> None:
    """Let only the organiser pass, by the cookie or by `Authorization: Bearer`.

    Raises HTTPException: 403 when the server has no token to show, 401 for any other.
    """
    token = organiser_token(request)
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and is_token(token, shown.strip().encode("latin-1", "replace")):
        return
    if not is_session(token, request.cookies.get(COOKIE, ""), time.time()):
        raise HTTPException(
            401,
            "sign in at /organiser, or send the organiser's token with the header "
            "Authorization: Bearer …",
            headers={"WWW-Authenticate": "Bearer"},
        )


def organiser_token(request: Request) -> str:
    """Return the server's token. Raises HTTPException with 403 when none is set."""
    token = request.app.state.organiser_token
    if token is None:
        raise HTTPException(
            403,
            "nobody can sign in here: set SEMINAR_QA_ORGANISER_TOKEN, or organiser_token in "
            "seminar-qa.toml, and start the server again",
        )
    return str(token.get_secret_value())


def give_session(request: Request, response: Response) -> None:
    """Put a session that begins now into a response's cookie."""
    value = make_session(organiser_token(request), time.time())
    secure = request.url.scheme == "https"
    response.set_cookie(
        COOKIE,
        value,
        max_age=LASTS,
        path=PATH,
        httponly=True,
        samesite="strict",
        secure=secure,
    )


def end_session(response: Response) -> None:
    """Take the cookie away."""
    response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="strict")


def _sign(token: str, ends: str) -> str:
    key = hmac.digest(token.encode(), b"seminar-qa: sessions of the organiser", hashlib.sha256)
    return hmac.new(key, ends.encode(), hashlib.sha256).hexdigest()
