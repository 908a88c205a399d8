"""WeChat identities of residents and WeCom identities of workers.

A resident's openid is kept as a keyed hash and, to write to them, encrypted. An openid never merges two known persons:
the device then moves to the person who has the openid.
"""

from flask import current_app
from sqlalchemy import select

from governance.core.crypto import keyed_hash
from governance.core.db import db, locked, writing
from governance.core.db import find_by as one
from governance.core.errors import Refused
from governance.core.events import record
from governance.core.translation import LazyText as _l
from governance.people.access.current import device_goes_to
from governance.people.access.viewer import Viewer
from governance.people.model import Identity, Person
from governance.people.residents.merge import merge_persons
from governance.people.residents.verification import becoming, know
from governance.places.model import Place

NO_ROOM = _l("这个企业微信已经绑在另一个工作账号上了。要换，请先用那个账号登录，在“我的”里解开")


def openid_hash(openid: str) -> str:
    return keyed_hash("openid", f"{current_app.extensions['settings'].wechat_app_id}:{openid}")


def userid_hash(userid: str) -> str:
    return keyed_hash("userid", f"{current_app.extensions['settings'].wecom_corp_id}:{userid}")


def handle(person_id: int | None, kind: str) -> str:
    """The `openid` or `userid` to write to this person; empty when there is none."""
    found = _latest(person_id, kind)
    return (found.handle or "") if found else ""


def _latest(person_id: int | None, kind: str) -> Identity | None:
    """A person merged from two may have two of a kind; the latest counts."""
    mine = select(Identity).filter_by(person_id=person_id, kind=kind).order_by(Identity.id.desc()).limit(1)
    return db.session.scalars(mine).first()


def recognise(by: Viewer, openid: str) -> None:
    """Bind the person of this device to an openid, merging persons if needed. Call it inside `writing()`."""
    subject = openid_hash(openid)
    bound = one(Identity, kind="openid", subject=subject)
    if bound is not None and bound.person_id == by.person_id:
        return
    for person_id in sorted(id_ for id_ in (by.person_id, bound.person_id if bound else None) if id_):
        locked(db.session.get_one(Person, person_id))
    device_person = becoming(by.person_id)
    if bound is None:
        db.session.add(Identity(person=_without_wechat(device_person), kind="openid", subject=subject, handle=openid))
        db.session.flush()
        return
    _bring_together(device_person, locked(bound).person)


def _without_wechat(device_person: Person) -> Person:
    """The person to bind the openid to: a new one when the device's person has another openid."""
    if _latest(device_person.id, "openid") is None:
        return device_person
    somebody = Person()
    db.session.add(somebody)
    db.session.flush()
    device_goes_to(somebody.id)
    return somebody


def _bring_together(device_person: Person, openid_person: Person) -> None:
    """Merge the device's person and the openid's, or move the device when both may not be one."""
    another_wechat = _latest(device_person.id, "openid") is not None
    if another_wechat or (device_person.known_at and openid_person.known_at):
        device_goes_to(openid_person.id)
    elif device_person.known_at:
        merge_persons(openid_person, device_person)
    else:
        merge_persons(device_person, openid_person)


def become_known(by: Viewer, place: Place, nickname: str) -> Person:
    """Verify a resident by their openid. Raises Refused when there is no openid, Invalid for the nickname."""
    person = becoming(by.person_id)
    if _latest(person.id, "openid") is None:
        raise Refused("微信还没有告诉我们您是谁，请从头再来一次")
    if person.known_at is None:
        know(person, "wechat", place, nickname, by)
    return person


def worker_of(userid: str) -> Identity | None:
    """The account bound to this userid; None when there is none or it is disabled."""
    found = one(Identity, kind="userid", subject=userid_hash(userid)) if userid else None
    account = found.person.account if found else None
    return account if account and not account.disabled_at else None


def bind_worker(by: Viewer, userid: str) -> None:
    """Bind a WeCom userid to the worker's account. Raises Refused when it is bound to another account."""
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
