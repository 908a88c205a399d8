"""A topic in plain words: what it waits for, what comes next, and the steps so far."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from governance.core.lifecycle import Reader
from governance.discussions.lifecycle import LIFE, PARTLY_DONE, TopicState

FOR_ALL = LIFE.read_by(Reader.EVERYBODY)


class Happened(NamedTuple):
    """An event as far as a step is made of it."""

    verb: str
    at: datetime
    actor: str
    words: str | None
    data: dict[str, Any]


class Staged(Protocol):
    """A topic, as its row or as its page tells it."""

    @property
    def id(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def status(self) -> TopicState: ...


@dataclass(frozen=True)
class Step:
    label: str
    at: datetime
    who: str
    words: str = ""


def tone(topic: Staged) -> str:
    """The colour of its chip; the label says the same in words."""
    return topic.status.tone


def now_and_next(topic: Staged, is_asked: bool = False) -> tuple[str, str]:
    """`is_asked`: something that was decided on is done, and people are asked how."""
    status = topic.status
    here, then = PARTLY_DONE if is_asked and status.open else (status.now, status.next)
    return str(here), str(then)


def step(event: Happened) -> Step:
    """One of the verbs that are FOR_ALL, as anybody may read it."""
    line = LIFE.lines[event.verb]
    title = event.data.get(line.detail)
    shown = event.words or "" if line.words is Reader.EVERYBODY else ""
    label = f"{line.done}{f'“{title}”' if title else ''}"
    return Step(label, event.at, event.actor if event.actor != "居民" else "", shown)
