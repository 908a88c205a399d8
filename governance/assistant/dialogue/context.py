"""One thing said to us, as every answer to it needs it."""

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select

from governance.assistant.dialogue import staff_queries
from governance.assistant.dialogue.conversation import Conversation
from governance.core.db import db
from governance.people.access.viewer import NOBODY, Viewer
from governance.people.households import Residence
from governance.places.model import Place
from governance.relay.model import Group, ReceivedMessage
from governance.tickets.model import Follow, Ticket


@dataclass(frozen=True)
class Turn:
    """One thing said: who, in which group (none: to us alone), the words behind the command, and its conversation.

    Whoever speaks is a resident; `worker` is who they are at work, for what they ask about their work. `quoted` is
    what they point at: somebody's words, never theirs.
    """

    message: ReceivedMessage
    group: Group | None
    by: Viewer
    words: str
    conversation: Conversation
    worker: Viewer = NOBODY
    quoted: str = ""

    @cached_property
    def places(self) -> list[Place]:
        """Where this may be about: the group's places, where a worker serves, or where this person last was with us."""
        if self.group is not None:
            return list(self.group.places)
        if served := staff_queries.places_of(self.worker):
            return served
        place = self.conversation.place or _last_place(self.by)
        return [place] if place else []


def last_reported(by: Viewer) -> Ticket | None:
    """What somebody reported last, wherever they did."""
    mine = select(Ticket).join(Follow, Follow.ticket_id == Ticket.id)
    reported = mine.where(Follow.person_id == by.person_id, Follow.role == "reporter").order_by(Ticket.id.desc())
    return db.session.scalars(reported.limit(1)).first()


def _last_place(by: Viewer) -> Place | None:
    """Where somebody last reported, else where they live."""
    reported = last_reported(by)
    if reported is not None:
        return reported.place
    lives = select(Residence).filter_by(person_id=by.person_id, until=None).order_by(Residence.id.desc())
    home = db.session.scalars(lives.limit(1)).first()
    return home.door.place if home else None
