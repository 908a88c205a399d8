"""Creates mass tasks: deliveries in the same words for groups of one owner, at most 2,000 groups per task.

Messages are committed as `sending` before the network is touched. A lost answer is never repeated.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import update

from governance.core.db import db, now, writing
from governance.relay.channels.base import Dead, Refusal, Unknown, outcome_through_gateway
from governance.relay.channels.wecom_mass_task import WecomMassTask
from governance.relay.delivery.batches import Parcel
from governance.relay.delivery.claims import claim
from governance.relay.delivery.in_flight import put_back, start
from governance.relay.delivery.rate_limit import turn
from governance.relay.delivery.results import record_outcomes
from governance.relay.mass_tasks.model import REFUSED, UNKNOWN, WITH_OWNER, MassTask, MassTaskPart
from governance.relay.mass_tasks.quota import full_until
from governance.relay.messages.text import signed
from governance.relay.model import SENDING, Message
from governance.wechat.answers import TROUBLES, Later, Lost, Trouble
from governance.wechat.gateway import gateway

ADD = "/cgi-bin/externalcontact/add_msg_template"
MOST, AT_ONCE, ROUNDS = 2000, 1000, 20
FIRST_LOOK = timedelta(minutes=1)
NOT_THEIRS = "企业微信说这不是这位群主的客户群，请核对编号和群主"


@dataclass(frozen=True)
class Given:
    """A task being created for its owner."""

    id: int
    channel: WecomMassTask
    owner: str
    words: str
    parcels: tuple[Parcel, ...]

    @property
    def asked(self) -> dict[str, Any]:
        chats = [parcel.bound["chat_id"] for parcel in self.parcels]
        return {"chat_type": "group", "sender": self.owner, "chat_id_list": chats, "text": {"content": self.words}}


def give() -> int:
    """Create tasks from ready deliveries; returns how many were asked for."""
    channel, count = WecomMassTask(current_app.extensions["settings"]), 0
    for owner, words, parcels in _alike(_claimed(channel)):
        given = _begin(channel, owner, words, parcels)
        if given is None:
            continue
        count += 1
        if _ask(given):
            break
    return count


def _claimed(channel: WecomMassTask) -> list[Parcel]:
    """Claim all ready deliveries, so that groups of one owner share a task."""
    found: list[Parcel] = []
    if channel.host.rests:
        return found
    for _ in range(ROUNDS):
        more = claim(channel, AT_ONCE)
        if not more:
            break
        found += more
    return found


def _alike(parcels: Sequence[Parcel]) -> list[tuple[str, str, tuple[Parcel, ...]]]:
    same: dict[tuple[str, str], list[Parcel]] = defaultdict(list)
    for parcel in parcels:
        same[parcel.bound["owner"], parcel.words.removesuffix(signed(("",), parcel.short_code))].append(parcel)
    return [
        (owner, words, tuple(many[first : first + MOST]))
        for (owner, words), many in same.items()
        for first in range(0, len(many), MOST)
    ]


def _begin(channel: WecomMassTask, owner: str, words: str, parcels: Sequence[Parcel]) -> Given | None:
    """One transaction: groups without quota wait, the others become `sending` with one signature."""
    with turn():
        full = full_until([parcel.group_id for parcel in parcels])
        for parcel in parcels:
            if parcel.group_id in full:
                put_back(parcel, (*parcel.deliveries, *parcel.left), full[parcel.group_id])
        started = start(channel, [parcel for parcel in parcels if parcel.group_id not in full])
        if not started:
            return None
        sign = started[0].short_code
        said = signed((words,), sign)
        mine = update(Message).where(Message.id.in_([parcel.message_id for parcel in started]))
        db.session.execute(mine.values(short_code=sign, words=said), execution_options={"synchronize_session": False})
        task = MassTask(owner=owner)
        db.session.add(task)
        db.session.flush()
        db.session.add_all(
            MassTaskPart(message_id=one.message_id, task_id=task.id, chat_id=one.bound["chat_id"]) for one in started
        )
    return Given(task.id, channel, owner, said, tuple(replace(one, words=said, short_code=sign) for one in started))


def _ask(given: Given) -> bool:
    """Create the task at WeCom and record the outcome; says whether all further tasks must wait too."""
    try:
        answer = gateway().call("contact", ADD, json=given.asked)
        msgid = str(answer["msgid"])
    except TROUBLES as trouble:
        _not_given(given, trouble)
        return isinstance(trouble, Later) and trouble.whole
    except KeyError:
        _not_given(given, Lost("回音看不懂"))
        return False
    failed = answer.get("fail_list")
    _with_owner(given, msgid, {str(one) for one in failed} if isinstance(failed, list) else set())
    return False


def _not_given(given: Given, trouble: Trouble) -> None:
    """Record a task that WeCom refused or whose answer was lost. No group is disabled for it."""
    outcome = given.channel.excused(outcome_through_gateway(trouble))
    if isinstance(outcome, Dead):
        outcome = Refusal(outcome.reason, after=None)
    state = UNKNOWN if isinstance(outcome, Unknown) else REFUSED
    with writing():
        task = db.session.get_one(MassTask, given.id, with_for_update=True)
        record_outcomes([(parcel, outcome) for parcel in given.parcels])
        task.state, task.reason, task.ended_at = state, trouble.reason[:300], now()


def _with_owner(given: Given, msgid: str, failed: set[str]) -> None:
    taken = [one.message_id for one in given.parcels if one.bound["chat_id"] not in failed]
    with writing():
        task = db.session.get_one(MassTask, given.id, with_for_update=True)
        record_outcomes([(one, Refusal(NOT_THEIRS, None)) for one in given.parcels if one.bound["chat_id"] in failed])
        waits = update(Message).where(Message.id.in_(taken), Message.state == SENDING)
        db.session.execute(waits.values(lease_until=None), execution_options={"synchronize_session": False})
        task.msgid, task.state, task.next_at = msgid, WITH_OWNER, now() + FIRST_LOOK
