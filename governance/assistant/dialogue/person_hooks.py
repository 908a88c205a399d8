"""Listeners of the conversation: when two persons become one, or somebody leaves."""

from sqlalchemy import delete, select, update

from governance.assistant.dialogue.conversation import Talk
from governance.core.db import db
from governance.people import hooks
from governance.relay.model import Heard


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


@hooks.person_left.listen
def forget_talks(person_id: int) -> None:
    theirs = delete(Talk).where(Talk.person_id == person_id)
    db.session.execute(theirs, execution_options={"synchronize_session": False})
