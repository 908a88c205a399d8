"""Proof of place: that this worker has scanned a code here a short while ago. Kept in their browser, not by us.

A signed cookie holds who scanned which place and when; nothing about workers' movements is stored.
"""

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from governance.people.access.viewer import Viewer
from governance.places.model import Place

COOKIE = "arrival"
GOOD_FOR = 2 * 3600


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="arrival")


def remember(answer: Response, viewer: Viewer, place: Place) -> None:
    """This member of staff stands at this place now."""
    proof = _signer().dumps([viewer.staff_id, place.id])
    answer.set_cookie(COOKIE, proof, max_age=GOOD_FOR, httponly=True, samesite="Lax", secure=request.is_secure)


def is_here(viewer: Viewer, place: Place) -> bool:
    """Did they scan a code at this place, inside it or around it within the last two hours?"""
    try:
        staff_id, place_id = _signer().loads(request.cookies.get(COOKIE, ""), max_age=GOOD_FOR)
    except (BadSignature, ValueError, TypeError):
        return False
    return bool(staff_id == viewer.staff_id and place_id in _near(place))


def _near(place: Place) -> set[int]:
    return {outer.id for outer in place.above() if outer.kind in ("courtyard", "building", "spot")} | {place.id}
