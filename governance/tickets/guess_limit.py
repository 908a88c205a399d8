"""Rate limit for wrong guesses of /t/<ref> and /s/<slip>, counted per network address.

The limit stops only unknown devices. Devices that have reported, joined or signed in from the same address are not
limited. A reference has 80 random bits.
"""

from flask import Blueprint, Response, request

from governance.core import limits
from governance.core.errors import TooMuch
from governance.people.access.current import current

WRONG = "600/10 minutes"
GUESSED = ("ref", "slip")


def guard(bp: Blueprint) -> None:
    bp.before_request(_wait)
    bp.after_request(_count)


def _is_guess() -> bool:
    return any(name in (request.view_args or {}) for name in GUESSED)


def _address() -> str:
    return limits.network(request.remote_addr or "")


def _wait() -> None:
    if _is_guess() and not limits.has_room(WRONG, "guess", _address()):
        viewer = current()
        if viewer.person_id is None and viewer.staff_id is None:
            raise TooMuch("从这里打开的错链接太多了，请过十分钟再试；着急请打电话")


def _count(answer: Response) -> Response:
    if answer.status_code == 404 and _is_guess():
        limits.within_limit(WRONG, "guess", _address())
    return answer
