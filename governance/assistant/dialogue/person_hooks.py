"""Listeners of the conversation: when two persons become one, or somebody leaves."""

from sqlalchemy import delete, select, update

from governance.assistant.dialogue.conversation import Conversation
from governance.core.db import db
from governance.people import hooks
from governance.relay.model import ReceivedMessage


@hooks.person_merged.listen
@hooks.person_began_anew.listen
def take_along(old_id: int, new_id: int) -> None:
    theirs = update(ReceivedMessage).where(ReceivedMessage.person_id == old_id).values(person_id=new_id)
    db.session.execute(theirs, execution_options={"synchronize_session": False})
    going_on = select(Conversation.room).where(Conversation.person_id == new_id)
    rest = (Conversation.person_id == old_id, Conversation.room.in_(going_on.scalar_subquery().correlate(None)))
    db.session.execute(delete(Conversation).where(*rest), execution_options={"synchronize_session": False})
    moved = update(Conversation).where(Conversation.person_id == old_id).values(person_id=new_id)
    db.session.execute(moved, execution_options={"synchronize_session": False})


@hooks.person_left.listen
def forget_conversations(person_id: int) -> None:
    theirs = delete(Conversation).where(Conversation.person_id == person_id)
    db.session.execute(theirs, execution_options={"synchronize_session": False})
