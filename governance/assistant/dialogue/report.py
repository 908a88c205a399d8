"""A report made by speaking: the words, their place and category, and the photos sent before or after."""

import uuid
from collections import Counter
from io import BytesIO

from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from governance.assistant.dialogue.conversation import WHAT, WHERE
from governance.assistant.dialogue.privacy import (
    competent_authority,
    may_report_crisis,
    offer_crisis_report,
    refer_private_matter,
)
from governance.assistant.dialogue.received_message import ReceivedMessage
from governance.assistant.dialogue.turn import Turn
from governance.assistant.language.matters import category_of
from governance.assistant.language.place_match import foreign_place_name, resolve_place
from governance.core.db import db
from governance.core.errors import Refused
from governance.places.model import Place
from governance.relay.messages.facts import near_name
from governance.relay.messages.text import address, sanitised
from governance.tickets import assist, photos
from governance.tickets.categories import Choice
from governance.tickets.model import Ticket
from governance.tickets.reporting import reports
from governance.tickets.responses import feedback
from governance.triage.category import says_something
from governance.triage.crisis import crisis_in
from governance.triage.local_numbers import with_local
from governance.triage.sorting import sort

LONGEST_REPORT = 500
NAMED_PLACES = 8
TOO_LATE = "照片到得晚了，分不清是哪件事的，请再发一次。"
UNKNOWN_PLACE = "我还不知道您在哪栋楼。请扫一下楼里的码，或者把码上的 8 个字发给我，再说一遍就行。"


def file_report(turn: Turn, place: Place | None = None) -> str:
    """File the words as a ticket. Where the matter or the place is unclear, ask and keep the words.

    `place` overrides the place that the words name. Raises Refused when no place can be known.
    """
    if not says_something(turn.words) and not turn.conversation.waiting_photos:
        return ask_what(turn)
    crisis = crisis_in(turn.words)
    if crisis and not may_report_crisis(turn, turn.words):
        return offer_crisis_report(turn, turn.words, crisis)
    if not turn.places:
        raise Refused(UNKNOWN_PLACE)
    category, place = category_of(turn.words), place or resolve_place(turn.places, turn.words)
    if category.private and turn.group is not None:
        return refer_private_matter(turn, place or turn.places[0], category)
    if place is None:
        return ask_where(turn, turn.words)
    return "\n".join([_file(turn, place, category), *_told_elsewhere(turn.words)])


def _told_elsewhere(words: str) -> list[str]:
    """One sentence for each office that such a matter belongs to; a danger has its own sentence before the reply."""
    found = sort(words)
    return (
        []
        if found.calls
        else [f"这类事也可以找：{matter.where}（{matter.number}）" for matter in with_local(found.elsewhere)]
    )


def ask_what(turn: Turn, words_so_far: str = "") -> str:
    """Ask what the matter is. The answer is appended to `words_so_far`."""
    turn.conversation.ask(WHAT, words_so_far)
    return "请说是什么事、在哪儿，例如：电梯关门哐当响"


def ask_where(turn: Turn, words: str, preface: str = "") -> str:
    """Ask which of the places these words are about. `preface` stands before the question."""
    turn.conversation.ask(WHERE, words)
    if not preface and (name := foreign_place_name(turn.places, words)):
        preface = f"“{sanitised(name)}”不归这里管，那里的事请扫那里的码。"
    if len(turn.places) == 1:
        return f"{preface}是{near_name(turn.places[0])}的事就回“是”，不是就回“不报了”。"
    counted = Counter(place.name for place in turn.places)
    names = [place.name if counted[place.name] == 1 else near_name(place) for place in turn.places[:NAMED_PLACES]]
    return f"{preface}请说是哪一个地方（{'、'.join(names)}），说了就报上去；不报了就说“不报了”。"


def _file(turn: Turn, place: Place, category: Choice) -> str:
    crisis = crisis_in(turn.words)
    last = turn.conversation.last_report
    if last is not None and last.words == turn.words[:LONGEST_REPORT] and last.place_id == place.id:
        return f"这件已经报了，编号 {last.number}。看办到哪了：{link_to(last, turn)}"
    source = "group" if turn.group else "code"
    details = {"words": turn.words[:LONGEST_REPORT], "source": source, "private": crisis is not None}
    submission = turn.conversation.waiting_photos or submission_of(turn.message)
    ref = reports.new_report(place, turn.by, category, submission, **details)
    ticket = db.session.scalars(select(Ticket).filter_by(ref=ref)).one()
    turn.conversation.remember_report(ticket)
    if remainder := turn.words[LONGEST_REPORT:]:
        feedback.more(ticket, turn.by, remainder, submission_of(turn.message))
    if crisis:
        return f"{crisis.call}\n记下了，编号 {ticket.number}，只有办事的人看得到。看办到哪了：{link_to(ticket, turn)}"
    return (
        f"{competent_authority(category)}"
        f"收到：{near_name(place)}的“{category.label}”，编号 {ticket.number}，已经送到{ticket.owner}那里。\n"
        f"{'只有办事的人看得到。' if category.private else ''}有照片直接发来。看办到哪了：{link_to(ticket, turn)}"
    )


def submission_of(message: ReceivedMessage) -> str:
    """The idempotency key of a report: the same message always gives the same key."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{message.robot}:{message.message_id}"))


def link_to(ticket: Ticket, turn: Turn) -> str:
    """The ticket's address. In a private conversation its reporter gets the key that opens their own view."""
    path = f"/t/{ticket.ref}"
    if turn.group is None and ticket.is_followed_by(turn.by.person_id, "reporter"):
        path += f"?k={assist.reporter_secret(ticket)}"
    return address(path)


def is_photos_alone(turn: Turn) -> bool:
    return bool(turn.shots) and not turn.words


def take_photos(turn: Turn) -> str:
    """Photos without words join the matter our question is about, else the last report, else the next report.

    Photos that arrive after a later report or question are not taken: nothing tells which report they belong to.
    """
    if turn.conversation.moved_on:
        return TOO_LATE
    keep_photos(turn)
    if turn.conversation.question not in (None, WHAT):
        return "照片收到了，跟刚才说的一起报上去。请先回上一句问您的。"
    return join_photos(turn) or "照片收到了。请再说一句是什么事，例如：报事 三层灯不亮"


def discard_late_photos(turn: Turn) -> str:
    """Forget photos that were kept but belong to no known report."""
    turn.conversation.forget_photos()
    return TOO_LATE


def keep_photos(turn: Turn) -> None:
    """Stage the photos of this turn under the submission of the next report. Raises Refused for what is no photo."""
    conversation = turn.conversation
    conversation.submission = conversation.waiting_photos or submission_of(turn.message)
    conversation.photos_at = conversation.said_at
    for shot in turn.shots:
        photos.stage(turn.by, conversation.submission, FileStorage(BytesIO(shot)))


def join_photos(turn: Turn) -> str:
    """Attach the waiting photos to the last report in this room; empty when there is none."""
    ticket = turn.conversation.last_report
    if ticket is None:
        return ""
    add_words(turn, ticket, "")
    return f"照片收到了，已放进编号 {ticket.number}。"


def add_words(turn: Turn, ticket: Ticket, words: str) -> None:
    """Add words and the waiting photos to a ticket."""
    feedback.more(ticket, turn.by, words, turn.conversation.waiting_photos or submission_of(turn.message))
    turn.conversation.forget_photos()
