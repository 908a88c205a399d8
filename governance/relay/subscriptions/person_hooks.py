"""What somebody who turns out to be another person takes along: what they said to us, our talks, their own line.

Who leaves is not remembered in any talk.
"""

from governance.core.db import db
from governance.people import hooks
from governance.relay.subscriptions.recipients import close_line, line_of


@hooks.person_merged.listen
def move_line(old_id: int, new_id: int) -> None:
    """Where the old one agreed to be told and the new one never said, the line goes along; else it ends."""
    line = line_of(old_id, "resident")
    if line is not None and line_of(new_id, "resident") is None:
        line.person_id = new_id
        db.session.flush()
    else:
        close_line(old_id, "并到同一个人了")


@hooks.person_left.listen
def end_line(person_id: int) -> None:
    close_line(person_id, "已经退出")
