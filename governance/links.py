"""Links: which ticket, topic or deed came of which. Also the ports by which slices that are blind to each other meet.

A slice registers how its things look (`describes`), what follows when something linked to them changes
(`on_change`), and its port: the functions the other slice may call, as a `Protocol` that mypy checks on both sides.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from sqlalchemy import Index, String, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from governance.core.db import Base, db, now
from governance.core.lifecycle import State
from governance.core.translation import AnyText
from governance.people.access.viewer import Viewer
from governance.places.model import Place

Thing = tuple[str, int]  # a noun and an id
Choices = list[tuple[str, str]]  # value and label of each option


class Link(Base):
    """One step: the target came of the source."""

    __tablename__ = "link"
    __table_args__ = (Index("ix_link_target", "target_noun", "target_id"),)

    source_noun: Mapped[str] = mapped_column(String(12), primary_key=True)
    source_id: Mapped[int] = mapped_column(primary_key=True)
    target_noun: Mapped[str] = mapped_column(String(12), primary_key=True)
    target_id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)


@dataclass(frozen=True)
class LinkedItem:
    """One linked thing as a viewer may see it; `over` says that nothing more will be done there."""

    label: str | AnyText
    title: str
    endpoint: str  # of its page, which takes its `ref`
    ref: str
    status: AnyText | AnyText
    over: bool
    owner: AnyText = ""
    due_at: datetime | None = None


_OF = select(Link.source_noun, Link.source_id)
SOURCES = _OF.where(Link.target_noun == bindparam("noun"), Link.target_id == bindparam("id"))
SOURCES = SOURCES.order_by(Link.at, *_OF.selected_columns)
_TO = select(Link.target_noun, Link.target_id)
OUTCOMES = _TO.where(Link.source_noun == bindparam("noun"), Link.source_id == bindparam("id"))
OUTCOMES = OUTCOMES.order_by(Link.at, *_TO.selected_columns)


def tie(source: Thing, target: Thing) -> None:
    """Record that `target` came of `source`. A link that exists stays as it is."""
    key = (*source, *target)
    if db.session.get(Link, key) is None:
        link = Link(source_noun=key[0], source_id=key[1], target_noun=key[2], target_id=key[3])
        db.session.add(link)
        db.session.flush()


def sources(noun: str, id_: int, viewer: Viewer) -> list[LinkedItem]:
    """What it came of, the oldest first."""
    return _described(source_ids(noun, id_), viewer)


def outcomes(noun: str, id_: int, viewer: Viewer) -> list[LinkedItem]:
    """What came of it, the oldest first."""
    return _described(outcome_ids(noun, id_), viewer)


def source_ids(noun: str, id_: int) -> list[Thing]:
    return [(row[0], row[1]) for row in db.session.execute(SOURCES, {"noun": noun, "id": id_})]


def outcome_ids(noun: str, id_: int) -> list[Thing]:
    return [(row[0], row[1]) for row in db.session.execute(OUTCOMES, {"noun": noun, "id": id_})]


Describe = Callable[[Sequence[int], Viewer], dict[int, LinkedItem]]
Follow = Callable[[set[int]], None]
_describers: dict[str, Describe] = {}
_followers: dict[str, Follow] = {}


def describes(noun: str) -> Callable[[Describe], Describe]:
    """Register how things of this noun look: takes ids and a viewer, gives those the viewer may see."""

    def register(describe: Describe) -> Describe:
        _describers[noun] = describe
        return describe

    return register


def on_change(noun: str) -> Callable[[Follow], Follow]:
    """Register what follows for things of this noun when something linked to them has changed."""

    def register(follow: Follow) -> Follow:
        _followers[noun] = follow
        return follow

    return register


def changed(noun: str, id_: int) -> None:
    """Call `on_change` for everything linked to this, in the current transaction."""
    linked = {*source_ids(noun, id_), *outcome_ids(noun, id_)}
    for other, follow in _followers.items():
        ids = {linked_id for of, linked_id in linked if of == other}
        if ids:
            follow(ids)


def _described(things: list[Thing], viewer: Viewer) -> list[LinkedItem]:
    nouns = dict.fromkeys(noun for noun, _ in things)
    seen = {noun: _describers[noun]([id_ for of, id_ in things if of == noun], viewer) for noun in nouns}
    return [seen[noun][id_] for noun, id_ in things if id_ in seen[noun]]


class Labelled(Protocol):
    """A category, as far as its label."""

    @property
    def label(self) -> str: ...


class LinkedTicket(Protocol):
    """What pages of another slice read of a ticket."""

    @property
    def id(self) -> int: ...
    @property
    def ref(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def public_title(self) -> str: ...
    @property
    def joined(self) -> int: ...
    @property
    def place(self) -> Place: ...
    @property
    def status(self) -> State: ...
    @property
    def category(self) -> Labelled: ...


@dataclass(frozen=True)
class Cluster:
    """Open public tickets of one category around a place: how many there are, and the most joined of them."""

    label: str
    count: int
    tickets: Sequence[LinkedTicket]


class NewTask(NamedTuple):
    """The ticket of a task. `created` is false when the same submission had made it before."""

    ticket_id: int
    number: str
    created: bool


class TicketPort(Protocol):
    """What the hall may ask of tickets."""

    def clusters(self, place: Place) -> Sequence[Cluster]:
        """What many reported around here, as anybody may know it."""

    def similar(self, place: Place, words: str) -> Sequence[LinkedTicket]:
        """Open public tickets around here whose titles resemble these words, the most similar first."""

    def movable_to_topic(self, place: Place, viewer: Viewer) -> Sequence[LinkedTicket]:
        """Tickets at a place and inside it that this viewer could bring into a topic, by category."""

    def to_topic(self, ticket_id: int, by: Viewer, topic: str) -> None:
        """Bring one ticket into a topic. Raises Missing, Forbidden, Refused, Invalid. Call it inside `writing()`."""

    def report_privately(self, by: Viewer, reporter_id: int, place: Place, submission: str, words: str) -> int:
        """Make a private ticket of words from the hall; their author is its reporter. Gives its id.

        Raises Forbidden. Call it inside `writing()`.
        """

    def task_choices(self, place: Place) -> tuple[Choices, Choices]:
        """The categories a task may be of, and the bodies that may be sent one from this place."""

    def task(
        self, by: Viewer, place: Place, submission: str, *, words: str, category: str, body: str, due_at: datetime
    ) -> NewTask:
        """A ticket that a decision asks for. Raises Forbidden, Invalid by field. Call it inside `writing()`."""


class TopicPort(Protocol):
    """What tickets may ask of the hall."""

    def receive(
        self, ticket_id: int, followers: Iterable[int], place: Place, by: Viewer, into: str, title: str
    ) -> tuple[int, str]:
        """Make a ticket part of the topic with the number `into`, or of a new one with this title.

        Gives the topic's id and title. Raises Invalid by field. Call it inside `writing()`.
        """

    def open_at(self, place: Place, by: Viewer) -> Choices:
        """Topics that tickets of this place can be brought into: number and title."""


_tickets: TicketPort | None = None
_topics: TopicPort | None = None


def provide_tickets(port: TicketPort) -> None:
    global _tickets
    _tickets = port


def provide_topics(port: TopicPort) -> None:
    global _topics
    _topics = port


def tickets() -> TicketPort:
    if _tickets is None:
        raise LookupError("no slice has provided tickets")
    return _tickets


def topics() -> TopicPort:
    if _topics is None:
        raise LookupError("no slice has provided topics")
    return _topics
