"""The national numbers one may be told to press, each with the word beside it and the sentence that goes with it."""

from typing import NamedTuple

LISTENS = "12356"


class Helpline(NamedTuple):
    """`label` is the short word beside the number. `sentence` is said where no danger has one of its own."""

    label: str
    sentence: str


class Press(NamedTuple):
    """The numbers to press, the first one first, and the sentence that belongs to the first."""

    numbers: tuple[str, ...]
    sentence: str


HELPLINES = {
    "119": Helpline("火警", "着火、被困，打 119。"),
    "120": Helpline("急救", "有人受伤、叫不醒，打 120。"),
    "110": Helpline("报警", "有人要伤人、要出事，打 110。"),
    "122": Helpline("交通事故", "撞了人，打 122。"),
    "12338": Helpline("妇女维权", "妇女维权热线 12338，有人帮着出主意。"),
    LISTENS: Helpline("心理援助", "心里难受打 12356，有人听您说。"),
    "96110": Helpline("反诈专线", "拿不准是不是骗子，打 96110。"),
    "12355": Helpline("青少年服务", "孩子的事也可以打 12355。"),
}


def named(number: str) -> str:
    """The number as a sentence says it: 119（火警）."""
    return f"{number}（{HELPLINES[number].label}）"
