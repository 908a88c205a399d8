"""Small talk and questions about the service. Each gets a short reply and leaves our open question open."""

from governance.assistant.dialogue.commands import help_text
from governance.assistant.dialogue.report import UNKNOWN_PLACE
from governance.assistant.dialogue.turn import Turn
from governance.assistant.language.matters import is_a_matter
from governance.assistant.language.phrases import (
    GREETING,
    HOW,
    OUTAGE,
    PARTING,
    PRAISE,
    STOP_TELLING,
    THANKS,
    THANKS_IN,
    WANTS_MORE,
    WHOSE_PHONE,
)
from governance.core.translation import LazyText as _l
from governance.relay.messages.facts import scan_page
from governance.relay.messages.text import address

LONGEST_THANKS = 20


def is_thanks(turn: Turn) -> bool:
    """Thanks and nothing else. It may name what was done, but wants nothing more."""
    words = turn.bare
    if THANKS.fullmatch(words):
        return True
    if len(words) > LONGEST_THANKS or WANTS_MORE.search(words) or not THANKS_IN.search(words):
        return False
    return bool(PRAISE.search(words)) or not is_a_matter(words)


def answer_thanks(_turn: Turn) -> str:
    return "不客气。有事随时说。"


def is_parting(turn: Turn) -> bool:
    return PARTING.fullmatch(turn.bare) is not None


def answer_parting(_turn: Turn) -> str:
    return "好的。有事随时说。"


def asks_phone(turn: Turn) -> bool:
    return WHOSE_PHONE.fullmatch(turn.bare) is not None


def tell_phone(turn: Turn) -> str:
    """The community's phone number, if the place is known and has one."""
    phone = turn.places[0].contact_phone() if turn.places else ""
    return f"社区电话：{phone}。有事也可以直接跟我说。" if phone else UNKNOWN_PLACE


def asks_about_outage(turn: Turn) -> bool:
    return OUTAGE.fullmatch(turn.bare) is not None


def tell_where_outages_are_told(turn: Turn) -> str:
    """Notices of outages stand on the scan page of the place; what no notice speaks of is a matter to report."""
    link = scan_page(turn.places[0]) if turn.places else ""
    if not link:
        return UNKNOWN_PLACE
    told = _l("停多久，看社区的通知：%(link)s\n没有通知就停了，说：报事 停水了", link=link)
    return told.in_chinese


def wants_no_messages(turn: Turn) -> bool:
    return STOP_TELLING.fullmatch(turn.bare) is not None


def explain_unsubscribing(turn: Turn) -> str:
    return "群里的消息由管群的人关，请跟网格员说一声。" if turn.group else f"在“我的”里可以关：{address('/me')}"


def is_greeting(turn: Turn) -> bool:
    return GREETING.fullmatch(turn.bare) is not None


def answer_greeting(_turn: Turn) -> str:
    return f"您好。{help_text()}"


def asks_how(turn: Turn) -> bool:
    return HOW.fullmatch(turn.bare) is not None


def tell_how(_turn: Turn) -> str:
    return help_text()
