"""The reply to one turn: danger first, then the answer of the first recogniser that matches."""

from governance.assistant.dialogue.emergency import with_emergency_call
from governance.assistant.dialogue.quoted import separate_quoted
from governance.assistant.dialogue.recognisers import answer
from governance.assistant.dialogue.turn import Turn
from governance.core.db import db
from governance.core.errors import Problem


def reply_to(turn: Turn) -> str:
    """Act on the turn inside a savepoint and return the reply. A refusal undoes its changes and becomes the reply.

    Where the words name a danger, the numbers to call come first, whatever the answer is.
    """
    turn = separate_quoted(turn)
    try:
        with db.session.begin_nested():
            reply = answer(turn)
    except Problem as problem:
        reply = problem.words
    return with_emergency_call(f"{turn.words}\n{turn.quoted}", reply)
