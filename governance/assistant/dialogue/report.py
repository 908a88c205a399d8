"""A report made by speaking: the words, the place that is meant, photos before and after; nothing without a yes."""

import uuid
from collections import Counter
from io import BytesIO

from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from governance.assistant.dialogue.context import Turn
from governance.assistant.dialogue.conversation import WHAT, WHERE
from governance.assistant.dialogue.privacy import elsewhere, in_private, is_taken, offer
from governance.assistant.language.matters import category_of
from governance.assistant.language.place_match import place_meant, unknown
from governance.core.db import db
from governance.core.errors import Refused
from governance.places.model import Place
from governance.relay.messages.facts import near_name
from governance.relay.messages.text import address, sanitised
from governance.relay.model import ReceivedMessage
from governance.tickets import assist, feedback, photos, reports
from governance.tickets.categories import Choice
from governance.tickets.model import Ticket
from governance.triage.category import says_something
from governance.triage.crisis import grave

LONGEST_REPORT = 500
NAMED_PLACES = 8
TOO_LATE = "照片到得晚了，分不清是哪件事的，请再发一次。"
UNKNOWN_PLACE = "我还不知道您在哪栋楼。请扫一下楼里的码，或者把码上的 8 个字发给我，再说一遍就行。"


def file_report(turn: Turn, named: Place | None = None) -> str:
    """报事: what follows is the report. Where it is unclear what or where, that is asked, and the words are kept."""
    if not says_something(turn.words) and not turn.conversation.waiting_photos:
        return what(turn)
    found = grave(turn.words)
    if found and not is_taken(turn, turn.words):
        return offer(turn, turn.words, found)
    if not turn.places:
        raise Refused(UNKNOWN_PLACE)
    category, place = category_of(turn.words), named or place_meant(turn.places, turn.words)
    if category.private and turn.group is not None:
        return in_private(turn, place or turn.places[0], category)
    return _file(turn, place, category) if place else which(turn, turn.words)


def what(turn: Turn, begun: str = "") -> str:
    """Ask what it is; what was said already is kept before it."""
    turn.conversation.ask(WHAT, begun)
    return "请说是什么事、在哪儿，例如：电梯关门哐当响"


def which(turn: Turn, words: str, first: str = "") -> str:
    """Ask which of the group's places these words are about, after what is to be said `first`."""
    turn.conversation.ask(WHERE, words)
    if not first and (name := unknown(turn.places, words)):
        first = f"“{sanitised(name)}”不归这里管，那里的事请扫那里的码。"
    if len(turn.places) == 1:
        return f"{first}是{near_name(turn.places[0])}的事就回“是”，不是就回“不报了”。"
    counted = Counter(place.name for place in turn.places)
    names = [place.name if counted[place.name] == 1 else near_name(place) for place in turn.places[:NAMED_PLACES]]
    return f"{first}请说是哪一个地方（{'、'.join(names)}），说了就报上去；不报了就说“不报了”。"


def _file(turn: Turn, place: Place, category: Choice) -> str:
    found = grave(turn.words)
    last = turn.conversation.report
    if last is not None and last.words == turn.words[:LONGEST_REPORT] and last.place_id == place.id:
        return f"这件已经报了，编号 {last.number}。看办到哪了：{link_to(last, turn)}"
    source = "group" if turn.group else "code"
    details = {"words": turn.words[:LONGEST_REPORT], "source": source, "private": found is not None}
    submission = turn.conversation.waiting_photos or submission_of(turn.message)
    ref = reports.new_report(place, turn.by, category, submission, **details)
    ticket = db.session.scalars(select(Ticket).filter_by(ref=ref)).one()
    turn.conversation.reported(ticket)
    if rest := turn.words[LONGEST_REPORT:]:
        feedback.more(ticket, turn.by, rest, submission_of(turn.message))
    if found:
        return f"{found.call}\n记下了，编号 {ticket.number}，只有办事的人看得到。看办到哪了：{link_to(ticket, turn)}"
    return (
        f"{elsewhere(category)}收到：{near_name(place)}的“{category.label}”，编号 {ticket.number}，已交给网格员。\n"
        f"{'只有办事的人看得到。' if category.private else ''}有照片直接发来。看办到哪了：{link_to(ticket, turn)}"
    )


def submission_of(message: ReceivedMessage) -> str:
    """The same for the same message, so that it makes one report."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{message.robot}:{message.message_id}"))


def link_to(ticket: Ticket, turn: Turn) -> str:
    """Everybody in a group reads it; to the reporter alone it also opens what is theirs."""
    path = f"/t/{ticket.ref}"
    if turn.group is None and ticket.is_followed_by(turn.by.person_id, "reporter"):
        path += f"?k={assist.reporter_secret(ticket)}"
    return address(path)


def take_photos(turn: Turn, shots: tuple[bytes, ...]) -> str:
    """Photos that came alone belong to what we are asking about, else to the report just made, else to the next."""
    if turn.conversation.moved_on:
        return TOO_LATE
    keep_photos(turn, shots)
    if turn.conversation.question not in (None, WHAT):
        return "照片收到了，跟刚才说的一起报上去。请先回上一句问您的。"
    return join_photos(turn) or "照片收到了。请再说一句是什么事，例如：报事 三层灯不亮"


def put_aside(turn: Turn) -> str:
    """Photos that were kept, but came after something else was begun, join nothing."""
    turn.conversation.submission = turn.conversation.photos_at = None
    return TOO_LATE


def keep_photos(turn: Turn, shots: tuple[bytes, ...]) -> None:
    """They wait for what is reported next, or written into the report just made."""
    conversation = turn.conversation
    conversation.submission, conversation.photos_at = (
        conversation.waiting_photos or submission_of(turn.message),
        conversation.said_at,
    )
    _stage(turn, conversation.submission, shots)


def join_photos(turn: Turn) -> str:
    """Photos that wait join the report just made in this room, if there is one."""
    ticket = turn.conversation.report
    if ticket is None:
        return ""
    write_more(turn, ticket, "")
    return f"照片收到了，已放进编号 {ticket.number}。"


def write_more(turn: Turn, ticket: Ticket, words: str) -> None:
    """With the photos that wait."""
    feedback.more(ticket, turn.by, words, turn.conversation.waiting_photos or submission_of(turn.message))
    turn.conversation.submission = turn.conversation.photos_at = None


def _stage(turn: Turn, submission: str, shots: tuple[bytes, ...]) -> None:
    for shot in shots:
        photos.stage(turn.by, submission, FileStorage(BytesIO(shot)))
