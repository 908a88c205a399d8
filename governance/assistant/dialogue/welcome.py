"""The welcome after a scan of a code: where the person is, and how to report there."""

from governance.assistant.dialogue.conversation import Conversation
from governance.assistant.dialogue.turn import Turn
from governance.core.db import LARGEST, db
from governance.core.errors import Missing, Problem
from governance.core.web.static import static
from governance.places.codes import living
from governance.places.model import Place
from governance.places.tokens import read_token
from governance.relay.messages.facts import near_name, scan_page
from governance.relay.messages.text import address
from governance.wechat.passive_reply import Card
from governance.wechat.qrcodes import place_of

HOW = "要报事直接说，例如：报事 三层灯不亮"
INSIDE = "这里报了什么、办到哪一步、大家在商量什么"
PICTURE = "img/share.png"


def _scanned(scene: str) -> Place:
    """The place of a parametric QR code or of one of our own codes. Raises Missing."""
    number = place_of(scene)
    if number is None:
        return living(scene).place
    place = db.session.get(Place, number) if number <= LARGEST else None
    if place is None:
        raise Missing
    return place


def _words(place: Place) -> str:
    """The name of the place, how to report, and the address of its page if it has a code."""
    link = scan_page(place)
    return f"您在{near_name(place)}。{HOW}" + (f"\n{INSIDE}：{link}" if link else "")


def unknown_code() -> str:
    """The reply to a code that is not ours. WeChat reports scans of all codes made with our account."""
    return f"您好。这里可以报事、看进度。{HOW}；也可以点开看：{address('/')}"


def card(scene: str) -> Card | str:
    """The card of the place; text where the place has no page, or the code is not ours."""
    try:
        place = _scanned(scene)
    except Problem:
        return unknown_code()
    link, name = scan_page(place), near_name(place)
    return Card(name, f"{HOW}。{INSIDE}，点开看。", link, address(static(PICTURE))) if link else _words(place)


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
    place = _scanned(scene)
    conversation.place_id = place.id
    return _words(place)
