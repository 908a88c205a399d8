"""Who walks the URL map: a browser for every kind of person the table of expected answers has a column for."""

import re
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete

from governance.core.db import db, find_by, now, writing
from governance.people.access.current import token_hash
from governance.people.households import VerificationRequest
from governance.people.model import Identity, Person, Post, StaffSession
from governance.tickets.model import Ticket
from tests.cast import Cast, make_known
from tests.phone import Phone, subject_of

NAMES = [  # noqa: E501
    "anon",
    "devi",
    "repo",
    "join",
    "grid",
    "gri~",
    "comm",
    "com~",
    "stre",
    "dist",
    "body",
    "bod~",
    "left",
    "shut",
    "gone",
]
STAFF = {"grid": "gao", "gri~": "lin", "comm": "shen", "com~": "tang", "stre": "qiao", "dist": "du"} | {
    "body": "wu",
    "bod~": "ding",
}
RESIDENTS = ("anon", "devi", "repo", "join")
FORMER = ("left", "shut", "gone")  # a post that ended, an account disabled, a session revoked


@dataclass
class Audience:
    """What a browser of theirs holds: the device's cookie with a form token for it, perhaps a staff session."""

    name: str
    device: str
    token: str
    staff: str = ""
    person_id: int | None = None

    def browser(self, app: Flask, method: str) -> FlaskClient:
        """A fresh one. A stranger has no cookie until a form is opened."""
        client = app.test_client()
        if self.name != "anon" or method == "POST":
            client.set_cookie("device", self.device)
        if self.staff:
            client.set_cookie("staff", self.staff)
        return client


def gather(app: Flask, cast: Cast) -> dict[str, Audience]:
    found = {name: newcomer(app, name) for name in (*RESIDENTS, *STAFF, *FORMER)}
    for name in ("devi", "repo", "join"):
        found[name] = _resident(app, cast, name)
    found["know"] = _holding(Phone(app).known_as("爱种花的", cast), "know")
    found["know"].person_id = cast.people["爱种花的"]
    with writing():
        for name in FORMER:
            cast.people[name] = _former(cast, name)
    for name in (*STAFF, *FORMER):
        sign_in_again(found[name], cast)
    return found


def newcomer(app: Flask, name: str) -> Audience:
    """A browser that has opened one form."""
    phone = Phone(app)
    phone.get("/signin")
    return _holding(phone, name)


def another(app: Flask, cast: Cast, name: str) -> Audience:
    """Another browser of this kind of resident, with something to lose unless it is a stranger's."""
    return newcomer(app, name) if name == "anon" else _resident(app, cast, name)


def _holding(phone: Phone, name: str) -> Audience:
    cookie = phone.client.get_cookie("device")
    assert cookie is not None
    return Audience(name, cookie.value, re.findall(r'name="csrf_token" value="([^"]+)"', phone.page)[0])


def _resident(app: Flask, cast: Cast, name: str) -> Audience:
    """Somebody who has reported something before, so that the device is known."""
    phone = Phone(app)
    address = phone.report(cast.codes["6号楼"], category="noise", words="以前报的事")
    resident = _holding(phone, name)
    db.session.rollback()
    ticket = find_by(Ticket, ref=address.removeprefix("/t/"))
    assert ticket is not None
    resident.person_id = ticket.submitter_id
    return resident


def as_known_as_before(app: Flask, audience: Audience, cast: Cast) -> None:
    """Whoever became known, or left, in the last request is again what the table says of them."""
    with writing():
        identity = find_by(Identity, kind="device", subject=subject_of(app, audience.device))
        person = identity.person if identity else None
        if person is not None:
            db.session.execute(delete(VerificationRequest).where(VerificationRequest.person_id == person.id))
        if audience.name == "know" and person is not None and person.known_at is None:
            identity.person = again = Person()
            db.session.add(again)
            audience.person_id = make_known(cast, again, "爱种花的").id
        elif audience.name != "know" and person is not None:
            person.known_at = person.known_by = person.known_place_id = None
            for home in person.residences:
                home.until = home.until or now()


def _former(cast: Cast, name: str) -> int:
    """A grid worker of the first grid, who is one no longer in one of three ways."""
    person = Person(nickname=name)
    db.session.add(person)
    db.session.flush()
    disabled = now() if name == "shut" else None
    db.session.add(Identity(person_id=person.id, kind="account", subject=name, disabled_at=disabled))
    until = now() - timedelta(seconds=1) if name == "left" else None
    post = Post(person_id=person.id, role="grid", place_id=cast.places["第一网格"], until=until)
    post.since = now() - timedelta(days=30)
    db.session.add(post)
    return person.id


def sign_in_again(audience: Audience, cast: Cast) -> int:
    """A session of their own, as a sign-in would have made it; the number of its row."""
    account = STAFF.get(audience.name, audience.name)
    audience.staff = f"{audience.name}-{now().timestamp()}"
    with writing():
        identity = find_by(Identity, kind="account", subject=account)
        assert identity is not None
        session = StaffSession(token_hash=token_hash(audience.staff), identity_id=identity.id)
        session.expires_at = now() + timedelta(hours=1)
        session.revoked_at = now() if audience.name == "gone" else None
        db.session.add(session)
    return session.id
