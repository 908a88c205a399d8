"""What is done once WeChat has said who somebody is: a resident's devices and acts come together, a worker signs in.

A resident is recognised by the openid, kept as a hash and, to write to them, encrypted. Two persons whom the community
knows are never made one by that: the device then simply belongs to the one of this WeChat.
"""

from flask import current_app
from sqlalchemy import select

from governance.core.crypto import keyed_hash
from governance.core.db import db, locked, writing
from governance.core.db import find_by as one
from governance.core.errors import Refused
from governance.core.events import record
from governance.people.access.current import device_goes_to
from governance.people.access.viewer import Viewer
from governance.people.model import Identity, Person
from governance.people.residents.merge import merge_persons
from governance.people.residents.verification import becoming, know
from governance.places.model import Place

NO_ROOM = "这个企业微信已经绑在另一个工作账号上了。要换，请先用那个账号登录，在“我的”里解开"


def openid_hash(openid: str) -> str:
    return keyed_hash("openid", f"{current_app.extensions['settings'].wechat_app_id}:{openid}")


def userid_hash(userid: str) -> str:
    return keyed_hash("userid", f"{current_app.extensions['settings'].wecom_corp_id}:{userid}")


def handle(person_id: int | None, kind: str) -> str:
    """What it takes to write to this person: their `openid` or `userid`; nothing when it is not known."""
    found = _latest(person_id, kind)
    return (found.handle or "") if found else ""


def _latest(person_id: int | None, kind: str) -> Identity | None:
    """Two persons that became one by their phone may have brought a WeChat each."""
    mine = select(Identity).filter_by(person_id=person_id, kind=kind).order_by(Identity.id.desc()).limit(1)
    return db.session.scalars(mine).first()


def recognise(by: Viewer, openid: str) -> None:
    """The person behind this device is the one of this WeChat. Joins the transaction in hand."""
    subject = openid_hash(openid)
    known = one(Identity, kind="openid", subject=subject)
    if known is not None and known.person_id == by.person_id:
        return
    for person_id in sorted(id_ for id_ in (by.person_id, known.person_id if known else None) if id_):
        locked(db.session.get_one(Person, person_id))
    here = becoming(by.person_id)
    if known is None:
        db.session.add(Identity(person=_without_wechat(here), kind="openid", subject=subject, handle=openid))
        db.session.flush()
        return
    _bring_together(here, locked(known).person)


def _without_wechat(here: Person) -> Person:
    """The person behind the device; when they have another WeChat already, whoever holds it now is somebody new."""
    if _latest(here.id, "openid") is None:
        return here
    somebody = Person()
    db.session.add(somebody)
    db.session.flush()
    device_goes_to(somebody.id)
    return somebody


def _bring_together(here: Person, there: Person) -> None:
    """`here` is behind the device, `there` has the WeChat."""
    another_wechat = _latest(here.id, "openid") is not None
    if another_wechat or (here.known_at and there.known_at):
        device_goes_to(there.id)
    elif here.known_at:
        merge_persons(there, here)
    else:
        merge_persons(here, there)


def become_known(by: Viewer, place: Place, nickname: str) -> Person:
    """Who came by WeChat is known with a nickname. Raises Refused when they did not, Invalid for the nickname."""
    person = becoming(by.person_id)
    if _latest(person.id, "openid") is None:
        raise Refused("微信还没有告诉我们您是谁，请从头再来一次")
    if person.known_at is None:
        know(person, "wechat", place, nickname, by)
    return person


def worker_of(userid: str) -> Identity | None:
    """The open account of the worker this userid was bound to."""
    found = one(Identity, kind="userid", subject=userid_hash(userid)) if userid else None
    account = found.person.account if found else None
    return account if account and not account.disabled_at else None


def bind_worker(by: Viewer, userid: str) -> None:
    """From now on whoever opens us in WeCom as this member is this worker; one member for one worker."""
    with writing():
        worker = locked(db.session.get_one(Person, by.staff_id))
        taken = one(Identity, kind="userid", subject=userid_hash(userid))
        if taken is not None and taken.person_id != worker.id:
            raise Refused(NO_ROOM)
        if taken is None:
            _forget_member(worker)
            db.session.add(Identity(person=worker, kind="userid", subject=userid_hash(userid), handle=userid))
            _note(worker, "wecom_bind", by)


def unbind_worker(by: Viewer) -> None:
    with writing():
        worker = locked(db.session.get_one(Person, by.staff_id))
        if _forget_member(worker):
            _note(worker, "wecom_unbind", by)


def _forget_member(worker: Person) -> bool:
    bound = _latest(worker.id, "userid")
    if bound is not None:
        db.session.delete(bound)
        db.session.flush()
    return bound is not None


def _note(worker: Person, verb: str, by: Viewer) -> None:
    place = worker.posts[-1].stands_at
    facts = {"actor": by.label, "actor_id": by.staff_id}
    record(f"person.{verb}", worker.id, stream=place.stream, scope=place.path, **facts)
