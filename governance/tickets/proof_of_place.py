"""Proof of place: a member of staff has scanned a code here recently.

A signed cookie holds the staff id, the place and the time. The server stores no movements of staff.
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
    """Set the cookie: this member of staff is at this place now."""
    proof = _signer().dumps([viewer.staff_id, place.id])
    answer.set_cookie(COOKIE, proof, max_age=GOOD_FOR, httponly=True, samesite="Lax", secure=request.is_secure)


def is_here(viewer: Viewer, place: Place) -> bool:
    """Return True if they scanned this place, or a courtyard, building or spot around it, within two hours."""
    try:
        staff_id, place_id = _signer().loads(request.cookies.get(COOKIE, ""), max_age=GOOD_FOR)
    except (BadSignature, ValueError, TypeError):
        return False
    return bool(staff_id == viewer.staff_id and place_id in _near(place))


def _near(place: Place) -> set[int]:
    return {outer.id for outer in place.above() if outer.kind in ("courtyard", "building", "spot")} | {place.id}
