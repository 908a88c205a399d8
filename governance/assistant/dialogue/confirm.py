"""Yes, no and 另一件 to our questions WHETHER (report this?) and MORE (add this to the report just made?)."""

from dataclasses import replace

from governance.assistant.dialogue.conversation import MORE, WHETHER
from governance.assistant.dialogue.report import add_words, file_report
from governance.assistant.dialogue.turn import Turn
from governance.assistant.language.matters import is_a_matter
from governance.assistant.language.phrases import ANOTHER, NO, REFUSES, SOLVED, YES


def is_no(bare: str) -> bool:
    """A refusal and nothing else: 算了，灯又不亮了 names a new matter and is none."""
    if NO.fullmatch(bare):
        return True
    return bool(REFUSES.fullmatch(bare)) and not (is_a_matter(bare) and not SOLVED.search(bare))


def is_no_to_report(turn: Turn) -> bool:
    return turn.conversation.question == WHETHER and is_no(turn.bare)


def is_another_to_report(turn: Turn) -> bool:
    return turn.conversation.question == WHETHER and ANOTHER.fullmatch(turn.bare) is not None


def is_yes_to_report(turn: Turn) -> bool:
    return turn.conversation.question == WHETHER and YES.fullmatch(turn.bare) is not None


def is_another_to_more(turn: Turn) -> bool:
    return turn.conversation.question == MORE and ANOTHER.fullmatch(turn.bare) is not None


def is_no_to_more(turn: Turn) -> bool:
    return turn.conversation.question == MORE and is_no(turn.bare)


def is_yes_to_more(turn: Turn) -> bool:
    return turn.conversation.question == MORE and YES.fullmatch(turn.bare) is not None


def discard_question(turn: Turn) -> str:
    """Report nothing and forget the waiting photos."""
    turn.conversation.discard()
    return "好，没有报。"


def file_open_words(turn: Turn) -> str:
    """File the words our question is about as a report of their own."""
    return file_report(replace(turn, words=turn.conversation.question_words))


def leave_out(turn: Turn) -> str:
    """Leave the words out of the report just made."""
    turn.conversation.close_question()
    return "好，没有写进去。要另报一件，说：报事 …"


def add_to_report(turn: Turn) -> str:
    """Add the words our question is about to the report just made; file them if that report is gone."""
    words, ticket = turn.conversation.question_words, turn.conversation.ticket
    turn.conversation.close_question()
    if ticket is None:
        return file_report(replace(turn, words=words))
    add_words(turn, ticket, words)
    return f"写进 {ticket.number} 了，办事的人看得到。"
