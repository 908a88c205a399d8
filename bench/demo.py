"""Who and what there is in the demo's community."""

from sqlalchemy import select

from governance.core.db import db
from governance.people.access.current import COOKIE, viewer_of
from governance.people.access.viewer import Viewer
from governance.people.model import Identity, Person
from governance.people.staff.signin import sign_in
from governance.places.model import Code, Place

PASSWORD = "示范 bench 密码"


def place(name: str) -> Place:
    return db.session.scalars(select(Place).filter_by(name=name)).one()


def codes() -> list[str]:
    """The posted codes of the buildings, in the order of their places."""
    posted = select(Code.token).join(Place).where(Code.state == "posted", Place.kind == "building")
    return list(db.session.scalars(posted.order_by(Code.place_id)))


def staff(account: str) -> Viewer:
    person = select(Person).join(Identity).where(Identity.kind == "account", Identity.subject == account)
    return viewer_of(db.session.scalars(person).one())


def signed_in(account: str) -> dict[str, str]:
    """The headers of a member of staff who has signed in."""
    return {"Cookie": f"{COOKIE}={sign_in(account, PASSWORD, 'bench')}", "Accept-Encoding": "gzip"}
