"""A topic in plain words: what it waits for, what comes next, and the steps so far."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from governance.core.lifecycle import State
from governance.core.web.pages import Later as _l

NOW_AND_NEXT = {
    "proposed": (_l("社区正在看"), _l("看过以后公开，大家就能来商量")),
    "discussing": (_l("大家正在商量"), _l("等您说一句、表个态；说得差不多了，社区来定怎么办")),
    "decided": (_l("已经定下来"), _l("社区把要做的事派给人，写明期限")),
    "carrying_out": (_l("正在落实"), _l("办完以后，请大家说一声办得好不好")),
    "done": (_l("有办好的了"), _l("请您说一声：办得好不好？")),
    "reviewed": (_l("办过、评过了"), ""),
    "declined": (_l("没有采纳，原因写在下面"), ""),
    "merged": (_l("和另一个议题是一回事，并在一起商量"), ""),
    "withdrawn": (_l("提的人收回了"), ""),
}
DONE = {
    "propose": _l("提出议题"),
    "open": _l("开始商量"),
    "answer": _l("社区答复"),
    "decide": _l("定下来"),
    "carry_out": _l("开始落实"),
    "task": _l("派了一件任务"),
    "deed": _l("办成一件实事"),
    "review": _l("评议结束"),
    "reopen": _l("重新商量"),
    "merge": _l("并到别的议题"),
    "take_in": _l("并进来一个议题"),
    "decline": _l("没有采纳"),
    "withdraw": _l("提的人收回了"),
    "gather": _l("有一件上报转到这里"),
    "statement_say": _l("说了一条观点"),
    "reply_say": _l("回了一句"),
    "flag": _l("有人举报"),
    "appeal": _l("有人申诉"),
    "hide": _l("收起一句话"),
    "show": _l("放出一句话"),
    "uphold": _l("申诉看过，仍收起"),
}
FOR_ALL = {"propose", "open", "answer", "decide", "task", "deed", "review", "reopen", "merge", "take_in", "decline"}
TONES = {"proposed": "wait", "decided": "done", "carrying_out": "wait", "reviewed": "done"}


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
    def status(self) -> State: ...


@dataclass(frozen=True)
class Step:
    label: str
    at: datetime
    who: str
    words: str = ""


def tone(topic: Staged) -> str:
    """The colour of its chip; the label says the same in words."""
    return TONES.get(topic.state, "")


def now_and_next(topic: Staged, is_asked: bool = False) -> tuple[str, str]:
    """`is_asked`: something that was decided on is done, and people are asked how."""
    here, then = NOW_AND_NEXT["done" if is_asked and topic.status.open else topic.state]
    return str(here), str(then)


def step(event: Happened) -> Step:
    """One of the verbs that are FOR_ALL, as anybody may read it."""
    title = event.data.get("title", "")
    detail = f"“{title}”" if title and event.verb in ("take_in", "deed") else ""
    shown = "" if event.verb == "propose" else event.words or ""
    return Step(f"{DONE[event.verb]}{detail}", event.at, event.actor if event.actor != "居民" else "", shown)
