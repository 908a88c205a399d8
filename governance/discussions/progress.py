"""A topic's progress in plain words: its current state, the next step, and the steps so far."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from governance.core.lifecycle import Reader
from governance.discussions.lifecycle import LIFE, PARTLY_DONE, PROPOSED, URGENT, TopicState

FOR_ALL = LIFE.read_by(Reader.EVERYBODY)


class Happened(NamedTuple):
    """The columns of an event that a step needs."""

    verb: str
    at: datetime
    actor: str
    words: str | None
    data: dict[str, Any]


class Staged(Protocol):
    """A topic with its state: a `Topic` row or a `TopicView`."""

    @property
    def id(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def urgent(self) -> bool: ...
    @property
    def status(self) -> TopicState: ...


@dataclass(frozen=True)
class Step:
    label: str
    at: datetime
    who: str
    words: str = ""


def tone(topic: Staged) -> str:
    """The colour of the status chip; the label states the same in words."""
    return topic.status.tone


def now_and_next(topic: Staged, is_asked: bool = False) -> tuple[str, str]:
    """The sentences for now and next; `is_asked`: an outcome is done and the page asks for reviews."""
    if topic.urgent and topic.state == PROPOSED:
        return str(URGENT[0]), str(URGENT[1])
    status = topic.status
    here, then = PARTLY_DONE if is_asked and status.open else (status.now, status.next)
    return str(here), str(then)


def step(event: Happened) -> Step:
    """Turn an event with a public verb (`FOR_ALL`) into a public step."""
    line = LIFE.lines[event.verb]
    title = event.data.get(line.detail)
    shown = event.words or "" if line.words is Reader.EVERYBODY else ""
    label = f"{line.done}{f'“{title}”' if title else ''}"
    return Step(label, event.at, event.actor if event.actor != "居民" else "", shown)
