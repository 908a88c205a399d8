"""What somebody who turns out to be another person takes along: what they said to us, our talks, their own line.

Who leaves is not remembered in any talk.
"""

from sqlalchemy import delete, select, update

from governance.core.db import db
from governance.people import hooks
from governance.relay.model import Heard
from governance.relay.persons import close_line, line_of
from governance.relay.talk import Talk


@hooks.person_merged.listen
@hooks.person_began_anew.listen
def take_along(old_id: int, new_id: int) -> None:
    theirs = update(Heard).where(Heard.person_id == old_id).values(person_id=new_id)
    db.session.execute(theirs, execution_options={"synchronize_session": False})
    going_on = select(Talk.room).where(Talk.person_id == new_id)
    rest = (Talk.person_id == old_id, Talk.room.in_(going_on.scalar_subquery().correlate(None)))
    db.session.execute(delete(Talk).where(*rest), execution_options={"synchronize_session": False})
    moved = update(Talk).where(Talk.person_id == old_id).values(person_id=new_id)
    db.session.execute(moved, execution_options={"synchronize_session": False})


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


@hooks.person_left.listen
def forget_talks(person_id: int) -> None:
    theirs = delete(Talk).where(Talk.person_id == person_id)
    db.session.execute(theirs, execution_options={"synchronize_session": False})
