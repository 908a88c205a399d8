"""Somebody scanned a code that led them to us: which place it is of, and what they read at once."""

from governance.assistant.dialogue.context import Turn
from governance.assistant.dialogue.conversation import Conversation
from governance.core.db import LARGEST, connection, db
from governance.core.errors import Missing, Problem
from governance.core.web.static import static
from governance.people.access.viewer import Viewer
from governance.places.landing import SIGN, Sign, land, near_name
from governance.relay.messages.facts import page_of
from governance.relay.messages.text import address
from governance.relay.model import ReceivedMessage
from governance.wechat.passive_reply import Card
from governance.wechat.qrcodes import place_of

HOW = "要报事直接说，例如：报事 三层灯不亮"
INSIDE = "这里正在办什么、大家在商量什么"
PICTURE = "img/share.png"


def _scanned(scene: str) -> Sign:
    """The place of a parametric code, or of one of our own codes. Raises Missing."""
    number = place_of(scene)
    place = number if number is not None else land(connection(), scene).id
    sign = SIGN.first(connection(), place=place) if place <= LARGEST else None
    if sign is None:
        raise Missing
    return sign


def _words(sign: Sign) -> str:
    """Where one is, how to report, and the page behind a code of the place if it has one."""
    link = page_of(sign.token)
    return f"您在{near_name(connection(), sign)}。{HOW}" + (f"\n{INSIDE}：{link}" if link else "")


def unknown_code() -> str:
    """A scan is told to us only of codes made with our own account: one we do not know another program made for it."""
    return f"您好。这里可以报事、看进度。{HOW}；也可以点开看：{address('/')}"


def card(scene: str) -> Card | str:
    """The card of the place; plain words where there is no page to lead to, or the code is of no place of ours."""
    try:
        sign = _scanned(scene)
    except Problem:
        return unknown_code()
    link, name = page_of(sign.token), near_name(connection(), sign)
    return Card(name, f"{HOW}。{INSIDE}，点开看。", link, address(static(PICTURE))) if link else _words(sign)


def greet(message: ReceivedMessage, by: Viewer, conversation: Conversation, scene: str) -> str:
    """What we say to somebody whom a scanned code led to us."""
    try:
        with db.session.begin_nested():
            return arrive(Turn(message, None, by, "", conversation), scene)
    except Problem:
        return unknown_code()


def arrive(turn: Turn, scene: str) -> str:
    """Somebody scanned a code that led them to us: what they say next is about that place."""
    sign = _scanned(scene)
    turn.conversation.place_id = sign.id
    return _words(sign)
