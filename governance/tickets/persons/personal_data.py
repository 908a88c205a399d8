"""Declare the personal data in ticket rows, handle its erasure, and change a reporter's contact."""

from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from governance import links
from governance.core.db import db, locked
from governance.core.errors import Missing
from governance.core.events import Event
from governance.core.personal import Found, Ids, about_person, also_about
from governance.core.translation import LazyText as _l
from governance.people import hooks
from governance.people.access.viewer import SYSTEM, Viewer
from governance.people.residents.personal_data import ids_of
from governance.tickets.model import Answer, Follow, Nudge, Photo, Slip, Ticket
from governance.tickets.photos import files_of
from governance.tickets.record import record_event

WITH_TICKET = _l("和事情一起留着，直到您删除")
IN_CHARGE = _l("办这件事的网格员、社区、街道和承办单位")


def followed(ids: Ids) -> Any:
    return select(Follow.ticket_id).where(Follow.person_id.in_(ids))


def own(ids: Ids) -> ColumnElement[bool]:
    """Match tickets that these persons reported or that staff reported for them."""
    for_them = and_(Ticket.assisted_by_id.is_not(None), Ticket.id.in_(followed(ids).where(Follow.role == "reporter")))
    return or_(Ticket.submitter_id.in_(ids), for_them)


def own_ids(ids: Ids) -> Any:
    return select(Ticket.id).where(own(ids))


def _photos(ids: Ids) -> ColumnElement[bool]:
    written_down = and_(Photo.ticket_id.in_(own_ids(ids)), Photo.step == "report")
    return or_(Photo.person_id.in_(ids), written_down)


def _lines(ids: Ids) -> ColumnElement[bool]:
    """Match ticket events that hold their words, written by them or by staff for them."""
    said = and_(Event.subject_id.in_(followed(ids)), Event.actor_id.in_(ids))
    on_the_phone = and_(Event.verb == "answer", Event.data["phone"].as_boolean())
    for_them = and_(Event.subject_id.in_(own_ids(ids)), or_(Event.verb == "report", on_the_phone))
    return and_(Event.noun == "ticket", or_(said, for_them))


about_person(
    Ticket,
    _l("您报的事"),
    seen_by=_l(
        "办这件事的网格员、社区、街道；承办单位看得到事情，您的电话和称呼要派单的人勾了才给；"
        "工作人员看过、您没选“不公开”的，邻居看得到遮过的话和放出来的照片，看不到您是谁和电话"
    ),
    kept=_l("事情是哪一类、在哪里、什么时候、办成什么样一直留着；您的话、电话、照片留到您删除"),
    whose=own,
    order=20,
)
about_person(
    Photo,
    _l("您交的照片"),
    seen_by=_l("办这件事的人；工作人员一张张看过、放出来的，邻居也看得到"),
    kept=_l("和事情一起留着，直到您删除；没交成的两天就删，拍照的地点时间信息收到就去掉"),
    whose=_photos,
    order=21,
    files=files_of,
)
about_person(
    Follow,
    _l("您跟着的事"),
    seen_by=_l("只有人数看得到，看不到是谁"),
    kept=_l("直到您删除；人数不变"),
    whose=lambda ids: Follow.person_id.in_(ids),
    order=22,
)
about_person(
    Answer,
    _l("您的评价"),
    seen_by=IN_CHARGE,
    kept=WITH_TICKET,
    whose=lambda ids: and_(Answer.ticket_id.in_(followed(ids)), Answer.person_id.in_(ids)),
    order=23,
    searched=lambda ids: Answer.person_id.in_(ids),
)
about_person(
    Nudge,
    _l("您催过的"),
    seen_by=_l("只有次数看得到，看不到是谁"),
    kept=_l("直到您删除；次数不变"),
    whose=lambda ids: and_(Nudge.ticket_id.in_(followed(ids)), Nudge.person_id.in_(ids)),
    order=24,
    searched=lambda ids: Nudge.person_id.in_(ids),
)
about_person(
    Slip,
    _l("替您报事的凭条"),
    seen_by=_l("拿着凭条的人"),
    kept=WITH_TICKET,
    whose=lambda ids: Slip.ticket_id.in_(own_ids(ids)),
    order=25,
)
also_about(Event, _lines)


@hooks.person_erased.listen
def make_pages_anew(found: list[Found]) -> None:
    """Record the erasure, which refreshes the scan pages, and tell the linked items that the ticket changed."""
    for each in found:
        if each.section.model is Ticket:
            for (ticket_id,) in sorted(each.keys):
                ticket = locked(db.session.get_one(Ticket, ticket_id))
                record_event(ticket, "erase", SYSTEM)
                links.changed("ticket", ticket.id)


def with_contact(ids: Ids) -> list[Ticket]:
    """Return their tickets that hold a contact, newest first."""
    left = or_(Ticket.contact_name.is_not(None), Ticket.contact_phone.is_not(None))
    return list(db.session.scalars(select(Ticket).where(own(ids), left).order_by(Ticket.id.desc())))


def change_contact(ref: str, by: Viewer, name: str, phone: str) -> None:
    """Change the contact of a report; two empty values withdraw it. The record holds no contact.

    Raises Missing if the ticket is not theirs or holds no contact. Call it inside `writing()`.
    """
    ticket = next((one for one in with_contact(ids_of(by.person_id)) if one.ref == ref), None)
    if ticket is None:
        raise Missing
    locked(ticket)
    if (ticket.contact_name or "", ticket.contact_phone or "") != (name, phone):
        ticket.contact_name, ticket.contact_phone = name or None, phone or None
        record_event(ticket, "contact_change" if name or phone else "contact_withdraw", by)
