"""A flood guard on addresses nobody was given: wrong guesses of /t/<ref> and /s/<slip> are counted per address.

When one has guessed too often, only devices that never did anything here have to wait: the neighbours behind the same
address who have reported, joined or signed in go on as before. The references themselves have 80 random bits.
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
