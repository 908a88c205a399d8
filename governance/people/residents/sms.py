"""Verification by text message: six digits to a phone, sent by a job through the gateway of docs/sms.md.

A request never waits for the gateway.
"""

import http.client
import json
import re
import secrets
import unicodedata
import uuid
from datetime import timedelta
from urllib.parse import urlsplit

import structlog
from flask import current_app
from sqlalchemy import delete, select

from governance.core import limits
from governance.core.crypto import keyed_hash, same
from governance.core.db import db, locked, now, writing
from governance.core.db import find_by as one
from governance.core.errors import Invalid, TooMuch
from governance.core.jobs import enqueue, job
from governance.core.translation import AnyText
from governance.core.translation import LazyText as _l
from governance.people.access.viewer import Viewer
from governance.people.households import Sms, VerificationRequest
from governance.people.model import Identity, Person
from governance.people.residents.merge import merge_persons
from governance.people.residents.verification import becoming, free_nickname, know
from governance.places.model import Place

log = structlog.get_logger()
GOOD_FOR = timedelta(minutes=10)
TRIES = 5
ONE_PHONE, ONE_PHONE_A_DAY, ONE_DEVICE, ONE_PLACE = "5/hour", "10/day", "6/hour", "120/hour"
MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
WORDS = _l("【一码共治】验证码 %(code)s，10 分钟内有效。只填在您自己打开的页面上，谁来要都不要给。")
TIMEOUT = 8.0  # seconds; all tries of the job fit into GOOD_FOR
LATER = (408, 425, 429)  # 4xx that may succeed later


class NotTaken(Exception):
    """The gateway gave no final answer: the job sends the message again, with the same id."""


def offered() -> bool:
    return bool(current_app.extensions["settings"].sms_url)


def read_mobile(text: str) -> str:
    """A mainland mobile number as eleven digits. Raises Invalid."""
    found = MOBILE.fullmatch(re.sub(r"[\s()-]", "", unicodedata.normalize("NFKC", text)))
    if not found:
        raise Invalid({"phone": _l("请填 11 位的手机号")})
    return found[1]


def phone_hash(number: str) -> str:
    return keyed_hash("phone", number)


def ask(by: Viewer, phone: str, place: Place, nickname: str) -> VerificationRequest:
    """Send six digits to a phone. Raises Invalid, and TooMuch by phone, device or place. Call it inside `writing()`."""
    number = read_mobile(phone)
    person = becoming(by.person_id)
    name = person.nickname if person.known_at else free_nickname(nickname, place)
    _within_limits(phone_hash(number), str(by.person_id), str(place.id))
    db.session.execute(
        delete(VerificationRequest).where(VerificationRequest.person_id == person.id, VerificationRequest.way == "sms")
    )
    code = f"{secrets.randbelow(1_000_000):06}"
    message = Sms(id=str(uuid.uuid4()), to=number, text=WORDS % {"code": code})
    db.session.add(message)
    db.session.flush()
    asking = VerificationRequest(
        person_id=person.id, way="sms", nickname=name or "", code=code, phone=number, place_id=place.id
    )
    asking.phone_hash, asking.sms_id, asking.expires_at = phone_hash(number), message.id, now() + GOOD_FOR
    db.session.add(asking)
    enqueue("people.send_sms", sms=message.id)
    return asking


def _within_limits(phone: str, device: str, place: str) -> None:
    for limit, kind, key in (
        (ONE_DEVICE, "device", device),
        (ONE_PHONE, "phone", phone),
        (ONE_PHONE_A_DAY, "phone.day", phone),
        (ONE_PLACE, "place", place),
    ):
        if not limits.within_limit(limit, "sms", kind, key):
            raise TooMuch("验证短信要得太多了，写的都还在。请过一会儿再来，或者用住户条、请网格员当面确认")


def asked(person_id: int | None) -> VerificationRequest | None:
    """The open request of this person."""
    mine = (
        select(VerificationRequest)
        .filter_by(person_id=person_id, way="sms", used_at=None)
        .where(VerificationRequest.expires_at > now())
    )
    return db.session.scalars(mine.order_by(VerificationRequest.id.desc()).limit(1)).first()


def prove(by: Viewer, digits: str, nickname: str) -> AnyText:
    """Check the digits and verify the person, merging with the phone's owner. Returns what is wrong, or an empty text.

    It returns instead of raising, because a wrong try must be committed too.
    """
    asking = asked(by.person_id)
    if asking is None or locked(asking).code is None:
        return _l("验证码过期了，请再要一次")
    asking.tries += 1
    if asking.tries > TRIES:
        asking.code = None
        return _l("试得太多了，请再要一次验证码")
    if not same("".join(char for char in digits if char.isdecimal()), asking.code or ""):
        left = TRIES - asking.tries
        return _l("验证码不对，还能试 %(left)s 次", left=left) if left else _l("验证码不对，请再要一次")
    person, owner = becoming(asking.person_id), _owner(asking)
    if owner is None:
        _claim(person, asking)
    elif owner.id != person.id:
        if person.known_at is not None:
            return _l("这个手机号已经是另一位居民的了。两个昵称要合成一个，请找社区")
        merge_persons(person, owner)
        person = owner
    if person.known_at is None and asking.place is not None:
        know(person, "sms", asking.place, nickname, by)
    asking.used_at, asking.code, asking.phone = now(), None, None
    return ""


def _owner(asking: VerificationRequest) -> Person | None:
    identity = one(Identity, kind="phone", subject=asking.phone_hash or "")
    return locked(identity.person) if identity else None


def _claim(person: Person, asking: VerificationRequest) -> None:
    """Bind the phone to the person, in place of an earlier one."""
    db.session.execute(delete(Identity).where(Identity.person_id == person.id, Identity.kind == "phone"))
    person.phone = asking.phone
    db.session.add(Identity(person_id=person.id, kind="phone", subject=asking.phone_hash))
    db.session.flush()


@job("people.send_sms", network=True)
def send(sms: str) -> None:
    """Send one message. No transaction is open meanwhile; number and text are deleted after a final answer."""
    message = one(Sms, id=sms)
    if message is None or message.state != "due" or message.to is None:
        return
    body = json.dumps({"id": message.id, "to": message.to, "text": message.text}, ensure_ascii=False).encode()
    db.session.rollback()
    status = _post(body)
    if status in (200, 202):
        _settle(sms, "taken")
    elif 400 <= status < 500 and status not in LATER:
        log.warning("sms.refused", id=sms, status=status)
        _settle(sms, "refused")
    else:
        raise NotTaken(f"the gateway answered {status}")


def _post(body: bytes) -> int:
    settings = current_app.extensions["settings"]
    address = urlsplit(settings.sms_url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    gateway = kind(address.hostname or "", address.port, timeout=TIMEOUT)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {settings.sms_key}"}
    try:
        gateway.request("POST", (address.path or "/") + (f"?{address.query}" if address.query else ""), body, headers)
        return gateway.getresponse().status
    except (OSError, http.client.HTTPException) as trouble:
        raise NotTaken(type(trouble).__name__) from trouble
    finally:
        gateway.close()


def _settle(sms: str, state: str) -> None:
    with writing():
        message = one(Sms, id=sms)
        if message:
            message.state, message.settled_at, message.to, message.text = state, now(), None, None


@job("people.forget_askings", every=3600)
def forget_askings() -> None:
    """Delete requests and messages after a day."""
    old = now() - timedelta(days=1)
    with writing():
        db.session.execute(delete(VerificationRequest).where(VerificationRequest.asked_at < old))
        waited_for = select(VerificationRequest.id).where(VerificationRequest.sms_id == Sms.id).exists()
        db.session.execute(delete(Sms).where(Sms.asked_at < old, ~waited_for))
