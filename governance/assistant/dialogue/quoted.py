"""A message that refers to another one: what it quotes, and the wish to report that."""

import re
from dataclasses import replace

from governance.assistant.dialogue.suggest import WHETHER_TO_REPORT, propose_report
from governance.assistant.dialogue.ticket_reference import number_in
from governance.assistant.dialogue.turn import Turn
from governance.assistant.language import quotes
from governance.assistant.language.phrases import ME_TOO, REPORT_IT

ORDERED = re.compile(r"^(?:@\S+\s*)?(?:我要|我想)?报事[\s:：，,]*")
ASKED_ABOUT = re.compile(r"\n“(.+)”")  # in our own question, the words it is about


def separate_quoted(turn: Turn) -> Turn:
    """The turn with the speaker's own words apart from the quoted ones.

    To quote our own question WHETHER is to answer it. After it has expired, its words count as the quoted ones.
    """
    words, quoted = quotes.split(turn.words, turn.quoted)
    if WHETHER_TO_REPORT in quoted:
        about = ASKED_ABOUT.search(quoted)
        quoted = about[1] if about and turn.conversation.question is None else ""
    return replace(turn, words=words, quoted=quoted)


def wants_quoted_reported(turn: Turn) -> bool:
    """报一下 beside a quoted message, or 我家也是 beside one that names no ticket."""
    if not turn.quoted:
        return False
    return bool(REPORT_IT.fullmatch(turn.bare) or (ME_TOO.fullmatch(turn.bare) and not number_in(turn.quoted)))


def propose_quoted(turn: Turn) -> str:
    """Ask whether to report the quoted words, as if the speaker had said them."""
    turn.conversation.close_question()
    return propose_report(replace(turn, words=ORDERED.sub("", turn.quoted) or turn.quoted, quoted=""))
