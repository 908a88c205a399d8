"""Chinese wording for the data of a record line."""

from collections.abc import Callable
from typing import Any

from governance.core.events import Event
from governance.core.translation import translate as _
from governance.tickets.lifecycle import LIFE
from governance.tickets.model import SOURCES
from governance.tickets.progress import NAMED

WORDS: dict[str, Callable[[Any], str]] = {
    "came_from": lambda state: _("从%(state)s", state=LIFE.state(state).label),
    "to": lambda state: _("到%(state)s", state=LIFE.state(state).label),
    "source": lambda source: _("来自%(source)s", source=SOURCES[source]),
    "photos": lambda count: _("照片 %(count)s 张", count=count),
    "joined": lambda count: _("共 %(count)s 位邻居", count=count + 1),
    "nudged": lambda count: _("催过 %(count)s 次", count=count),
    "round": lambda number: _("第 %(number)s 轮", number=number),
    "solved": NAMED["solved"],
    "satisfied": lambda degree: _("满意 %(degree)s/5", degree=degree),
    "phone": lambda yes: _("电话回访"),
    "body": str,
    "into": lambda number: _("并入 %(number)s", number=number),
    "topic": lambda number: _("议题 %(number)s", number=number),
    "title": lambda title: f"《{title}》",
    "hidden": lambda parts: _("%(parts)s先不公开", parts=NAMED["parts"](parts)),
    "parts": NAMED["parts"],
    "let_out": lambda count: _("让邻居看到照片 %(count)s 张", count=count),
    "boxes": lambda count: _("%(count)s 块", count=count),
    "contact": lambda yes: _("联系方式一起给了"),
    "merged": lambda number: _("由 %(number)s 并来", number=number),
}


UNTOLD = ("submission", "sender")


def facts(event: Event) -> str:
    """Return the event's data as text, without empty values and keys of rows."""
    told = ((name, value) for name, value in event.data.items() if value and name not in UNTOLD)
    pairs = ((WORDS.get(name), name, value) for name, value in told)
    return "，".join(words(value) if words else f"{name} {value}" for words, name, value in pairs)
