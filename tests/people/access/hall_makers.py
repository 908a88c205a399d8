"""The things of the hall, for the walk: own ones at 3号院, by the reporter; foreign ones in another district."""

import itertools
import uuid
from collections.abc import Callable
from typing import Any

from governance.core.db import db, now, writing
from governance.discussions import actions
from governance.discussions.model import HIDDEN, WAITING, Reply, Spoken, Statement, Topic
from governance.people.access.viewer import Viewer
from tests.cast import Cast
from tests.discussions.hall import SOON, TODAY

NUMBERS = itertools.count(1)
Variant = tuple[str, ...]
STATES = {  # what a topic must be for the step to be open; discussing for everything not named
    "proposed": "proposed",
    "decided": "decided",
    "carry_out": "decided",
    "review": "decided",
    "reopen": "decided",
    "reviewed": "reviewed",
}


def topic(cast: Cast, own: bool, variant: Variant, author: int, title: str) -> Topic:
    """Where its step begins from; one that is only proposed has been looked at by nobody."""
    place, by = cast.place("3号院" if own else "9号院"), Viewer(person_id=author, known=True)
    with writing():
        made = actions.propose(place, by, str(uuid.uuid4()), title, "现在飞线充电")
        made.state = next((STATES[word] for word in variant[::-1] if word in STATES), "discussing")
        made.checked_at = None if made.state == "proposed" else now()
        made.version, made.decision = 2, "东门装两个"
        made.decided_at = now()
    return made


def spoken(made: Topic, variant: Variant, author: int, words: str = "") -> Spoken:
    """A statement or a reply in it by the same author, shown unless it waits or is hidden."""
    facts: dict[str, Any] = {"topic_id": made.id, "author_id": author, "submission": str(uuid.uuid4())}
    facts |= {"words": words or f"先装{next(NUMBERS)}个", "reason": "", "appeal": ""}
    facts |= {"state": WAITING} if "waiting" in variant else {}
    facts |= {"state": WAITING, "urgent": True} if "urgent" in variant else {}
    facts |= {"state": HIDDEN, "reason": "重复"} if "hidden" in variant else {}
    with writing():
        said = (Reply if noun_of(variant) == "reply" else Statement)(**facts)
        db.session.add(said)
    return said


def noun_of(variant: Variant) -> str:
    return "reply" if "reply" in variant else "statement"


def arguments(cast: Cast, own: bool, variant: Variant, author: int) -> dict[str, str]:
    made = topic(cast, own, variant, author, "院里装不装充电棚")
    said = spoken(made, variant, author)
    return {"ref": made.ref, "noun": said.noun, "number": str(said.id), "step": variant[0] if variant else ""}


def _topic(*_: Any) -> dict[str, str]:
    """Titles that are not alike, so that each is proposed in one tap."""
    return {"title": uuid.uuid4().hex, "words": "现在飞线充电"}


FORMS: dict[str, Callable[..., dict[str, Any]]] = {
    "/c/<code>/topics/new": _topic,
    "/desk/topics/new": lambda *_: _topic() | {"place": "柳荫街道/银杏社区/3号院"},
    "/topics/<ref>/statements": lambda *_: {"words": f"先装{next(NUMBERS)}个"},
    "/topics/<ref>/replies": lambda *_: {"words": "装在哪边？"},
    "/topics/<ref>/statements/<int:number>/voice": lambda *_: {"answer": "agree"},
    "/topics/<ref>/follow": lambda *_: {"follow": "yes"},
    "/topics/<ref>/review": lambda *_: {"well": "partly", "words": "还差一个灯"},
    "/topics/<ref>/<any(statement,reply):noun>/<int:number>/flag": lambda *_: {"words": "骂人"},
    "/topics/<ref>/<any(statement,reply):noun>/<int:number>/appeal": lambda *_: {"words": "没有骂人"},
    "/topics/<ref>/<any(topic,statement,reply):noun>/<int:number>/who": lambda *_: {"reason": "有人举报"},
    "/topics/<ref>/<any(topic,statement,reply):noun>/<int:number>/nickname": lambda *_: {"reason": "骂人的话"},
    "/topics/<ref>/answer": lambda *_: {"words": "正在问物业"},
    "/topics/<ref>/tasks": lambda *_: {"words": "东门立棚", "category": "parking", "due": SOON},
    "/topics/<ref>/deeds": lambda *_: {"title": "装好充电棚", "done_on": TODAY},
    "/topics/<ref>/<any(statement,reply):noun>/<int:number>/<any(hide,show,uphold,hand_over):step>": lambda *_: {
        "reason": "请别写电话"
    },
}
