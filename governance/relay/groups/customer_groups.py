"""The customer groups WeCom knows, from which a keeper picks one to bind. A job lists them; names follow in small runs.

A listing costs one call per thousand groups, a name one call per group (externalcontact/groupchat/list and /get).
Groups missing from a complete listing are deleted.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import String, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from governance.core.crypto import Personal
from governance.core.db import Base, db, like_prefix, now, writing
from governance.core.jobs import enqueue, enqueue_once, job
from governance.core.web.paging import Page, page
from governance.people.access.permissions import may
from governance.people.access.viewer import Viewer
from governance.relay.channels.wecom_mass_task import CHAT, USER, WecomMassTask
from governance.relay.keys import heard_as
from governance.relay.model import Group
from governance.wechat.answers import TROUBLES, Gone, Never
from governance.wechat.gateway import gateway

LIST, GET = "/cgi-bin/externalcontact/groupchat/list", "/cgi-bin/externalcontact/groupchat/get"
AT_ONCE, PAGES = 1000, 50  # groups per page, pages per listing
NAMES, FRESH, SOON = 300, timedelta(days=7), 30  # names per run; seconds until the next run
log = structlog.get_logger()


class CustomerGroup(Base):
    """`ear` is the keyed hash that also identifies a bound group. A row without an owner has not been asked for yet."""

    __tablename__ = "customer_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    ear: Mapped[str] = mapped_column(String(43), unique=True)
    chat_id: Mapped[str] = mapped_column(Personal)
    name: Mapped[str] = mapped_column(String(60), default="")
    owner: Mapped[str | None] = mapped_column(Personal)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    asked_at: Mapped[datetime | None]


@job("relay.customer_groups", every=21600, lease=600, tries=1, network=True)
def list_groups() -> None:
    """List all groups page by page, then enqueue the names."""
    if not gateway().has("contact"):
        return
    begun, cursor = now(), ""
    try:
        for _ in range(PAGES):
            asked: dict[str, Any] = {"status_filter": 0, "limit": AT_ONCE} | ({"cursor": cursor} if cursor else {})
            answer = gateway().read("contact", LIST, method="POST", json=asked)
            _keep(_chats(answer))
            cursor = str(answer.get("next_cursor") or "")
            if not cursor:
                break
    except TROUBLES as trouble:
        log.warning("customer_groups.not_listed", reason=trouble.reason)
        return
    with writing():
        if not cursor:
            db.session.execute(delete(CustomerGroup).where(CustomerGroup.seen_at < begun))
        enqueue("relay.customer_names")


def _chats(answer: dict[str, Any]) -> list[str]:
    rows = answer.get("group_chat_list")
    found = [str(row.get("chat_id")) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [chat for chat in found if CHAT.fullmatch(chat)]


def _keep(chats: Iterable[str]) -> None:
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    rows = [{"ear": _ear(chat), "chat_id": chat, "name": "", "seen_at": now()} for chat in chats]
    if rows:
        row = insert(CustomerGroup)
        seen = row.on_conflict_do_update(index_elements=["ear"], set_={"seen_at": row.excluded.seen_at})
        with writing():
            db.session.execute(seen, rows)


def _ear(chat: str) -> str:
    return heard_as(WecomMassTask.name, chat)


@job("relay.customer_names", lease=600, tries=3, network=True)
def name_groups() -> None:
    """Ask for names and owners that are missing or a week old. The next run takes what is left."""
    stale = or_(CustomerGroup.asked_at.is_(None), CustomerGroup.asked_at < now() - FRESH)
    oldest = (CustomerGroup.asked_at.is_not(None), CustomerGroup.asked_at)
    todo = select(CustomerGroup.id, CustomerGroup.chat_id).where(stale).order_by(*oldest)
    rows = db.session.execute(todo.limit(NAMES + 1)).all()
    db.session.rollback()
    for row in rows[:NAMES]:
        try:
            answer = gateway().read("contact", GET, method="POST", json={"chat_id": row.chat_id, "need_name": 0})
        except (Never, Gone) as trouble:  # only this group: it is gone or out of our scope
            log.info("customer_groups.not_named", reason=trouble.reason)
            answer = {}
        except TROUBLES as trouble:
            log.warning("customer_groups.not_named", reason=trouble.reason)
            _go_on()
            return
        _name(row.id, answer.get("group_chat"))
    if len(rows) > NAMES:
        _go_on()


def _go_on() -> None:
    with writing():
        enqueue_once("relay.customer_names", SOON, "left")


def _name(id_: int, answer: Any) -> None:
    values: dict[str, Any] = {"asked_at": now()}
    if isinstance(answer, dict):
        owner = str(answer.get("owner") or "")
        values |= {"name": str(answer.get("name") or "")[:60], "owner": owner if USER.fullmatch(owner) else None}
    with writing():
        db.session.execute(update(CustomerGroup).where(CustomerGroup.id == id_).values(values))


def ask_again() -> None:
    """List the groups anew; at most once a minute for all who ask."""
    with writing():
        enqueue_once("relay.customer_groups", 30, "asked")


def found(search: str, after: str) -> Page[CustomerGroup]:
    query = select(CustomerGroup)
    if search:
        query = query.where(CustomerGroup.name.like("%" + like_prefix(search[:40]), escape="\\"))
    return page(query, (CustomerGroup.name, CustomerGroup.id), after)


def last_seen() -> datetime | None:
    return db.session.scalar(select(func.max(CustomerGroup.seen_at)))


def bound(viewer: Viewer, rows: Iterable[CustomerGroup]) -> dict[str, Group | None]:
    """Which of these are bound already: the group where this viewer keeps it, None where others do."""
    taken = select(Group).where(Group.heard_as.in_([row.ear for row in rows]), Group.archived_at.is_(None))
    groups = db.session.scalars(taken).all()
    return {one.heard_as or "": one if may(viewer, "group.keep", one) else None for one in groups}
