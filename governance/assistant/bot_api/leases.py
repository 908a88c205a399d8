"""What bots of other programs do: lease messages to post, report their outcomes, and pass on what members say."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

from flask import current_app
from sqlalchemy import select

from governance.core.db import LARGEST, db, now, writing
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
from governance.tickets.reports import MOST_PHOTOS

MOST, A_FEW = 50, 20
MESSAGE = {"message_id": 64, "group": 64, "sender": 64, "text": 2000}  # longest text of each field
OUTCOMES: dict[str, Outcome] = {
    "sent": Sent(),
    "refused": Refusal("机器人这次没发成"),
    "failed": Refusal("机器人发不了", None),
}


@dataclass(frozen=True)
class Caller:
    """An authenticated bot. `robot` is the keyed hash that its groups carry."""

    name: str
    robot: str


def object_in(body: bytes) -> dict[str, Any] | None:
    """The JSON object in the body; None for anything else, including JSON that is nested too deep."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def caller(name: str, authorization: str) -> Caller | None:
    """The bot with this key, or None. The key's hash is looked up, so the time taken reveals nothing."""
    scheme, _, key = authorization.partition(" ")
    robot = robot_of(Bot.name, f"{name}:{key.strip()}")
    known = select(Group.id).where(Group.robot == robot, Group.channel == Bot.name, Group.archived_at.is_(None))
    if scheme.lower() != "bearer" or not key or db.session.scalar(known.limit(1)) is None:
        return None
    return Caller(name, robot)


def lease(bot: Caller, limit: int) -> list[dict[str, Any]]:
    """Hand out messages to post, each once. A message without a report when its lease ends becomes unknown."""
    channel = Bot(current_app.extensions["settings"])
    parcels = start(channel, claim(channel, limit, bot.robot))
    ends = db.session.scalars(select(Message).where(Message.id.in_([parcel.message_id for parcel in parcels])))
    until = {message.id: message.lease_until for message in ends}
    return [
        {
            "id": parcel.message_id,
            "mark": parcel.short_code,
            "group": parcel.bound["chat"],
            "text": parcel.words,
            "lease_until": until[parcel.message_id].isoformat(),  # type: ignore[union-attr]
        }
        for parcel in parcels
    ]


def report_results(bot: Caller, results: Any) -> dict[str, list[int]]:
    """Record the outcomes of leased messages. A late report settles an unknown one; a settled one stays.

    Returns the ids taken, and the ids left as they were. Raises Invalid by field.
    """
    given = _read(results)
    with writing():
        open_ = (Message.id.in_(given), Message.robot == bot.robot, Message.state.in_((SENDING, UNKNOWN)))
        messages = db.session.scalars(select(Message).where(*open_).with_for_update()).all()
        for message in messages:
            _reopen(message)
        record_outcomes([(carrying(message), OUTCOMES[given[message.id]]) for message in messages])
    taken = [message.id for message in messages]
    return {"taken": taken, "left": sorted(set(given) - set(taken))}


def _reopen(message: Message) -> None:
    if message.state == UNKNOWN:
        message.state, message.ended_at = SENDING, None
        for delivery in message.deliveries:
            delivery.state = SENDING
    message.lease_until = now()
    db.session.flush()


def read_message(given: Any, wordless: bool = False) -> dict[str, str]:
    """`{message_id, group, sender, text}`, each a text within its length. Beside photos `text` may be empty.

    Raises Invalid by field.
    """
    if not isinstance(given, Mapping):
        raise Invalid({"message_id": "要 JSON：message_id、group、sender、text"})
    given = {"text": ""} | dict(given) if wordless else given
    needed = {name: longest for name, longest in MESSAGE.items() if not (wordless and given.get(name) == "")}
    wrong = [name for name, longest in needed.items() if not _fits(given.get(name), longest)]
    if wrong:
        raise Invalid({name: f"要一段文字，1 到 {MESSAGE[name]} 个字" for name in wrong})
    return {name: given[name] for name in MESSAGE}


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


def _fits(text: Any, longest: int) -> bool:
    """Text that a column can store: no null, no lone surrogate."""
    if not isinstance(text, str) or not 0 < len(text.strip()) <= longest or len(text) > longest:
        return False
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _read(results: Any) -> dict[int, str]:
    """`[{"id": 7, "outcome": "sent"}]` as a mapping. Raises Invalid by field."""
    if not isinstance(results, list) or not 0 < len(results) <= MOST:
        raise Invalid({"results": f"要一个列表，1 到 {MOST} 项"})
    given: dict[int, str] = {}
    for index, one in enumerate(results):
        id_, outcome = (one.get("id"), one.get("outcome")) if isinstance(one, dict) else (None, None)
        if type(id_) is not int or not 0 < id_ <= LARGEST:
            raise Invalid({f"results[{index}].id": "要一个正整数"})
        if not isinstance(outcome, str) or outcome not in OUTCOMES:
            raise Invalid({f"results[{index}].outcome": "只能是 sent、refused 或 failed"})
        given[id_] = outcome
    return given
