"""`erase --person REF|--ticket NUMBER|--phone NUMBER`: erase what is stored about a resident who asks by telephone.

`erase --vacuum`: on PostgreSQL, write the tables anew so that their files hold no old versions of erased rows.
"""

import argparse
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, select

from governance.cli.parts import Commands, operator
from governance.core.crypto import keyed_hash
from governance.core.db import Base, db, find_by, numbered, rewrite, writing
from governance.core.errors import Refused
from governance.core.events import Event
from governance.core.personal import Found, find, sections
from governance.people.model import Identity, Person
from governance.people.residents import personal_data
from governance.people.residents.personal_data import counted, ids_of
from governance.tickets.model import Answer, Follow, Photo, Slip, Ticket, read_number


def add(commands: Commands) -> None:
    parser = commands.add_parser("erase", help="erase what is stored about a resident; it cannot be undone")
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("--person", metavar="REF", help="the person's number, or the reference in a ticket's address")
    whom.add_argument("--ticket", metavar="NUMBER", help="what its reporter left with one ticket, such as 32-3")
    whom.add_argument("--phone", metavar="NUMBER", help="everybody who was verified by, or left, this number")
    whom.add_argument("--vacuum", action="store_true", help="leave no bytes of erased rows in PostgreSQL's files")
    parser.add_argument("--dry-run", action="store_true", help="say what would be erased, and erase nothing")
    parser.set_defaults(run=_erase)


def _erase(args: argparse.Namespace) -> None:
    if args.vacuum:
        tables = [section.name for section in sections()]
        rewrite(() if args.dry_run else tables)
        print(f"{'would rewrite' if args.dry_run else 'rewritten'}\t{len(tables)}")
        return
    if args.dry_run:
        for found in _found(args):
            _print(found, "would erase")
        return
    with writing():
        erased = _erased(args)
    for found in erased:
        personal_data.scrub(found)
        _print(found, "erased")


def _found(args: argparse.Namespace) -> list[Sequence[Found]]:
    if args.ticket:
        return [_of_ticket(_ticket(args.ticket))]
    return [find(ids_of(person.id)) for person in _people(args)]


def _erased(args: argparse.Namespace) -> list[Sequence[Found]]:
    if args.ticket:
        return [personal_data.erase_rows(_of_ticket(_ticket(args.ticket)))]
    return [personal_data.erase_person(person, operator()) for person in _people(args)]


def _print(found: Sequence[Found], what: str) -> None:
    for title, count in counted(found):
        print(f"{what}\t{count}\t{title}")
    if not found:
        print(f"{what}\t0")


def _ticket(number: str) -> Ticket:
    found = read_number(number)
    ticket = numbered(Ticket, found) if found else None
    if ticket is None:
        raise Refused("没有 %(number)s 这个编号", number=number)
    return ticket


def _of_ticket(ticket: Ticket) -> list[Found]:
    """What its reporter left there, and nothing else about them."""
    reporter = select(func.min(Follow.person_id)).filter_by(ticket_id=ticket.id, role="reporter")
    person_id = ticket.submitter_id if ticket.assisted_by_id is None else db.session.scalar(reporter)
    limits: dict[type[Base], ColumnElement[bool]] = {
        Ticket: Ticket.id == ticket.id,
        Photo: Photo.ticket_id == ticket.id,
        Follow: Follow.ticket_id == ticket.id,
        Answer: Answer.ticket_id == ticket.id,
        Slip: Slip.ticket_id == ticket.id,
        Event: and_(Event.noun == "ticket", Event.subject_id == ticket.id),
    }
    return find(ids_of(person_id), limits.get)


def _people(args: argparse.Namespace) -> list[Person]:
    found = _by_phone(args.phone) if args.phone else _by_ref(args.person)
    if not found:
        raise Refused("没有找到这个人")
    return found


def _by_ref(ref: str) -> list[Person]:
    if ref.isdecimal() and len(ref) < 10:
        person = numbered(Person, int(ref))
    else:
        ticket = find_by(Ticket, ref=ref)
        person = db.session.get(Person, ticket.submitter_id) if ticket and ticket.assisted_by_id is None else None
    return [person] if person else []


def _by_phone(phone: str) -> list[Person]:
    """By the hash of a verified number, and by the encrypted contacts, which have to be read one by one."""
    subject = keyed_hash("phone", phone)
    ids = set(db.session.scalars(select(Identity.person_id).filter_by(kind="phone", subject=subject)))
    left = select(Ticket).where(Ticket.contact_phone.is_not(None)).execution_options(yield_per=500)
    for ticket in db.session.scalars(left):
        if _digits(ticket.contact_phone or "") == _digits(phone):
            ids.update(_reporters(ticket))
    return [db.session.get_one(Person, id_) for id_ in sorted(ids)]


def _digits(phone: str) -> str:
    return "".join(char for char in phone if char.isdecimal())[-11:]


def _reporters(ticket: Ticket) -> list[int]:
    if ticket.assisted_by_id is None:
        return [ticket.submitter_id]
    return list(db.session.scalars(select(Follow.person_id).filter_by(ticket_id=ticket.id, role="reporter")))
