"""The welcome after a scan of a code: where the person is, and how to report there."""

from governance.assistant.dialogue.conversation import Conversation
from governance.assistant.dialogue.turn import Turn
from governance.core.db import LARGEST, connection, db
from governance.core.errors import Missing, Problem
from governance.core.web.static import static
from governance.places.landing import SIGN, Sign, land, near_name
from governance.places.tokens import read_token
from governance.relay.messages.facts import page_of
from governance.relay.messages.text import address
from governance.wechat.passive_reply import Card
from governance.wechat.qrcodes import place_of

HOW = "要报事直接说，例如：报事 三层灯不亮"
INSIDE = "这里正在办什么、大家在商量什么"
PICTURE = "img/share.png"


def _scanned(scene: str) -> Sign:
    """The place of a parametric QR code or of one of our own codes. Raises Missing."""
    number = place_of(scene)
    place = number if number is not None else land(connection(), scene).id
    sign = SIGN.first(connection(), place=place) if place <= LARGEST else None
    if sign is None:
        raise Missing
    return sign


def _words(sign: Sign) -> str:
    """The name of the place, how to report, and the address of its page if it has a code."""
    link = page_of(sign.token)
    return f"您在{near_name(connection(), sign)}。{HOW}" + (f"\n{INSIDE}：{link}" if link else "")


def unknown_code() -> str:
    """The reply to a code that is not ours. WeChat reports scans of all codes made with our account."""
    return f"您好。这里可以报事、看进度。{HOW}；也可以点开看：{address('/')}"


def card(scene: str) -> Card | str:
    """The card of the place; text where the place has no page, or the code is not ours."""
    try:
        sign = _scanned(scene)
    except Problem:
        return unknown_code()
    link, name = page_of(sign.token), near_name(connection(), sign)
    return Card(name, f"{HOW}。{INSIDE}，点开看。", link, address(static(PICTURE))) if link else _words(sign)


def greet(conversation: Conversation, scene: str) -> str:
    """The reply to somebody who came by scanning a code."""
    try:
        with db.session.begin_nested():
            return _welcome(conversation, scene)
    except Problem:
        return unknown_code()


def is_code(turn: Turn) -> bool:
    """The eight symbols of a code, typed in a private conversation."""
    return turn.group is None and read_token(turn.words) is not None


def welcome_by_code(turn: Turn) -> str:
    """Raises Missing for a code of no place."""
    return _welcome(turn.conversation, read_token(turn.words) or "")


def _welcome(conversation: Conversation, scene: str) -> str:
    """From now on this conversation is about the place of the code."""
    sign = _scanned(scene)
    conversation.place_id = sign.id
    return _words(sign)
