"""The one table of what may be said to the assistant, read from top to bottom: the first row that matches answers."""

from collections.abc import Callable
from typing import NamedTuple

from governance.assistant.dialogue import (
    answering,
    confirm,
    details,
    fallback,
    privacy,
    quoted,
    report,
    small_talk,
    staff_queries,
    suggest,
    take_part,
    ticket_intents,
    welcome,
)
from governance.assistant.dialogue.commands import COMMANDS
from governance.assistant.dialogue.ticket_intents import JOIN, NUDGE, PROGRESS
from governance.assistant.dialogue.turn import Turn


class Recogniser(NamedTuple):
    """`matches` decides without side effects; `handle` acts and returns the reply, or raises a `Problem`.

    With `keeps_photos`, photos sent with the words are kept for the report that `handle` makes.
    """

    name: str
    matches: Callable[[Turn], bool]
    handle: Callable[[Turn], str]
    keeps_photos: bool = True


# A danger (110, 119, 120, 122) is no row: `reply_to` puts the number to call before the answer of every row.
RECOGNISERS: tuple[Recogniser, ...] = (
    Recogniser("crisis_in_group", privacy.is_crisis_in_group, privacy.refer_crisis, keeps_photos=False),
    # a worker about their work
    Recogniser("workload", staff_queries.asks_workload, staff_queries.tell_workload, keeps_photos=False),
    Recogniser("own_ticket", staff_queries.asks_about_own_ticket, staff_queries.tell_state, keeps_photos=False),
    # photos, and a message that quotes another
    Recogniser("photos_alone", report.is_photos_alone, report.take_photos, keeps_photos=False),
    Recogniser("report_quoted", quoted.wants_quoted_reported, quoted.propose_quoted),
    # an answer to "report this?" or "add this to the report just made?"
    Recogniser("no_to_report", confirm.is_no_to_report, confirm.discard_question),
    Recogniser("another_to_report", confirm.is_another_to_report, suggest.ask_again),
    Recogniser("yes_to_report", confirm.is_yes_to_report, confirm.file_open_words),
    Recogniser("another_to_more", confirm.is_another_to_more, confirm.file_open_words),
    Recogniser("no_to_more", confirm.is_no_to_more, confirm.leave_out),
    Recogniser("yes_to_more", confirm.is_yes_to_more, confirm.add_to_report),
    # an answer to "which of them?", "solved or not?" or "how satisfied?" about a finished ticket
    Recogniser("which", answering.is_which, answering.complete_which),
    Recogniser("solved_or_not", answering.is_solved_or_not, answering.complete_solved),
    Recogniser("score", answering.is_score, answering.complete_score),
    # a command
    *(Recogniser(f"command {command.word}", command.matches, command.handle) for command in COMMANDS),
    # whether a finished ticket is solved, in everyday words
    Recogniser("answer_by_number", answering.is_answer_by_number, answering.give_answer),
    Recogniser("plain_answer", answering.is_plain_answer, answering.give_answer),
    Recogniser("overtaken_answer", answering.is_overtaken_answer, answering.give_answer),
    # a wish about a ticket in everyday words
    Recogniser("wish_before_report", ticket_intents.is_wish_before_report, ticket_intents.say_not_reported_yet),
    Recogniser("wish_to_nudge", NUDGE.matches, NUDGE.handle),
    Recogniser("wish_to_join", JOIN.matches, JOIN.handle),
    Recogniser("wish_for_progress", PROGRESS.matches, PROGRESS.handle),
    Recogniser(
        "progress_of_open_matter",
        ticket_intents.asks_about_open_matter,
        ticket_intents.tell_progress_of_open_matter,
    ),
    # small talk; it leaves our question open
    Recogniser("thanks", small_talk.is_thanks, small_talk.answer_thanks),
    Recogniser("parting", small_talk.is_parting, small_talk.answer_parting),
    Recogniser("phone", small_talk.asks_phone, small_talk.tell_phone),
    Recogniser("outage", small_talk.asks_about_outage, small_talk.tell_where_outages_are_told),
    Recogniser("no_messages", small_talk.wants_no_messages, small_talk.explain_unsubscribing),
    Recogniser("greeting", small_talk.is_greeting, small_talk.answer_greeting),
    Recogniser("how_to", small_talk.asks_how, small_talk.tell_how),
    # an answer to "what is it?" or "where is it?"
    Recogniser("no_to_detail", details.is_no_to_detail, confirm.discard_question),
    Recogniser("empty_what", details.is_empty_what, details.ask_what_again),
    Recogniser("what", details.is_what, details.complete_what),
    Recogniser("where", details.is_where, details.complete_where),
    # a code or a ticket's number alone
    Recogniser("code", welcome.is_code, welcome.welcome_by_code),
    Recogniser("number", take_part.is_number, take_part.tell_progress_of_number),
    # plain speech
    Recogniser("withdrawal", fallback.wants_to_withdraw, fallback.explain_withdrawal_of_last),
    Recogniser("no_after_report", fallback.is_no_after_report, fallback.explain_withdrawal_of_last),
    Recogniser("stray_no", fallback.is_stray_no, fallback.acknowledge_no),
    Recogniser("another", fallback.announces_another, fallback.ask_what_it_is),
    Recogniser("perhaps_a_matter", fallback.is_perhaps_a_matter, fallback.propose_with_pieces),
    Recogniser("neither_yes_nor_no", fallback.is_asked_yes_or_no, suggest.ask_again),
    Recogniser("stray_yes", fallback.is_stray_yes, fallback.say_nothing_was_asked),
    Recogniser("last_piece", fallback.is_last_piece_of_a_matter, fallback.propose_with_pieces),
    Recogniser("unclear", fallback.is_anything, fallback.say_unclear),
)


def recognise(turn: Turn) -> Recogniser:
    """The first row that matches; the last row matches anything."""
    return next(row for row in RECOGNISERS if row.matches(turn))


def answer(turn: Turn) -> str:
    """Recognise the turn and run its handler. Photos sent with words join what the handler reports.

    Raises Problem when what is wanted cannot be done; the caller undoes the changes.
    """
    row = recognise(turn)
    return _answer_with_photos(turn, row) if turn.shots and row.keeps_photos else row.handle(turn)


def _answer_with_photos(turn: Turn, row: Recogniser) -> str:
    """Where the handler leaves photos over and asks nothing, they join the last report, unless they came late."""
    report.keep_photos(turn)
    is_late = turn.conversation.moved_on
    reply = [row.handle(turn)]
    if turn.conversation.question is None and turn.conversation.waiting_photos:
        joined = report.discard_late_photos(turn) if is_late else report.join_photos(turn)
        reply.append(joined or "照片收到了，跟下一件一起报上去。")
    return "\n".join(reply)
