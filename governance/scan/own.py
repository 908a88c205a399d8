"""One line of what is this person's own, for the scan page, which is the same for everybody.

The page's script asks for it when the readable cookie says that this device was here before. Without script the line
is a link to 我的.
"""

from typing import Any

from flask import jsonify, url_for

from governance.core.db import connection
from governance.core.translation import LazyText as _l
from governance.people.access.current import current, open_to
from governance.people.access.permissions import anyone
from governance.places.landing import land
from governance.scan.routes import bp
from governance.tickets.responses import own


@bp.get("/c/<code>/mine")
@open_to(anyone)
def mine(code: str) -> Any:
    """JSON of at most a few hundred bytes: `says`, `to` and `asks`; empty where nothing is theirs."""
    viewer, place = current(), land(connection(), code).place
    if viewer.person_id is None:
        return {}
    waiting, here = own.waiting(viewer), own.being_done_here(viewer, place)
    if len(waiting) == 1:
        one = waiting[0]
        to = url_for("tickets.show", ref=one.ticket.ref, _anchor="answer")
        return _line(_l("等您说一声：%(title)s", title=one.title), to, True)
    if waiting:
        return _line(_l("有 %(n)s 件办好了，等您说一声", n=len(waiting)), url_for("people.me"), True)
    declined = own.declined(viewer)
    if declined:
        one = declined[0]
        to = url_for("tickets.show", ref=one.ticket.ref, _anchor="move-appeal")
        return _line(_l("这里办不了：%(title)s。不同意，可以请上一级再看", title=one.title), to, True)
    return _line(_l("我在这里报过的：%(n)s 件还没办完", n=here), url_for("people.me"), False) if here else {}


def _line(says: Any, to: str, asks: bool) -> Any:
    return jsonify(says=str(says), to=to, asks=asks)
