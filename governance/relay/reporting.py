"""A report made by speaking: the words, the place that is meant, photos before and after; nothing without a yes."""

import uuid
from dataclasses import replace
from io import BytesIO

from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from governance.core.db import db, now
from governance.core.errors import Refused
from governance.places.model import Place
from governance.relay.facts import near_name
from governance.relay.meaning import (
    OTHER,
    SHORTEST_MATTER,
    category_of,
    informs_of_a_thing,
    named_places,
    says_something,
)
from governance.relay.model import Heard
from governance.relay.private import elsewhere, in_private, is_taken, offer
from governance.relay.said import Said
from governance.relay.talk import WHAT, WHERE, WHETHER
from governance.relay.wording import address, plain
from governance.tickets import assist, photos, queries, reports, voices
from governance.tickets.categories import Choice
from governance.tickets.grave import grave
from governance.tickets.model import Ticket

LONGEST_REPORT = 500
NAMED_PLACES = 8
INFORM = "举报"
WHETHER_TO_REPORT = "要报给网格员吗？"
UNKNOWN_PLACE = "我还不知道您在哪栋楼。请扫一下楼里的码，或者把码上的 8 个字发给我，再说一遍就行。"


def report(said: Said, named: Place | None = None) -> str:
    """报事: what follows is the report. Where it is unclear what or where, that is asked, and the words are kept."""
    if not says_something(said.words) and not said.talk.waiting_photos:
        return what(said)
    found = grave(said.words)
    if found and not is_taken(said, said.words):
        return offer(said, said.words, found)
    place = named or _place(said)
    if place is None:
        return which(said, said.words)
    return _file(said, place)


def what(said: Said, begun: str = "") -> str:
    """Ask what it is; what was said already is kept before it."""
    said.talk.ask(WHAT, begun)
    return "请说是什么事、在哪儿，例如：电梯关门哐当响"


def inform(said: Said) -> str:
    """举报: of somebody it is always private, and not taken in a group at all; of a thing, like any other report."""
    if informs_of_a_thing(f"{INFORM}{said.words}"):
        return propose(replace(said, words=f"{INFORM}{said.words}"))
    if said.group is not None:
        return in_private(said, said.places[0], category_of(INFORM))
    words = f"{INFORM}{said.words}"
    return report(replace(said, words=words)) if len(said.words) >= SHORTEST_MATTER else what(said, words)


def which(said: Said, words: str, named: str = "") -> str:
    """Ask which of the group's places these words are about; `named` was none of them."""
    said.talk.ask(WHERE, words)
    names = "、".join(place.name for place in said.places[:NAMED_PLACES])
    first = f"这个群里没有“{plain(named)}”。" if named else ""
    return f"{first}请说是哪一个地方（{names}），说了就报上去；不报了就说“不报了”。"


def whether(said: Said, words: str) -> str:
    """Ask whether these words are to be reported; they are shown, but for words too grave."""
    found = grave(words)
    if found:
        return offer(said, words, found)
    said.talk.ask(WHETHER, words)
    return f"{WHETHER_TO_REPORT}回“是”就报上去，回“不用”就算了。\n“{plain(words, 60)}”"


def propose(said: Said) -> str:
    """Plain speech that may be a matter: asked first, and filed only on a yes. The newest is what is asked about."""
    said = _going_on(said)
    category = category_of(said.words)
    places = said.places
    if category.private and said.group is not None:
        return in_private(said, places[0], category)
    if not places and not grave(said.words):
        return UNKNOWN_PLACE
    return whether(said, said.words) + _open_already(said, category)


def _going_on(said: Said) -> Said:
    """Words too grave to be shown are not lost when more is said of them."""
    begun = (said.talk.words or "") if said.talk.question == WHETHER else ""
    return replace(said, words=f"{begun} {said.words}") if grave(begun) else said


def _open_already(said: Said, category: Choice) -> str:
    """What is being dealt with here already: one word joins it."""
    places = said.places if len(said.places) == 1 else named_places(said.places, said.words)
    here = queries.open_here(places[0], 8) if len(places) == 1 and category.slug != OTHER else []
    found = next((one for one in here if one.category_id == category.id), None)
    if found is None:
        return ""
    said.talk.speak_of(found)
    return f"\n这里已经有一件“{category.label}”在办，是同一件就回：我也遇到 {found.number}"


def _place(said: Said) -> Place | None:
    """Where it is; None where several are meant or none is named. Raises Refused where no place is known at all."""
    places = said.places
    if not places:
        raise Refused(UNKNOWN_PLACE)
    if len(places) == 1:
        return places[0]
    named = named_places(places, said.words)
    return named[0] if len(named) == 1 else None


def _file(said: Said, place: Place) -> str:
    category, found = category_of(said.words), grave(said.words)
    if category.private and said.group is not None:
        return in_private(said, place, category)
    last = said.talk.report
    if last is not None and last.words == said.words[:LONGEST_REPORT] and last.place_id == place.id:
        return f"这件已经报了，编号 {last.number}。看办到哪了：{link_to(last, said)}"
    source = "group" if said.group else "code"
    told = {"words": said.words[:LONGEST_REPORT], "source": source, "private": found is not None}
    submission = said.talk.waiting_photos or submission_of(said.heard)
    ref = reports.new_report(said.by, place, category, submission, **told)
    ticket = db.session.scalars(select(Ticket).filter_by(ref=ref)).one()
    said.talk.reported(ticket)
    if found:
        return f"{found.call}\n记下了，编号 {ticket.number}，只有办事的人看得到。看办到哪了：{link_to(ticket, said)}"
    return (
        f"{elsewhere(category)}收到：{near_name(place)}的“{category.label}”，编号 {ticket.number}，已交给网格员。\n"
        f"有照片直接发来。看办到哪了：{link_to(ticket, said)}"
    )


def submission_of(heard: Heard) -> str:
    """The same for the same message, so that it makes one report."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{heard.robot}:{heard.message_id}"))


def link_to(ticket: Ticket, said: Said) -> str:
    """Everybody in a group reads it; to the reporter alone it also opens what is theirs."""
    path = f"/t/{ticket.ref}"
    if said.group is None and ticket.is_followed_by(said.by.person_id, "reporter"):
        path += f"?k={assist.reporter_secret(ticket)}"
    return address(path)


def take_photos(said: Said, shots: tuple[bytes, ...]) -> str:
    """Photos join the report just made in this room; without one they wait for it."""
    ticket = said.talk.report
    if ticket is None:
        said.talk.submission, said.talk.photos_at = said.talk.waiting_photos or submission_of(said.heard), now()
        _stage(said, said.talk.submission, shots)
        return "照片收到了。请再说一句是什么事，例如：报事 三层灯不亮"
    _stage(said, submission_of(said.heard), shots)
    voices.more(ticket, said.by, "", submission_of(said.heard))
    return f"照片收到了，已放进编号 {ticket.number}。"


def _stage(said: Said, submission: str, shots: tuple[bytes, ...]) -> None:
    for shot in shots:
        photos.stage(said.by, submission, FileStorage(BytesIO(shot)))
