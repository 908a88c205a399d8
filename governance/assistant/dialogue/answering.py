"""Answers to "is it really solved?" in a conversation: about which ticket, by whom, and what is said back.

Who reported or joined answers; others are told how to say 我也遇到，还没好. Where two tickets wait for the same person,
the answer is asked back, not guessed. tickets/responses/answers.py decides until when answers count and what follows.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import ColumnElement, select

from governance.assistant.dialogue.conversation import SCORE, SOLVED, WHICH
from governance.assistant.dialogue.report import add_words, link_to, submission_of
from governance.assistant.dialogue.ticket_reference import (
    is_mentionable,
    may_mention,
    number_and_other_words,
    number_in,
    resolve_ticket,
    ticket_numbered,
)
from governance.assistant.dialogue.turn import Turn
from governance.assistant.language.answers import (
    ALSO,
    NO,
    SCORE_WORDS,
    YES,
    Said,
    answer_in,
    bare_score,
    score_in,
    thing_in,
)
from governance.assistant.language.matters import category_of
from governance.assistant.language.phrases import AROUND
from governance.assistant.language.place_match import resolve_place
from governance.core.db import db
from governance.core.errors import Refused
from governance.core.translation import LazyText as _l
from governance.people.access.permissions import may
from governance.relay.messages.text import sanitised
from governance.tickets import lifecycle as life
from governance.tickets import model, queries
from governance.tickets.model import Follow, Ticket
from governance.tickets.responses import answers, feedback
from governance.triage.category import OTHER

LONGEST_PLAIN = 40  # characters; longer words without a number are no answer
LONGEST_NOTE = 500
MOST = 20
NOT_SAID = "-"


def say(solved: str) -> Callable[[Turn], str]:
    """The handler of a command. Its argument may hold a number, a score and more words."""

    def answer(turn: Turn) -> str:
        number, others = number_and_other_words(turn)
        return _answer(turn, number, Said(solved, score_in(others)), SCORE_WORDS.sub("", others).strip(AROUND))

    return answer


def is_answer_by_number(turn: Turn) -> bool:
    """An answer beside the number of a finished ticket that may be mentioned here, or in reply to our message."""
    number, others = number_and_other_words(turn)
    number = number or number_in(turn.quoted)
    if not number or answer_in(others) is None or not is_mentionable(turn, number):
        return False
    ticket = ticket_numbered(number)
    return ticket is not None and answers.are_taken(ticket)


def is_plain_answer(turn: Turn) -> bool:
    """An answer in plain words, when something waits for this person's answer and we ask about nothing else."""
    return _answers_plainly(turn) and bool(_meant_plainly(turn))


def is_overtaken_answer(turn: Turn) -> bool:
    """A plain answer about what a neighbour's "no" has already put back to be done."""
    return _answers_plainly(turn) and bool(_overtaken(turn))


def give_answer(turn: Turn) -> str:
    """The handler of both."""
    number, others = number_and_other_words(turn)
    said = answer_in(others)
    return _answer(turn, number, said, others) if said else ""


def is_which(turn: Turn) -> bool:
    """The number of one of the tickets that our question WHICH named."""
    return turn.conversation.feedback_question == WHICH and ticket_numbered(turn.bare) in _mine(turn)


def complete_which(turn: Turn) -> str:
    solved, satisfied, note = turn.conversation.feedback_words.split(" ", 2)
    turn.conversation.close_question()
    said = Said(None if solved == NOT_SAID else solved, None if satisfied == NOT_SAID else int(satisfied))
    return _answer(turn, turn.bare, said, note)


def is_solved_or_not(turn: Turn) -> bool:
    """An answer to our question SOLVED."""
    said = answer_in(turn.bare)
    return turn.conversation.feedback_question == SOLVED and said is not None and said.solved is not None


def complete_solved(turn: Turn) -> str:
    number, satisfied = turn.conversation.feedback_words.split(" ", 1)
    said = answer_in(turn.bare) or Said(None, None)
    given = said.satisfied or (None if satisfied == NOT_SAID else int(satisfied))
    turn.conversation.close_question()
    return _answer(turn, number, Said(said.solved, given), "")


def is_score(turn: Turn) -> bool:
    """A score and nothing else, after our question SCORE."""
    return turn.conversation.feedback_question == SCORE and bare_score(turn.bare) is not None


def complete_score(turn: Turn) -> str:
    number = turn.conversation.feedback_words
    turn.conversation.close_question()
    return _answer(turn, number, Said(None, bare_score(turn.bare)), "")


def how_to_answer(turn: Turn, ticket: Ticket) -> str:
    """What this person can say about a finished ticket; empty when answers are not taken."""
    if not answers.are_taken(ticket):
        return ""
    if may(turn.by, "ticket.answer", ticket):
        words = _l("好了就说：解决了 %(n)s；没好就说：没解决 %(n)s", n=ticket.number)
    else:
        words = _l("您那里还没好，就说：我也遇到，还没好 %(n)s", n=ticket.number)
    return words.in_chinese


def say_still_met(turn: Turn, ticket: Ticket, note: str) -> str:
    """我也遇到，还没好: join the finished ticket and have it done again."""
    answers.say_still_met(ticket, turn.by, note[:LONGEST_NOTE])
    turn.conversation.mention(ticket)
    told = _l(
        "记下了：您也遇到，%(n)s 还没好。要重新办，从头计时，这是第 %(round)s 轮。", n=ticket.number, round=ticket.round
    )
    return f"{told.in_chinese}\n{link_to(ticket, turn)}"


def _answer(turn: Turn, number: str, said: Said, note: str) -> str:
    """Give the answer about the ticket meant. Raises Refused where none is meant or the person may not answer."""
    number = number or number_in(turn.quoted)
    if number:
        return _answer_about(turn, resolve_ticket(replace(turn, words=number)), said, note)
    meant = _meant_plainly(turn)
    if not meant and (overtaken := _overtaken(turn)):
        return _tell_done_again(turn, overtaken[0], said, note)
    meant = meant or _answered(turn)
    if not meant:
        raise Refused(_which_number(turn))
    if len(meant) > 1:
        return _ask_which(turn, meant, said, note)
    return _answer_about(turn, meant[0], said, note)


def _answer_about(turn: Turn, ticket: Ticket, said: Said, note: str) -> str:
    turn.conversation.mention(ticket)
    if not answers.are_taken(ticket):
        return _not_asked(turn, ticket, said, note)
    if not may(turn.by, "ticket.answer", ticket):
        if said.solved == NO and ALSO in turn.words:
            return say_still_met(turn, ticket, note)
        raise Refused(
            "%(n)s 好没好，由报过和加入过的邻居说。您那里也没好，就说：我也遇到，还没好 %(n)s。"
            "是您在手机上报的，请点开说：%(link)s",
            n=ticket.number,
            link=link_to(ticket, turn),
        )
    given = answers.own_answer(ticket, turn.by)
    if said.solved is None and (given is None or said.satisfied is None):
        return _ask_whether_solved(turn, ticket, said)
    if said.solved is None and given is not None:
        said, note = Said(given.solved, said.satisfied), given.words
    elif given is not None and given.solved == said.solved:
        said, note = Said(said.solved, said.satisfied or given.satisfied), note or given.words
    answers.give_feedback(ticket, turn.by, said.solved or NO, said.satisfied, note[:LONGEST_NOTE])
    return _told(turn, ticket, said)


def _tell_done_again(turn: Turn, ticket: Ticket, said: Said, note: str) -> str:
    """Say why this answer is not counted; a "solved" is passed on to the worker."""
    turn.conversation.close_question()
    turn.conversation.mention(ticket)
    told = [_l("%(n)s 有人说没解决，正在重新办，这是第 %(round)s 轮。", n=ticket.number, round=ticket.round)]
    if said.solved == YES:
        _pass_on(turn, ticket, note)
        told.append(_l("您说好了，也写进去了，办的人看得到。"))
    told.append(_l("办好了再请您说一声。"))
    return f"{''.join(line.in_chinese for line in told)}\n{link_to(ticket, turn)}"


def _told(turn: Turn, ticket: Ticket, said: Said) -> str:
    """Say what was written down and what follows; attach the photos that came with a "no"; ask for the score."""
    if said.solved == NO:
        if turn.conversation.waiting_photos:
            add_words(turn, ticket, "")
        again = _l(
            "记下了：%(n)s 没解决。要重新办，从头计时，这是第 %(round)s 轮。", n=ticket.number, round=ticket.round
        )
        return f"{again.in_chinese}\n{link_to(ticket, turn)}"
    score = _l("，%(score)s 分", score=said.satisfied).in_chinese if said.satisfied else ""
    solved = model.SOLVED[said.solved or YES].in_chinese
    ends = _l("大家都说了，结案。") if not ticket.status.open else _l("再等邻居们说一声，最多七天就结案。")
    told = _l(
        "记下了：%(n)s %(solved)s%(score)s。谢谢您。%(ends)s",
        n=ticket.number,
        solved=solved,
        score=score,
        ends=ends.in_chinese,
    ).in_chinese
    if said.satisfied:
        return told
    turn.conversation.ask(SCORE, ticket.number)
    how_satisfied = _l("满意几分？回 1分 到 5分，不回也行。")
    return f"{told}\n{how_satisfied.in_chinese}"


def _not_asked(turn: Turn, ticket: Ticket, said: Said, note: str) -> str:
    """The ticket is not finished, or is over: pass a "solved" on to the worker, else say where it stands."""
    if not ticket.status.open:
        raise Refused(
            "%(n)s %(state)s，不用再说好没好。还有问题请再报一件", n=ticket.number, state=ticket.status.for_residents
        )
    if said.solved != YES or not may(turn.by, "ticket.more", ticket):
        raise Refused("%(n)s 还没办完，办好了再请大家说。想催就说：催办 %(n)s", n=ticket.number)
    _pass_on(turn, ticket, note)
    return _l("%(n)s 还没有办结。您说的“解决了”写进去了，办的人看得到。", n=ticket.number).in_chinese


def _pass_on(turn: Turn, ticket: Ticket, note: str) -> None:
    """Add "solved" and the note to the ticket, for its workers."""
    words = f"{model.SOLVED[YES].in_chinese} {note}".strip()[:LONGEST_NOTE]
    feedback.more(ticket, turn.by, words, submission_of(turn.message))


def _answers_plainly(turn: Turn) -> bool:
    """An answer in few words, and not to another question of ours; a score in figures answers no other question."""
    is_free = turn.conversation.question is None or bare_score(turn.bare) is not None and not turn.bare.isdecimal()
    return is_free and len(turn.bare) <= LONGEST_PLAIN and answer_in(turn.bare) is not None


def _mine(turn: Turn) -> list[Ticket]:
    """The tickets this person follows whose answers are taken, latest finish first; in a group those it may hear of."""
    return _followed(turn, answers.takes_answers())


def _overtaken(turn: Turn) -> list[Ticket]:
    """Those that are done again since somebody's "no" of the last days, and that the words can be about."""
    return [ticket for ticket in _followed(turn, answers.is_done_again()) if _fits(turn, ticket)]


def _followed(turn: Turn, which: ColumnElement[bool]) -> list[Ticket]:
    query = select(Ticket).join(Follow, Follow.ticket_id == Ticket.id).where(Follow.person_id == turn.by.person_id)
    query = query.where(which).order_by(Ticket.resolved_at.desc(), Ticket.id.desc()).limit(MOST)
    return [ticket for ticket in db.session.scalars(query) if turn.group is None or may_mention(turn, ticket)]


def _meant_plainly(turn: Turn) -> list[Ticket]:
    """The finished tickets that these words without a number can be about: waiting ones, else the one just answered."""
    fitting = [ticket for ticket in _mine(turn) if _fits(turn, ticket)]
    waiting = [one for one in fitting if one.state == life.RESOLVED and not answers.own_answer(one, turn.by)]
    mentioned = turn.conversation.last_mentioned
    if mentioned in (waiting or fitting):
        return [mentioned] if mentioned else []
    return waiting


def _answered(turn: Turn) -> list[Ticket]:
    return [ticket for ticket in _mine(turn) if answers.own_answer(ticket, turn.by)]


def _fits(turn: Turn, ticket: Ticket) -> bool:
    """Do the words name no other kind of matter, no other thing and no other place?"""
    slug, place = category_of(turn.bare).slug, resolve_place(turn.places, turn.bare)
    is_there = place is None or place.id in ticket.place.ancestors or ticket.place_id in place.ancestors
    thing = thing_in(turn.bare) if slug == OTHER else ""
    told = f"{ticket.words}{ticket.category.label}{ticket.place.name}"
    is_it = not thing or 2 * sum(char in told for char in thing) > len(thing)
    return slug in (OTHER, ticket.category.slug) and is_there and is_it


def _ask_which(turn: Turn, meant: list[Ticket], said: Said, note: str) -> str:
    turn.conversation.ask(WHICH, f"{said.solved or NOT_SAID} {said.satisfied or NOT_SAID} {note}")
    lines = [f"{one.number} {'' if one.private else sanitised(one.public_title)}".strip() for one in meant]
    return "\n".join((_l("您说的是哪一件？请回编号：").in_chinese, *lines))


def _ask_whether_solved(turn: Turn, ticket: Ticket, said: Said) -> str:
    turn.conversation.ask(SOLVED, f"{ticket.number} {said.satisfied or NOT_SAID}")
    return _l("%(n)s 是解决了，还是没解决？请回“解决了”或者“没解决”。", n=ticket.number).in_chinese


def _which_number(turn: Turn) -> str:
    """Nothing waits for this person: ask for the number, and name what was finished here lately."""
    found = finished_here(turn)
    if len(found) == 1:
        return _l(
            "您说的是 %(n)s（%(title)s）吗？您那里也没好，就说：我也遇到，还没好 %(n)s",
            n=found[0].number,
            title=sanitised(found[0].public_title),
        ).in_chinese
    return _l("现在没有等您回答的事。要说哪一件，请带上编号，例如：没解决 12-5").in_chinese


def finished_here(turn: Turn) -> list[Ticket]:
    """The public tickets at the places of this conversation that wait for answers, latest finish first."""
    return queries.finished_at([place.id for place in turn.places])


ANSWERED = re.compile(
    rf"(?:编号|单号)?\s{{0,3}}\d{{1,9}}\s?[-–—－]\s?\d\s?号?(?!\d).*|\d{{2,10}}(?!\d)|(?:{SCORE_WORDS.pattern}|谢谢|[，,、。.！!\s])*",
    re.DOTALL,
)
