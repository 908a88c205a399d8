"""What the tests of /keep share: rows read anew, and an import sent as a browser sends it."""

from io import BytesIO

from sqlalchemy import select

from governance.core.db import db
from governance.places.model import Place


def csv(*lines, head="类别,名称,上级,户数"):
    return BytesIO("\n".join((head, *lines)).encode("gb18030"))


def fresh():
    db.session.rollback()
    db.session.expire_all()


def named(name):
    fresh()
    return db.session.scalars(select(Place).filter_by(name=name)).one_or_none()


def upload(someone, *lines, **more):
    someone.get("/keep/places/import")
    return someone.post("/keep/places/import", file=(csv(*lines, **more), "places.csv"))


def confirm(someone):
    return someone.post("/keep/places/import/confirm", digest=someone.field("digest"))
