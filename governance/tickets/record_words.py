"""The plain facts of a line of the record, in words an officer reads."""

from collections.abc import Callable
from typing import Any

from governance.core.events import Event
from governance.tickets.lifecycle import LIFE
from governance.tickets.model import SOURCES
from governance.tickets.progress import NAMED

WORDS: dict[str, Callable[[Any], str]] = {
    "came_from": lambda state: f"从{LIFE.state(state).label}",
    "to": lambda state: f"到{LIFE.state(state).label}",
    "source": lambda source: f"来自{SOURCES[source]}",
    "photos": lambda count: f"照片 {count} 张",
    "joined": lambda count: f"共 {count + 1} 位邻居",
    "nudged": lambda count: f"催过 {count} 次",
    "round": lambda number: f"第 {number} 轮",
    "solved": NAMED["solved"],
    "satisfied": lambda degree: f"满意 {degree}/5",
    "phone": lambda _: "电话回访",
    "body": str,
    "into": lambda number: f"并入 {number}",
    "topic": lambda number: f"议题 {number}",
    "title": lambda title: f"《{title}》",
    "hidden": lambda parts: f"{NAMED['parts'](parts)}先不公开",
    "parts": NAMED["parts"],
    "merged": lambda number: f"由 {number} 并来",
}


def facts(event: Event) -> str:
    """What else the line vouches for; what is nothing is left out."""
    pairs = ((WORDS.get(name), name, value) for name, value in event.data.items() if value)
    return "，".join(words(value) if words else f"{name} {value}" for words, name, value in pairs)
