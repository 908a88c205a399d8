"""Compares what residents were told with what the database holds, in the words of Jepsen's set checker."""

import re
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import select, text

from governance.core import media
from governance.core.db import db
from governance.core.events import Event, broken_at
from governance.tickets.model import Follow, Photo, Ticket
from governance.tickets.photos import address
from tests.faults.residents import Sent


@dataclass
class Verdict:
    attempts: int = 0
    acknowledged: int = 0
    stored: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = (f"{name}={len(value) if isinstance(value, list) else value}" for name, value in vars(self).items())
        return " ".join(counts)

    @property
    def wrong(self) -> list[str]:
        return self.lost + self.doubled + self.unexpected


def judge(ledger: list[Sent]) -> Verdict:
    """What was acknowledged is stored, once, whole; and nothing is stored that nobody sent."""
    db.session.rollback()
    tickets = db.session.scalars(select(Ticket)).all()
    verdict = Verdict(
        attempts=sum(sent.attempts for sent in ledger),
        acknowledged=sum(bool(sent.acknowledged) for sent in ledger),
        stored=len(tickets),
    )
    by_submission = {ticket.submission: ticket for ticket in tickets}
    for sent in ledger:
        _judge_one(sent, by_submission.get(sent.submission), verdict)
    _nothing_else([sent.submission for sent in ledger], tickets, verdict)
    _once_each(verdict)
    _judge_photos(ledger, by_submission, verdict)
    _judge_database(verdict)
    return verdict


def _judge_one(sent: Sent, ticket: Ticket | None, verdict: Verdict) -> None:
    verdict.unexpected += [f"{sent.submission}: {answer}" for answer in sent.unexpected]
    if len(set(sent.acknowledged)) > 1:
        verdict.doubled.append(f"{sent.submission} was told {sorted(set(sent.acknowledged))}")
    if not sent.acknowledged:
        return
    if ticket is None or sent.acknowledged[0] != f"/t/{ticket.ref}":
        verdict.lost.append(f"{sent.submission} was told {sent.acknowledged[0]}")
    elif ticket.words != sent.words:
        verdict.lost.append(f"{sent.submission}: {sent.words!r} became {ticket.words!r}")


def _nothing_else(sent: list[str], tickets: list[Ticket], verdict: Verdict) -> None:
    times = Counter(ticket.submission for ticket in tickets)
    verdict.doubled += [f"{submission} is stored {count} times" for submission, count in times.items() if count > 1]
    verdict.unexpected += [f"nobody sent {submission}" for submission in times.keys() - set(sent)]


def _once_each(verdict: Verdict) -> None:
    """Each ticket has one line in the record and one reporter."""
    lines = Counter(db.session.scalars(select(Event.subject_id).filter_by(noun="ticket", verb="report")))
    reporters = Counter(db.session.scalars(select(Follow.ticket_id).filter_by(role="reporter")))
    for id_ in db.session.scalars(select(Ticket.id)):
        if (lines[id_], reporters[id_]) != (1, 1):
            verdict.doubled.append(f"ticket {id_} has {lines[id_]} lines and {reporters[id_]} reporters")


def _judge_photos(ledger: list[Sent], tickets: dict[str, Ticket], verdict: Verdict) -> None:
    """Each photo hangs on its ticket, once, cleaned; nothing stays in quarantine."""
    kept = set(media.keys("photos"))
    rows = Counter(db.session.scalars(select(Photo.submission)))
    hung = {photo.ticket_id: photo for photo in db.session.scalars(select(Photo).filter_by(state="clean"))}
    for sent in ledger:
        ticket = tickets.get(sent.submission)
        if rows[sent.submission] > bool(sent.photo):
            verdict.doubled.append(f"{sent.submission} has {rows[sent.submission]} photos")
        if not sent.photo or ticket is None:
            continue
        photo = hung.get(ticket.id)
        if photo is None or not {address(photo, "full"), address(photo, "thumb")} <= kept:
            verdict.lost.append(f"the photo of {sent.submission}")
    waiting = db.session.scalars(select(Photo.key).filter_by(state="quarantine")).all()
    verdict.unexpected += [f"photo {key} is still in quarantine" for key in waiting]


def _judge_database(verdict: Verdict) -> None:
    """The record still checks, and so does the file."""
    for stream in db.session.scalars(select(Event.stream).distinct()).all():
        if (line := broken_at(stream)) is not None:
            verdict.unexpected.append(f"the record of {stream} is broken at {line}")
    if db.engine.dialect.name == "sqlite":
        found = str(db.session.execute(text("PRAGMA integrity_check")).scalar())
        verdict.unexpected += [found] if found != "ok" else []


def tracebacks(log: str) -> list[str]:
    """What went wrong inside without anybody being told."""
    return re.findall(
        r"^(?:(?:\w+\.)*\w*(?:Error|Exception)\b|.*(?:database\.away|database_away|job\.failed)).*", log, re.M
    )
