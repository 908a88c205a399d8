"""From a request to a Viewer: the device cookie, the staff session's row, the posts in force. And each route's lock."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from flask import Flask, current_app, g, request
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from governance.core import security
from governance.core.crypto import keyed_hash
from governance.core.db import by, connection, db, now, writing
from governance.core.statements import Insert, Statement
from governance.people.access import Held, Viewer
from governance.people.model import ROLES, Identity, Person, Post, StaffSession
from governance.people.permissions import Rule, may, require_audience

View = TypeVar("View", bound=Callable[..., Any])
COOKIE = "staff"
_KNOWN = (Identity.kind == "device", Identity.subject == bindparam("subject"), Identity.disabled_at.is_(None))
DEVICE: Statement[tuple[int]] = Statement(select(Identity.person_id).where(*_KNOWN))
PERSON, IDENTITY = Insert(Person), Insert(Identity)


def open_to(rule: Rule) -> Callable[[View], View]:
    """Declare who may use a route. The lock is asked before the view runs; a route without one stops the start."""

    def declare(view: View) -> View:
        view.open_to = rule  # type: ignore[attr-defined]
        return view

    return declare


def init_app(app: Flask) -> None:
    app.before_request(_lock)
    app.context_processor(lambda: {"viewer": current(), "may": may})


def _lock() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    rule: Rule | None = getattr(view, "open_to", None)
    if rule is not None and rule.name != "anyone":
        require_audience(rule, current())


def current() -> Viewer:
    """Who is asking, found once per request. Reading makes nobody: an unknown device stays unknown until it acts."""
    if "viewer" not in g:
        g.viewer = _find(_person_of_device(), staff_session())
    viewer: Viewer = g.viewer
    return viewer


def acting() -> Viewer:
    """Who is asking, with a person behind the device: somebody who writes is somebody. Call it inside `writing()`."""
    looked_before = "viewer" in g
    viewer = current()
    if viewer.person_id is None:
        known = _person_of_device() if looked_before else None
        g.viewer = viewer = replace(_find(known or _new_person(), staff_session()), new=known is None)
    elif viewer.new:
        g.viewer = viewer = replace(viewer, new=False)
    return viewer


Result = TypeVar("Result")


def as_somebody(act: Callable[[Viewer], Result]) -> Result:
    """Do `act` in one transaction as the person behind this device, who is made if need be.

    When the same device does the same at the same instant, the database lets one through; the other looks again.
    """
    try:
        return _once(act)
    except IntegrityError:
        return _once(act)


def _once(act: Callable[[Viewer], Result]) -> Result:
    try:
        with writing():
            return act(acting())
    except BaseException:
        g.pop("viewer", None)  # a person made here is undone with all the rest
        raise


def _subject() -> str | None:
    device = security.known_device()
    return keyed_hash("device", device) if device else None


def _person_of_device() -> int | None:
    subject = _subject()
    if subject is None:
        return None
    found = DEVICE.first(connection(), subject=subject)
    return found[0] if found else None


def _new_person() -> int:
    security.device()
    person_id = PERSON.new(connection())
    IDENTITY.new(connection(), person_id=person_id, kind="device", subject=_subject())
    return person_id


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def staff_session() -> StaffSession | None:
    """The session behind the staff cookie, if it is still good."""
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    found = by(StaffSession, token_hash=token_hash(token))
    if found is None or found.revoked_at or found.expires_at <= now() or found.identity.disabled_at:
        return None
    return found


def _find(person_id: int | None, session: StaffSession | None) -> Viewer:
    if session is None:
        return Viewer(person_id=person_id)
    person = session.identity.person
    return viewer_of(person, person_id)


def viewer_of(person: Person, device_person_id: int | None = None) -> Viewer:
    """A member of staff as a viewer, with the posts held at this moment."""
    query = select(Post).where(Post.person_id == person.id, Post.held(now())).options(joinedload(Post.place))
    posts = tuple(db.session.scalars(query))
    label = f"{ROLES[posts[0].role]} {person.nickname}" if posts else (person.nickname or "")
    return Viewer(device_person_id, person.id, label, tuple(_held(post) for post in posts))


def _held(post: Post) -> Held:
    return Held(post.role, post.place.kind if post.place else "", post.place_id, post.body_id)
