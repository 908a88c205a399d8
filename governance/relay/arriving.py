"""Somebody scanned a code that led them to us: which place it is of, and what they read at once."""

from governance.core.db import db, numbered
from governance.core.errors import Problem
from governance.core.static import static
from governance.people.access import Viewer
from governance.places.codes import living
from governance.places.model import Place
from governance.relay.facts import near_name, scan_page
from governance.relay.model import Heard
from governance.relay.said import Said
from governance.relay.talk import Talk
from governance.relay.wording import address
from governance.wechat.passive import Card
from governance.wechat.qrcodes import place_of

HOW = "要报事直接说，例如：报事 三层灯不亮"
INSIDE = "这里正在办什么、大家在商量什么"
PICTURE = "img/share.png"


def scanned(scene: str) -> Place:
    """The place of a parametric code, or of one of our own codes. Raises Missing."""
    number = place_of(scene)
    return (numbered(Place, number) if number is not None else None) or living(scene).place


def words(place: Place) -> str:
    """Where one is, how to report, and the page behind a code of the place if it has one."""
    link = scan_page(place)
    return f"您在{near_name(place)}。{HOW}" + (f"\n{INSIDE}：{link}" if link else "")


def unknown_code() -> str:
    """A scan is told to us only of codes made with our own account: one we do not know another program made for it."""
    return f"您好。这里可以报事、看进度。{HOW}；也可以点开看：{address('/')}"


def card(scene: str) -> Card | str:
    """The card of the place; plain words where there is no page to lead to, or the code is of no place of ours."""
    try:
        place = scanned(scene)
    except Problem:
        return unknown_code()
    link = scan_page(place)
    return (
        Card(near_name(place), f"{HOW}。{INSIDE}，点开看。", link, address(static(PICTURE))) if link else words(place)
    )


def greet(heard: Heard, by: Viewer, talk: Talk, scene: str) -> str:
    """What we say to somebody whom a scanned code led to us."""
    try:
        with db.session.begin_nested():
            return arrive(Said(heard, None, by, "", talk), scene)
    except Problem:
        return unknown_code()


def arrive(said: Said, scene: str) -> str:
    """Somebody scanned a code that led them to us: what they say next is about that place."""
    place = said.talk.place = scanned(scene)
    return words(place)
