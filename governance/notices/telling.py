"""What groups are told of a notice: its title, its first lines and where to read the rest."""

from governance.core.db import db
from governance.core.events import Event
from governance.notices import lifecycle as life
from governance.notices.model import Notice
from governance.relay.messages.facts import Fact, Facts, about, near_name
from governance.relay.messages.templates import render
from governance.relay.messages.text import address, opening, signed


@about("notice")
def facts(event: Event) -> Facts | None:
    """Nothing of a notice that was stopped: what has not gone out does not go out."""
    notice = db.session.get(Notice, event.subject_id)
    if notice is None or notice.state == life.STOPPED:
        return None
    return _facts(notice)


def _facts(notice: Notice) -> Facts:
    lines, more = opening(notice.words)
    said: dict[str, Fact] = {
        "place": near_name(notice.place),
        "title": notice.title,
        "lines": lines,
        "more": more,
        "urgent": notice.urgent,
        "link": address(f"/notices/{notice.ref}"),
    }
    return Facts(said, urgent=notice.urgent, inside=True, around=False, audiences=notice.audiences, card=True)


def preview(notice: Notice) -> dict[str, str]:
    """The very words each audience will read; the mark at the end is another one for every message."""
    said = _facts(notice).said
    return {one: signed((render(one, "notice.publish", said),), "····") for one in notice.audiences}
