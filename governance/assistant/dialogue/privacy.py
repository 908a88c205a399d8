"""What is not said in a group: it is neither taken nor quoted there, and how to tell it in private is said instead."""

from flask import current_app

from governance.assistant.dialogue.context import Turn
from governance.assistant.dialogue.conversation import WHETHER
from governance.places.model import Place
from governance.relay.messages.facts import scan_page
from governance.tickets.categories import Choice
from governance.triage.category import IN_OFFICE
from governance.triage.crisis import Grave

TICK = "扫楼里的码，勾上“不公开”，只有办事的人看得到"
BY_THEM = "报到这里的事，管这片的人都看得到。说的就是他们，请直接打 110；是党员、干部的，也可以打 12388 举报。"


def in_private(turn: Turn, place: Place, category: Choice) -> str:
    """Nothing of it stays: no question, and no photo that would join the next report."""
    turn.conversation.drop()
    link = scan_page(place)
    where = (
        f"请扫楼里的码，或点开单独报，只有办事的人看得到：\n{link}"
        if link
        else "请扫楼里的码单独报，只有办事的人看得到。"
    )
    return f"{elsewhere(category)}这类事不在群里说。{where}"


def elsewhere(category: Choice) -> str:
    """Whom to call first for such a matter, if that is not us."""
    return f"{category.elsewhere}。\n" if category.elsewhere else ""


def apart(turn: Turn) -> str:
    """The same for words too grave to be said again; whom to call was said before it."""
    turn.conversation.drop()
    if IN_OFFICE.search(turn.words):
        return f"这类事不在群里说。{BY_THEM}"
    link = scan_page(turn.places[0]) if turn.places else ""
    account = "；也可以单独跟我们的公众号说" if current_app.extensions["settings"].wechat_app_id else ""
    return f"这类事不在群里说。想要社区帮忙，请{TICK}{account}。" + (f"\n{link}" if link else "")


def is_taken(turn: Turn, words: str) -> bool:
    """A report is read by those who work at the place: not offered where that is who is spoken of."""
    return bool(turn.places) and not IN_OFFICE.search(words)


def offer(turn: Turn, words: str, found: Grave) -> str:
    """Alone with us they may be taken on a yes, without being said again; whom to call comes before it every time."""
    if is_taken(turn, words):
        turn.conversation.ask(WHETHER, words)
        return f"{found.call}\n{found.offer}"
    turn.conversation.drop()
    return f"{found.call}\n{BY_THEM if turn.places else f'想要社区帮忙，请{TICK}。'}"
