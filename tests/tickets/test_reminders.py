"""What the clock says of a ticket is put on record once, however many look at it at one instant."""

import threading
from datetime import timedelta

from sqlalchemy import and_, func, select, text, update

from governance.core.db import db, now, writing
from governance.core.events import Event
from governance.people.access.viewer import Viewer
from governance.people.model import Person
from governance.tickets import reminders
from governance.tickets.model import Ticket
from governance.tickets.reporting import reports
from tests.at_once import beside


def test_two_who_look_at_the_clock_at_once_say_it_once(app, cast, monkeypatch) -> None:
    with writing():
        person = Person()
        db.session.add(person)
        db.session.flush()
        reports.submit_report(cast.place("5号楼"), Viewer(person.id), cast.category("light"), "1" * 36, words="灯不亮")
        db.session.execute(update(Ticket).values(due_at=now() - timedelta(minutes=1)))
    said, here = reminders._said, threading.get_ident()
    a_second = text("(SELECT pg_sleep(1)) IS NOT NULL")

    def slowly(verb, since):
        """For the other, whose look begins before this thread's ends and is over after it."""
        found = said(verb, since)
        slow = threading.get_ident() != here and verb == "late" and db.engine.dialect.name == "postgresql"
        return ~and_(~found, a_second) if slow else found

    monkeypatch.setattr(reminders, "_said", slowly)
    other = beside(app, reminders.record_due_and_late)
    reminders.record_due_and_late()
    other.join()
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Event).where(Event.verb == "late")) == 1
