"""What came of what: ticket → topic → ticket → deed, walked both ways.

Slices that are blind to each other meet here by noun and id. Each says how its own things look to a viewer
(`describes`), which of its actions others may ask for (`does`), and what follows when something tied to it changes
(`hears`); nobody imports the other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from governance.core.db import Base, db, now
from governance.core.sql_statements import Prepared
from governance.core.translation import AnyText

Describe = Callable[[Sequence[int], Any], dict[int, "LinkedItem"]]
_DESCRIBED: dict[str, Describe] = {}
_DONE_BY: dict[str, Callable[..., Any]] = {}
_HEARING: dict[str, Callable[[set[int]], None]] = {}


class Link(Base):
    """One step: the target came of the source."""

    __tablename__ = "link"
    __table_args__ = (Index("ix_link_target", "target_noun", "target_id"),)

    source_noun: Mapped[str] = mapped_column(String(12), primary_key=True)
    source_id: Mapped[int] = mapped_column(primary_key=True)
    target_noun: Mapped[str] = mapped_column(String(12), primary_key=True)
    target_id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)


_OF = select(Link.source_noun, Link.source_id)
_OF = _OF.where(Link.target_noun == bindparam("noun"), Link.target_id == bindparam("id"))
_TO = select(Link.target_noun, Link.target_id)
_TO = _TO.where(Link.source_noun == bindparam("noun"), Link.source_id == bindparam("id"))
Ties = Prepared[tuple[str, int]]
SOURCES: Ties = Prepared(_OF.order_by(Link.at, *_OF.selected_columns))
OUTCOMES: Ties = Prepared(_TO.order_by(Link.at, *_TO.selected_columns))


@dataclass(frozen=True)
class LinkedItem:
    """One thing in the chain as a viewer may see it; `over` says that nothing more will be done there."""

    label: AnyText
    title: str
    endpoint: str  # of its page, which takes its `ref`
    ref: str
    status: AnyText
    over: bool
    owner: AnyText = ""
    due_at: datetime | None = None


def describes(noun: str) -> Callable[[Describe], Describe]:
    """Register how things of this noun look: ids and a viewer in, those the viewer may see out."""

    def register(describe: Describe) -> Describe:
        _DESCRIBED[noun] = describe
        return describe

    return register


def does(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register an action, named `noun.verb`, that another slice may ask for."""

    def register(act: Callable[..., Any]) -> Callable[..., Any]:
        _DONE_BY[name] = act
        return act

    return register


def ask(name: str, *args: Any, **kwargs: Any) -> Any:
    """Have the slice that knows how do it, in the transaction in hand."""
    return _DONE_BY[name](*args, **kwargs)


def hears(noun: str) -> Callable[[Callable[[set[int]], None]], Callable[[set[int]], None]]:
    """Register what follows for things of this noun when something they are tied to has changed."""

    def register(follow: Callable[[set[int]], None]) -> Callable[[set[int]], None]:
        _HEARING[noun] = follow
        return follow

    return register


def changed(noun: str, id_: int) -> None:
    """Tell whatever this is tied to, in the transaction in hand."""
    before = select(Link.source_noun, Link.source_id).filter_by(target_noun=noun, target_id=id_)
    after = select(Link.target_noun, Link.target_id).filter_by(source_noun=noun, source_id=id_)
    tied = {(row[0], row[1]) for query in (before, after) for row in db.session.execute(query)}
    for other, follow in _HEARING.items():
        ids = {id_ for of, id_ in tied if of == other}
        if ids:
            follow(ids)


def tie(source: tuple[str, int], target: tuple[str, int]) -> None:
    """Say that `target` came of `source`; once said, saying it again changes nothing."""
    key = (*source, *target)
    if db.session.get(Link, key) is None:
        link = Link(source_noun=key[0], source_id=key[1], target_noun=key[2], target_id=key[3])
        db.session.add(link)
        db.session.flush()


def sources(noun: str, id_: int, viewer: Any) -> list[LinkedItem]:
    """What it came of, the oldest first."""
    return _described(SOURCES, noun, id_, viewer)


def outcomes(noun: str, id_: int, viewer: Any) -> list[LinkedItem]:
    """What came of it, the oldest first."""
    return _described(OUTCOMES, noun, id_, viewer)


def _described(ties: Ties, noun: str, id_: int, viewer: Any) -> list[LinkedItem]:
    pairs = ties.all(db.session.connection(), noun=noun, id=id_)
    seen = {noun: _DESCRIBED[noun]([id_ for of, id_ in pairs if of == noun], viewer) for noun, _ in pairs}
    return [seen[noun][id_] for noun, id_ in pairs if id_ in seen[noun]]
