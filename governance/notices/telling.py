"""The message that groups get about a notice: its title, its first lines and a link to the rest."""

from governance.core.db import db
from governance.core.events import Event
from governance.notices import lifecycle as life
from governance.notices.model import Notice
from governance.relay.messages.facts import Fact, Facts, about, near_name
from governance.relay.messages.templates import render
from governance.relay.messages.text import address, opening, signed


@about("notice")
def facts(event: Event) -> Facts | None:
    """The facts for a message; None for a stopped notice, so that remaining messages are not sent."""
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
    """The exact text for each audience. The signature at the end is a placeholder: each message has its own."""
    said = _facts(notice).said
    return {one: signed((render(one, "notice.publish", said),), "····") for one in notice.audiences}
