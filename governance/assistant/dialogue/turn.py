"""One turn of a conversation: what one person said, with everything the reply depends on."""

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select

from governance.assistant.dialogue.conversation import Conversation
from governance.assistant.dialogue.received_message import ReceivedMessage
from governance.assistant.language.phrases import AROUND
from governance.core.db import db
from governance.people.access.viewer import NOBODY, Viewer
from governance.people.households import Residence
from governance.places.kinds import CODED
from governance.places.model import Place
from governance.relay.model import Group
from governance.tickets.model import Follow, Ticket

MOST_PLACES = 500


@dataclass(frozen=True)
class Turn:
    """One message and its context. `group` is None in a private conversation.

    `words` are the speaker's own words; a command's handler gets those behind the command. `by` is the speaker as a
    resident, `worker` the same person as staff, where the platform vouches for it. `quoted` holds the message the
    speaker refers to; it was written by somebody else. `shots` are photos sent with the message, as bytes.
    """

    message: ReceivedMessage
    group: Group | None
    by: Viewer
    words: str
    conversation: Conversation
    worker: Viewer = NOBODY
    quoted: str = ""
    shots: tuple[bytes, ...] = ()

    @property
    def bare(self) -> str:
        """The words in lower case, without surrounding punctuation."""
        return self.words.strip(AROUND).lower()

    @cached_property
    def places(self) -> list[Place]:
        """The places this turn may be about: the group's, else those where a worker serves, else the last one."""
        if self.group is not None:
            return list(self.group.places)
        if served := _places_served(self.worker):
            return served
        place = self.conversation.place or _last_place(self.by)
        return [place] if place else []


def last_reported(by: Viewer) -> Ticket | None:
    """The latest ticket this person reported, in any conversation or on the pages."""
    mine = select(Ticket).join(Follow, Follow.ticket_id == Ticket.id)
    reported = mine.where(Follow.person_id == by.person_id, Follow.role == "reporter").order_by(Ticket.id.desc())
    return db.session.scalars(reported.limit(1)).first()


def _last_place(by: Viewer) -> Place | None:
    """The place of their latest report, else their home."""
    reported = last_reported(by)
    if reported is not None:
        return reported.place
    lives = select(Residence).filter_by(person_id=by.person_id, until=None).order_by(Residence.id.desc())
    home = db.session.scalars(lives.limit(1)).first()
    return home.door.place if home else None


def _places_served(worker: Viewer) -> list[Place]:
    """The courtyards and buildings of the grids where a worker serves."""
    areas = worker.areas("grid", "grid")
    query = select(Place).where(Place.grid_id.in_(areas), Place.kind.in_(CODED))
    return list(db.session.scalars(query.order_by(Place.id).limit(MOST_PLACES))) if areas else []
