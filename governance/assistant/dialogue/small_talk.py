"""A short word for what is no matter, whatever we were asking about; nothing for anything else."""

from governance.assistant.dialogue.context import Turn
from governance.assistant.dialogue.report import UNKNOWN_PLACE
from governance.assistant.language.matters import is_a_matter
from governance.assistant.language.phrases import (
    GREETING,
    HOW,
    PARTING,
    PRAISE,
    STOP_TELLING,
    THANKS,
    THANKS_IN,
    WANTS_MORE,
    WHOSE_PHONE,
)
from governance.relay.messages.text import address

LONGEST_THANKS = 20


def kind_word(turn: Turn, words: str, reply: str) -> str:
    """`told` is what may be said to us, for who greets us or asks how."""
    if _is_thanks(words):
        return "不客气。有事随时说。"
    if PARTING.fullmatch(words):
        return "好的。有事随时说。"
    if WHOSE_PHONE.fullmatch(words):
        phone = turn.places[0].contact_phone() if turn.places else ""
        return f"社区电话：{phone}。有事也可以直接跟我说。" if phone else UNKNOWN_PLACE
    if STOP_TELLING.fullmatch(words):
        return "群里的消息由管群的人关，请跟网格员说一声。" if turn.group else f"在“我的”里可以关：{address('/me')}"
    if GREETING.fullmatch(words):
        return f"您好。{reply}"
    return reply if HOW.fullmatch(words) else ""


def _is_thanks(words: str) -> bool:
    """Nothing but thanks: what is thanked for may be named, but nothing more is wanted."""
    if THANKS.fullmatch(words):
        return True
    if len(words) > LONGEST_THANKS or WANTS_MORE.search(words) or not THANKS_IN.search(words):
        return False
    return bool(PRAISE.search(words)) or not is_a_matter(words)
