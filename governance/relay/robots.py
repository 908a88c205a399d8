"""Robots of WeCom groups: their encrypted secrets, their keepers, and the numbers that pair a group with a robot."""

import json
import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, UniqueConstraint, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from governance.core.crypto import Personal, keyed_hash
from governance.core.db import Base, db, locked, now, writing
from governance.core.errors import Invalid, Missing
from governance.core.events import record
from governance.core.jobs import job
from governance.people.access.permissions import require
from governance.people.access.viewer import Viewer
from governance.people.model import Person
from governance.places.model import Place
from governance.places.place_columns import AreaColumns
from governance.relay.keys import robot_of
from governance.relay.model import Group
from governance.wechat.envelope import is_aes_key

CHANNEL = "wecom_aibot"  # the channel that binds groups to these robots
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{1,29}")
SECRET = re.compile(r"[!-~]{3,128}")
GOOD_FOR = timedelta(days=1)


class Robot(AreaColumns, Base):
    """One intelligent robot, kept at a place. `settings` is encrypted JSON: token and aes_key of a callback, or bot_id
    and secret of a long connection. `held_by` is the worker that holds the lease of the connection."""

    __tablename__ = "robot"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(30), unique=True)
    settings: Mapped[str] = mapped_column(Personal)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    keeper_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    held_by: Mapped[str | None] = mapped_column(String(16))
    held_until: Mapped[datetime | None]
    connected_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)

    place: Mapped[Place] = relationship()
    keeper: Mapped[Person | None] = relationship()

    @property
    def kept(self) -> dict[str, str]:
        """The decrypted secrets. Use them to open and connect, never for display."""
        found: dict[str, str] = json.loads(self.settings)
        return found

    @property
    def kept_names(self) -> tuple[str, ...]:
        """The names of the secrets that are set."""
        return tuple(name for name, secret in self.kept.items() if secret)

    @property
    def connects(self) -> bool:
        return bool(self.kept.get("bot_id"))


class Pairing(Base):
    """A group that spoke to a robot but is not bound yet. The keeper types the number to bind it."""

    __tablename__ = "pairing"
    __table_args__ = (UniqueConstraint("group_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(8), unique=True)
    robot: Mapped[str] = mapped_column(String(30))
    group_key: Mapped[str] = mapped_column(String(43))
    chat: Mapped[str] = mapped_column(Personal)
    at: Mapped[datetime] = mapped_column(default=now)


def find_robot(name: str) -> Robot | None:
    return db.session.scalars(select(Robot).filter_by(name=name)).one_or_none()


def robot_named(name: str) -> Robot:
    found = find_robot(name)
    if found is None:
        raise Missing
    return found


def read_secrets(given: Mapping[str, str]) -> dict[str, str]:
    """The secrets as they are stored, for a callback or for a long connection. Raises Invalid by field."""
    token, aes_key, bot_id, secret = (given.get(name, "").strip() for name in ("token", "aes_key", "bot_id", "secret"))
    if bot_id or secret:
        wrong = {
            name: "要 3 到 128 个字母、数字或符号"
            for name, one in (("bot_id", bot_id), ("secret", secret))
            if not SECRET.fullmatch(one)
        }
        if token or aes_key:
            wrong = {"bot_id": "两种方式只能选一种：长连接，或者回调"}
        kept = {"bot_id": bot_id, "secret": secret}
    else:
        wrong = {} if SECRET.fullmatch(token) else {"token": "请填回调的 Token；用长连接就填下面的 Bot ID 和 Secret"}
        wrong |= {} if is_aes_key(aes_key) else {"aes_key": "EncodingAESKey 是 43 位字母和数字"}
        kept = {"token": token, "aes_key": aes_key}
    if wrong:
        raise Invalid(wrong)
    return kept


def add_robot(by: Viewer, name: str, place: Place, given: Mapping[str, str]) -> Robot:
    """Add a robot. Raises Invalid by field."""
    if not NAME.fullmatch(name):
        raise Invalid({"named": "只用小写字母、数字和 - _，2 到 30 位"})
    kept = read_secrets(given)
    with writing():
        require(by, "group.keep", place)
        if db.session.scalar(select(Robot.id).filter_by(name=name)):
            raise Invalid({"named": "已经有叫这个名字的机器人"})
        robot = Robot(name=name, settings=json.dumps(kept), place_id=place.id, keeper_id=by.staff_id, **place.areas())
        db.session.add(robot)
        db.session.flush()
        _note(robot, place, "add", by)
    return robot


def change_robot(robot: Robot, by: Viewer, given: Mapping[str, str]) -> Robot:
    """Change the secrets. Empty fields keep theirs; switching between callback and connection replaces all of them."""
    fresh = {name: text.strip() for name, text in given.items() if text.strip()}
    with writing():
        require(by, "group.keep", locked(robot))
        same_way = {name: text for name, text in robot.kept.items() if _way(name) in {_way(one) for one in fresh}}
        robot.settings = json.dumps(read_secrets({**same_way, **fresh} if fresh else robot.kept))
        robot.held_until = robot.connected_at = None  # a connected worker reads them again
        _set_receives(robot, robot.connects)
        _note(robot, robot.place, "change", by)
    return robot


def _way(name: str) -> bool:
    return name in ("bot_id", "secret")


def remove_robot(robot: Robot, by: Viewer) -> None:
    """Delete a robot and its secrets. Its callback address stops answering."""
    with writing():
        require(by, "group.keep", locked(robot))
        _note(robot, robot.place, "remove", by)
        _set_receives(robot, False)
        db.session.execute(delete(Pairing).where(Pairing.robot == robot.name))
        db.session.delete(robot)


def _set_receives(robot: Robot, receives: bool) -> None:
    """Its groups receive events only if the robot can speak by itself."""
    theirs = update(Group).where(Group.robot == robot_of(CHANNEL, robot.name))
    db.session.execute(theirs.values(receives=receives), execution_options={"synchronize_session": False})


def _note(robot: Robot, place: Place, verb: str, viewer: Viewer) -> None:
    where = {"stream": place.stream, "scope": place.path}
    record(f"robot.{verb}", robot.id, actor=viewer.label, actor_id=viewer.staff_id, **where, name=robot.name)


def number_for(robot: str, chat: str) -> str:
    """The number told to a group that is not bound; the same for a day. Call it inside `writing()`."""
    group_key = keyed_hash("pairing", f"{robot}:{chat}")
    known = db.session.scalars(select(Pairing).filter_by(group_key=group_key)).one_or_none()
    if known is not None and known.at > now() - GOOD_FOR:
        return known.number
    if known is not None:
        db.session.delete(known)
        db.session.flush()
    pairing = Pairing(number=f"{secrets.randbelow(10**6):06}", robot=robot, group_key=group_key, chat=chat)
    db.session.add(pairing)
    db.session.flush()
    return pairing.number


@job("relay.forget_pairings", every=3600)
def forget_pairings() -> None:
    with writing():
        db.session.execute(delete(Pairing).where(Pairing.at < now() - GOOD_FOR))


def paired(number: str) -> Pairing:
    """The group that was told this number. Raises Invalid at `number`."""
    query = select(Pairing).filter_by(number="".join(number.split())).where(Pairing.at > now() - GOOD_FOR)
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise Invalid({"number": "没有这个数字，或者过了一天。请在群里再 @机器人 说一句，用它新回的数字"})
    return found
