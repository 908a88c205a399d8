"""Finds the `Viewer` of a request, from device cookie, staff session and posts; checks each route's audience."""

import hashlib
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from flask import Flask, Response, current_app, g, redirect, request, url_for
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import joinedload

from governance.core.crypto import keyed_hash
from governance.core.db import connection, db, find_by, now, writing
from governance.core.sql_statements import Insert, Prepared
from governance.core.web import security
from governance.people.access.permissions import may, require_audience
from governance.people.access.rules import Rule
from governance.people.access.viewer import NOBODY, ActivePost, Viewer
from governance.people.model import ROLES, Identity, Person, Post, StaffSession

View = TypeVar("View", bound=Callable[..., Any])
COOKIE = "staff"
MARK = "mine"  # readable by our scripts, without an identity: this device has something of its own
SEEN_EVERY = timedelta(minutes=5)
log = structlog.get_logger()
_ALIVE = (Identity.kind == "device", Identity.subject == bindparam("subject"), Identity.disabled_at.is_(None))
_BEHIND = select(Person.id, Person.known_at, Person.nickname).join(Identity, Identity.person_id == Person.id)
DEVICE: Prepared[tuple[int, datetime | None, str | None]] = Prepared(_BEHIND.where(*_ALIVE))
PERSON, IDENTITY = Insert(Person), Insert(Identity)


def open_to(rule: Rule) -> Callable[[View], View]:
    """Declare the audience of a route. It is checked before the view runs; a route without one stops the start."""

    def declare(view: View) -> View:
        view.open_to = rule  # type: ignore[attr-defined]
        return view

    return declare


def init_app(app: Flask, fleeting: Collection[str] = ()) -> None:
    """`fleeting` are endpoints that write nothing, not even the session's last use."""
    app.extensions["fleeting"] = frozenset(fleeting)
    app.before_request(_lock)
    app.after_request(_seen)
    app.after_request(_marked)
    app.context_processor(lambda: {"viewer": current(), "may": may})


def _lock() -> Any:
    view = current_app.view_functions.get(request.endpoint or "")
    rule: Rule | None = getattr(view, "open_to", None)
    if rule is None or rule.name == "anyone":
        return None
    if current().must_change and not rule.holds(current(), None):
        return redirect(url_for("people.me", next=request.full_path if request.method == "GET" else None), 303)
    require_audience(rule, current())
    return None


def _seen(answer: Response) -> Response:
    """Record the session's last use, at most once in `SEEN_EVERY`. A busy database is not tried again."""
    session: StaffSession | None = g.get("staff_session")
    stale = session is not None and session.seen_at < now() - SEEN_EVERY
    if session is None or not stale or request.endpoint in current_app.extensions["fleeting"]:
        return answer
    mine = update(StaffSession).where(StaffSession.id == session.id, StaffSession.seen_at < now() - SEEN_EVERY)
    try:
        with writing():
            db.session.execute(mine.values(seen_at=now()), execution_options={"synchronize_session": False})
    except OperationalError as trouble:
        log.warning("session.not_kept", trouble=str(trouble.orig))
    return answer


def _marked(answer: Response) -> Response:
    """Keep the cookie by which the scan page knows whether to ask for what is this person's own."""
    viewer: Viewer | None = g.get("viewer")
    if viewer is None or (viewer.person_id is not None) is (MARK in request.cookies):
        return answer
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    lasts = security.DEVICE_DAYS * 86_400 if viewer.person_id else 0
    answer.set_cookie(MARK, "1", max_age=lasts, samesite="Lax", secure=secure)
    return answer


def has_something() -> bool:
    """Does this device say that it has something of its own? Saves the others a query."""
    return MARK in request.cookies


def current() -> Viewer:
    """The viewer of this request, found once. Reading creates no person for an unknown device."""
    if "viewer" not in g:
        g.viewer = _find(_resident(), staff_session())
    viewer: Viewer = g.viewer
    return viewer


def acting() -> Viewer:
    """The viewer with a person, who is created for an unknown device. Call it inside `writing()`."""
    looked_before = "viewer" in g
    viewer = current()
    if viewer.person_id is None:
        found = _resident() if looked_before else NOBODY
        made = Viewer(person_id=_new_person(), new=True) if found.person_id is None else found
        g.viewer = viewer = _find(made, staff_session())
    elif viewer.new:
        g.viewer = viewer = replace(viewer, new=False)
    return viewer


Result = TypeVar("Result")


def as_person(act: Callable[[Viewer], Result]) -> Result:
    """Run `act` in one transaction as the person of this device, creating the person if needed.

    Runs it a second time after an IntegrityError: the same device may have acted twice at one instant.
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
        g.pop("viewer", None)  # the person created here is rolled back too
        raise


def _subject() -> str | None:
    device = security.known_device()
    return keyed_hash("device", device) if device else None


def _resident() -> Viewer:
    """The person of this device and whether they are known, in one query."""
    subject = _subject()
    if subject is None:
        return NOBODY
    found = DEVICE.first(connection(), subject=subject)
    if found is None:
        return NOBODY
    person_id, known_at, nickname = found
    return Viewer(person_id=person_id, known=known_at is not None, nickname=nickname if known_at else None)


def _new_person() -> int:
    security.device()
    person_id = PERSON.new(connection())
    IDENTITY.new(connection(), person_id=person_id, kind="device", subject=_subject())
    return person_id


def device_goes_to(person_id: int) -> None:
    """Move this device to another person. Call it inside `writing()`."""
    mine = update(Identity).where(Identity.kind == "device", Identity.subject == _subject())
    db.session.execute(mine.values(person_id=person_id))
    g.pop("viewer", None)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def staff_session() -> StaffSession | None:
    """The session of the staff cookie, if it is valid."""
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    found = find_by(StaffSession, token_hash=token_hash(token))
    if found is None or found.revoked_at or found.identity.disabled_at or not found.is_awake:
        return None
    g.staff_session = found
    return found


def _find(resident: Viewer, session: StaffSession | None) -> Viewer:
    """The resident's viewer, with the posts of the signed-in member of staff."""
    if session is None:
        return resident
    if session.identity.must_change:
        return replace(resident, must_change=True)
    at_work = viewer_of(session.identity.person)
    return replace(resident, staff_id=at_work.staff_id, label=at_work.label, posts=at_work.posts)


def viewer_of(person: Person) -> Viewer:
    """A member of staff as a viewer, with the posts held now."""
    query = select(Post).where(Post.person_id == person.id, Post.held(now())).options(joinedload(Post.place))
    posts = tuple(db.session.scalars(query))
    label = f"{ROLES[posts[0].role].in_chinese} {person.nickname}" if posts else (person.nickname or "")
    return Viewer(None, person.id, label, tuple(_held(post) for post in posts))


def _held(post: Post) -> ActivePost:
    return ActivePost(post.role, post.place.kind if post.place else "", post.place_id, post.body_id)
