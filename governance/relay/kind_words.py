"""A kind word for a kind word, whatever we were asking about; nothing for anything else."""

from governance.relay.phrases import GREETING, HOW, PARTING, THANKS, WHOSE_PHONE
from governance.relay.reporting import UNKNOWN_PLACE
from governance.relay.said import Said


def kind_word(said: Said, words: str, told: str) -> str:
    """`told` is what may be said to us, for who greets us or asks how."""
    if THANKS.fullmatch(words):
        return "不客气。有事随时说。"
    if PARTING.fullmatch(words):
        return "好的。有事随时说。"
    if WHOSE_PHONE.fullmatch(words):
        phone = said.places[0].contact_phone() if said.places else ""
        return f"社区电话：{phone}。有事也可以直接跟我说。" if phone else UNKNOWN_PLACE
    if GREETING.fullmatch(words):
        return f"您好。{told}"
    return told if HOW.fullmatch(words) else ""
