"""Own groups: a person is told as a group of one, so claims, rate limits, order and outcomes work as for any group.

A worker's own group exists while WeCom knows their account; a resident's from their consent until they withdraw it. The
ticket decides whom an event concerns. Nobody is told what they did themselves.
"""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Select, and_, or_, select, update
from sqlalchemy.exc import IntegrityError

from governance.core.config import Settings
from governance.core.db import db, in_literals, locked, now, writing
from governance.core.db import find_by as one
from governance.core.errors import Refused
from governance.core.events import Event
from governance.people.access.viewer import Viewer
from governance.people.model import Identity, Person, Post
from governance.people.residents.verification import record_event
from governance.people.wechat.identity import handle, openid_hash
from governance.places.model import Place
from governance.relay.channels.official_account import OfficialAccount, kinds, template, ticked
from governance.relay.channels.wecom_app import WecomApp
from governance.relay.keys import robot_of
from governance.relay.model import ALONE, FAILED, READY, Delivery, Group
from governance.tickets.lifecycle import APPEALED
from governance.tickets.model import Follow, Ticket
from governance.wechat.gateway import gateway

QUIET_FROM, QUIET_UNTIL = 22, 7  # local hours; only urgent events at work are told between them
AGAIN = timedelta(days=1)  # a worker's disabled own group is tried again after this
CHANNELS = {"worker": WecomApp, "resident": OfficialAccount}


def own_groups(event: Event, audiences: Collection[str]) -> Select[int] | None:
    """The own groups of the persons this event concerns; None when it concerns nobody alone."""
    ticket = db.session.get(Ticket, event.subject_id)
    alone = [audience for audience in audiences if audience in ALONE and speaks(audience, event.name)]
    if ticket is None or not alone:
        return None
    concerned: list[ColumnElement[bool]] = []
    if "worker" in alone:
        ids = workers_told(event, ticket) - {event.actor_id}
        _give_own_groups(ids)
        concerned.append(and_(Group.audience == "worker", Group.person_id.in_(ids)))
    if "resident" in alone:
        following = select(Follow.person_id).where(Follow.ticket_id == ticket.id, Follow.person_id != _actor(event))
        if "sender" in event.data:  # told to whom it was sent by, and to nobody else
            following = following.where(Follow.person_id == event.data["sender"])
        concerned.append(and_(Group.audience == "resident", Group.person_id.in_(following)))
    return select(Group.id).where(or_(*concerned))


def _actor(event: Event) -> int:
    return event.actor_id or 0


def speaks(audience: str, news: str) -> bool:
    """Is the side configured, and for residents a template for this event?"""
    side = gateway().has(CHANNELS[audience].side)
    return side and (audience == "worker" or bool(template(_settings(), news)[0]))


def concerns(event_id: int, audience: str, person_id: int) -> bool:
    """Does the event still concern this person at the time of sending?"""
    event = db.session.get_one(Event, event_id)
    ticket = db.session.get(Ticket, event.subject_id)
    if ticket is None:
        return False
    if audience == "worker":
        return person_id in workers_told(event, ticket)
    return db.session.get(Follow, (ticket.id, person_id)) is not None


def workers_told(event: Event, ticket: Ticket) -> set[int]:
    """Who is told at work: who works on the ticket; of one that nobody took, the staff of the level it went up to."""
    if event.verb == "escalate":
        level = event.data["to"]
        return _serving(and_(Post.role == level, Post.place_id == getattr(ticket, f"{level}_id")))
    return workers(ticket)


def workers(ticket: Ticket) -> set[int]:
    """Who works on the ticket: who looks again, the body's staff, the handler, else the staff of its office.

    A grid without a worker has no office of its own: its community is told.
    """
    if ticket.state == APPEALED:
        return _serving(and_(Post.role == ticket.appeal_to, Post.place_id.in_(ticket.place.ancestors)))
    if ticket.body_id:
        return _serving(Post.body_id == ticket.body_id)
    if ticket.handler_id and _serving(Post.person_id == ticket.handler_id):
        return {ticket.handler_id}
    of_grid = _serving(and_(Post.role == "grid", Post.place_id == ticket.grid_id)) if ticket.grid_id else set()
    if of_grid:
        return of_grid
    return _serving(and_(Post.role == "community", Post.place_id == ticket.community_id))


def _serving(which: ColumnElement[bool]) -> set[int]:
    return set(db.session.scalars(select(Post.person_id).where(which, Post.serving(now()))))


def _give_own_groups(ids: Collection[int]) -> None:
    """Create own groups for workers whom WeCom knows, and renew those disabled a day ago or bound to another userid."""
    bound = {id_: userid for id_ in ids if (userid := handle(id_, "userid"))}
    known = {own.person_id: own for own in db.session.scalars(_of("worker").where(Group.person_id.in_(bound)))}
    voices = {id_: robot_of(WecomApp.name, userid) for id_, userid in bound.items()}
    stale = [id_ for id_, voice in voices.items() if id_ not in known or _is_stale(known[id_], voice)]
    db.session.rollback()
    if stale:
        with suppress(IntegrityError), writing():  # another process created it
            for id_ in stale:
                _open(id_, "worker", voices[id_])


def _is_stale(own: Group, voice: str) -> bool:
    return own.robot != voice or (own.disabled_at is not None and own.disabled_at < now() - AGAIN)


def _of(audience: str) -> Select[Any]:
    return select(Group).where(Group.audience == audience)


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def own_group_of(person_id: int | None, audience: str) -> Group | None:
    return one(Group, person_id=person_id, audience=audience) if person_id else None


def _open(person_id: int, audience: str, voice: str) -> None:
    own = own_group_of(person_id, audience) or Group(person_id=person_id, audience=audience, name="")
    own.channel, own.robot, own.settings = CHANNELS[audience].name, voice, "{}"
    own.quiet_from, own.quiet_until = QUIET_FROM, QUIET_UNTIL
    own.created_at = now()
    own.archived_at = own.disabled_at = own.disabled_why = own.rest_until = None
    db.session.add(own)
    db.session.flush()


def may_agree(person_id: int | None) -> bool:
    """Can this resident be told by WeChat: is there an openid and a template?"""
    return bool(gateway().has("official") and kinds(_settings()) and handle(person_id, "openid"))


def close_own_group(person_id: int, why: str) -> bool:
    """Archive a resident's own group; its waiting deliveries fail. Call it inside `writing()`."""
    own = own_group_of(person_id, "resident")
    if own is None or own.archived_at is not None:
        return False
    own.archived_at = now()
    waiting = update(Delivery).where(Delivery.group_id == own.id, in_literals(Delivery.state, READY))
    db.session.execute(waiting.values(state=FAILED, reason=why, claim=None))
    return True


def follows_again(openid: str) -> None:
    """Re-enable the own group of a resident who follows the account again. Joins the open transaction."""
    known = one(Identity, kind="openid", subject=openid_hash(openid))
    own = own_group_of(known.person_id, "resident") if known else None
    if own is not None and own.archived_at is None:
        own.disabled_at = own.disabled_why = own.rest_until = None


def agree(by: Viewer) -> None:
    """The resident consents. Joins the open transaction. Raises Refused for a person without a ticket."""
    person, place = _with_ticket(by)
    own = own_group_of(person.id, "resident")
    if own is None or not own.hears:
        app_id = _settings().wechat_app_id
        _open(person.id, "resident", robot_of(OfficialAccount.name, app_id))
        record_event(person, "news_on", place, by)


def take_back(by: Viewer) -> None:
    """The resident withdraws the consent. Joins the open transaction."""
    person, place = _with_ticket(by)
    if close_own_group(person.id, "本人取消了"):
        record_event(person, "news_off", place, by)


def _latest(person_id: int | None) -> Ticket | None:
    """The ticket they reported or joined last."""
    mine = select(Ticket).join(Follow, Follow.ticket_id == Ticket.id).where(Follow.person_id == person_id)
    return db.session.scalars(mine.order_by(Ticket.id.desc()).limit(1)).first()


def _with_ticket(by: Viewer) -> tuple[Person, Place]:
    person = locked(db.session.get_one(Person, by.person_id))
    latest = _latest(person.id)
    if latest is None:
        raise Refused("您还没有报过事，报了以后再来勾")
    return person, latest.place


@dataclass(frozen=True)
class News:
    """The consent box: is it ticked, why WeChat refused, what it covers, and the templates to tick in WeChat."""

    wanted: bool
    refused: str
    since: datetime | None
    kinds: tuple[str, ...]
    templates: tuple[str, ...]


def news_of(viewer: Viewer) -> News | None:
    """None where the box is not offered: no openid, no template, or no ticket yet."""
    if not may_agree(viewer.person_id) or _latest(viewer.person_id) is None:
        return None
    own = own_group_of(viewer.person_id, "resident")
    wanted = own is not None and own.hears
    refused = own.disabled_why if own is not None and not own.archived_at else None
    since, settings = own.created_at if own is not None else None, _settings()
    return News(wanted, refused or "", since, tuple(kinds(settings)), ticked(settings))
