"""Record words of a topic: the facts of an event in words for an officer."""

from collections.abc import Callable
from typing import Any

from governance.core.events import Event
from governance.discussions.lifecycle import LIFE

WORDS: dict[str, Callable[[Any], str]] = {
    "came_from": lambda state: f"从“{LIFE.state(state).label}”",
    "to": lambda state: f"到“{LIFE.state(state).label}”",
    "title": lambda title: f"“{title}”",
    "people": lambda count: f"{count} 人表过态",
    "noun": lambda noun: {"statement": "观点", "reply": "回复"}[noun],
    "id": lambda id_: f"第 {id_} 条",
    "from_group": lambda _: "转自群聊",
    "waits": lambda _: "先由人看",
    "ticket": lambda id_: f"工单 {id_}",
    "number": lambda number: f"编号 {number}",
    "into": lambda id_: f"并入议题 {id_}",
    "taken": lambda id_: f"议题 {id_}",
    "deed": lambda id_: f"实事 {id_}",
}


def facts(event: Event) -> str:
    """The facts of the event; empty values are omitted."""
    pairs = ((WORDS.get(name), name, value) for name, value in event.data.items() if value)
    return "，".join(words(value) if words else f"{name} {value}" for words, name, value in pairs)
