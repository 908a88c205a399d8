"""Queries for tickets: by place, by follower and by desk tab, limited by permissions."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import joinedload, selectinload

from governance.core.db import begins_with, db, now
from governance.core.errors import Missing
from governance.core.translation import LazyText as _l
from governance.core.web.paging import Page, page
from governance.people.access.permissions import may, visible
from governance.people.access.viewer import Viewer
from governance.places.landing import PlaceRow
from governance.places.model import Place
from governance.tickets import lifecycle as life
from governance.tickets.model import Category, Ticket

SOON = timedelta(hours=24)
TABS = {"new": _l("新到"), "mine": _l("我的"), "due": _l("今天到期"), "late": _l("晚了"), "all": _l("全部")}
WITH_PHOTOS = selectinload(Ticket.photos)  # for cards that show photos beside the publish button
WITH_PLACE = (joinedload(Ticket.place), joinedload(Ticket.category), joinedload(Ticket.body))
BY_REF = select(Ticket).where(Ticket.ref == bindparam("ref")).options(*WITH_PLACE)


def find_ticket(ref: str, viewer: Viewer) -> Ticket:
    """Return the ticket. Raises Missing also when the viewer may not follow it, to hide that it exists."""
    ticket = db.session.scalars(BY_REF, {"ref": ref}).one_or_none()
    if ticket is None or not may(viewer, "ticket.follow", ticket):
        raise Missing("没有这个编号，或者这件事不公开")
    return ticket


def stands_at(place: Place | PlaceRow) -> ColumnElement[bool]:
    """Match tickets at this place, inside it, or at the courtyard or building around it."""
    around = and_(Place.id.in_(place.ancestors), Place.kind.in_(("courtyard", "building")))
    return Ticket.place_id.in_(select(Place.id).where(or_(begins_with(Place.path, place.path), around)))


def open_here(place: Place, limit: int = 20) -> list[Ticket]:
    """Return the public open tickets here, most joined first."""
    query = select(Ticket).where(stands_at(place), Ticket.state.in_(life.LISTED), Ticket.private.is_(False))
    query = query.where(Ticket.urgent.is_(False))  # each witness must report a danger, not join one
    order = (Ticket.joined.desc(), Ticket.id.desc())
    return list(db.session.scalars(query.options(*WITH_PLACE).order_by(*order).limit(limit)))


def finished_at(places: Collection[int], limit: int = 3) -> list[Ticket]:
    """Return the public tickets at these places that wait for answers, latest finish first."""
    query = select(Ticket).where(Ticket.place_id.in_(places), Ticket.state == life.RESOLVED, Ticket.private.is_(False))
    return list(db.session.scalars(query.options(*WITH_PLACE).order_by(Ticket.resolved_at.desc()).limit(limit)))


def tab(viewer: Viewer, name: str, after: str = "") -> Page[Ticket]:
    """Return one keyset page of a desk tab, soonest due first; the tab `all` lists the newest first.

    Pressing tickets come before all others on the first page.
    """
    query = select(Ticket).where(visible(viewer, "ticket.work", Ticket)).options(*WITH_PLACE, WITH_PHOTOS)
    if name != "all":
        query = query.where(*_tab(viewer, name))
    pressing = list(db.session.scalars(query.where(Ticket.pressing()).order_by(Ticket.id))) if not after else []
    query = query.where(~Ticket.pressing())
    if name == "all":
        found = page(query, (Ticket.id,), after, falling=True)
    else:
        found = page(query, (Ticket.due_at, Ticket.id), after)
    return replace(found, rows=[*pressing, *found.rows])


def _tab(viewer: Viewer, name: str) -> tuple[ColumnElement[bool], ...]:
    running = Ticket.running.is_(True)
    conditions = {
        "new": (running, _fresh(viewer)),
        "mine": (running, _mine(viewer)),
        "due": (running, Ticket.due_at >= now(), Ticket.due_at < now() + SOON),
        "late": (running, Ticket.due_at < now()),
    }
    if name not in conditions:
        raise Missing
    return conditions[name]


def _fresh(viewer: Viewer) -> ColumnElement[bool]:
    """Match tickets that wait for a first look: reports and returns at the office, dispatched tickets at a body."""
    roles = {"body"} if viewer.bodies else viewer.roles
    fresh = Ticket.state.in_(life.LIFE.states_that(lambda state: not roles.isdisjoint(state.new_to)))
    return and_(fresh, or_(Ticket.state != life.APPEALED, visible(viewer, "ticket.uphold", Ticket)))


def _mine(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.bodies:
        return Ticket.state == life.IN_PROGRESS
    return Ticket.handler_id == viewer.staff_id


def count(viewer: Viewer, name: str, most: int = 99) -> int:
    """Count the tickets of a tab, up to `most` + 1."""
    query = select(Ticket.id).where(visible(viewer, "ticket.work", Ticket), *_tab(viewer, name))
    return len(db.session.scalars(query.limit(most + 1)).all())


def work_here(viewer: Viewer, place: Place) -> list[Ticket]:
    """Return the viewer's running tickets around a place, pressing first, then soonest due."""
    query = select(Ticket).where(visible(viewer, "ticket.work", Ticket), stands_at(place), Ticket.running.is_(True))
    options = (*WITH_PLACE, WITH_PHOTOS)
    return list(
        db.session.scalars(
            query.options(*options).order_by(Ticket.pressing().desc(), Ticket.due_at, Ticket.id).limit(100)
        )
    )


def category(slug: str) -> Category | None:
    return db.session.scalars(select(Category).filter_by(slug=slug, retired_at=None)).one_or_none()
