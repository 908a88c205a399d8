"""What bots of other programs do: lease messages to post, report their outcomes, and pass on what members say."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import IO

from flask import current_app
from sqlalchemy import select

from governance.assistant.bot_api.schemas import Deliveries, Leased, OutcomeName, Report, Taken
from governance.core.db import db, now, writing
from governance.core.errors import Invalid
from governance.core.photos.clean import MOST_BYTES, Unclean, glance
from governance.relay.channels.base import Outcome, Refusal, Sent
from governance.relay.channels.bot import Bot
from governance.relay.delivery.batches import carrying
from governance.relay.delivery.claims import claim
from governance.relay.delivery.in_flight import start
from governance.relay.delivery.results import record_outcomes
from governance.relay.keys import robot_of
from governance.relay.model import SENDING, UNKNOWN, Group, Message
from governance.tickets.reporting.reports import MOST_PHOTOS

OUTCOMES: dict[OutcomeName, Outcome] = {
    "sent": Sent(),
    "refused": Refusal("机器人这次没发成"),
    "failed": Refusal("机器人发不了", None),
}


@dataclass(frozen=True)
class Caller:
    """An authenticated bot. `robot` is the keyed hash that its groups carry."""

    name: str
    robot: str


def caller(name: str, authorization: str) -> Caller | None:
    """The bot with this key, or None. The key's hash is looked up, so the time taken reveals nothing."""
    scheme, _, key = authorization.partition(" ")
    robot = robot_of(Bot.name, f"{name}:{key.strip()}")
    known = select(Group.id).where(Group.robot == robot, Group.channel == Bot.name, Group.archived_at.is_(None))
    if scheme.lower() != "bearer" or not key or db.session.scalar(known.limit(1)) is None:
        return None
    return Caller(name, robot)


def lease(bot: Caller, limit: int) -> Deliveries:
    """Hand out messages to post, each once. A message without a report when its lease ends becomes unknown."""
    channel = Bot(current_app.extensions["settings"])
    parcels = start(channel, claim(channel, limit, bot.robot))
    ends = db.session.scalars(select(Message).where(Message.id.in_([parcel.message_id for parcel in parcels])))
    until = {message.id: message.lease_until for message in ends}
    leased = [
        Leased(
            id=parcel.message_id,
            mark=parcel.short_code,
            group=parcel.bound["chat"],
            text=parcel.words,
            lease_until=until[parcel.message_id].isoformat(),  # type: ignore[union-attr]  # `claim` has just set it
        )
        for parcel in parcels
    ]
    return Deliveries(deliveries=leased)


def report_results(bot: Caller, report: Report) -> Taken:
    """Record the outcomes of leased messages. A late report settles an unknown one; a settled one stays."""
    given = {result.id: result.outcome for result in report.results}
    with writing():
        open_ = (Message.id.in_(given), Message.robot == bot.robot, Message.state.in_((SENDING, UNKNOWN)))
        messages = db.session.scalars(select(Message).where(*open_).with_for_update()).all()
        for message in messages:
            _reopen(message)
        record_outcomes([(carrying(message), OUTCOMES[given[message.id]]) for message in messages])
    taken = [message.id for message in messages]
    return Taken(taken=taken, left=sorted(set(given) - set(taken)))


def _reopen(message: Message) -> None:
    if message.state == UNKNOWN:
        message.state, message.ended_at = SENDING, None
        for delivery in message.deliveries:
            delivery.state = SENDING
    message.lease_until = now()
    db.session.flush()


def read_photos(files: Iterable[IO[bytes]]) -> tuple[bytes, ...]:
    """The photos of a message, unprocessed; the worker draws them anew before anybody sees them. Raises Invalid."""
    shots = []
    for file in islice(files, MOST_PHOTOS + 1):
        shots.append(file.read(MOST_BYTES + 1))
        try:
            glance(shots[-1])
        except Unclean as trouble:
            raise Invalid({"photos": f"第 {len(shots)} 张：{trouble}"}) from trouble
    if len(shots) > MOST_PHOTOS:
        raise Invalid({"photos": f"一次最多 {MOST_PHOTOS} 张照片"})
    return tuple(shots)
