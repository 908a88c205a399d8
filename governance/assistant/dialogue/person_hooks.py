"""Listeners: conversations follow a merged person, and are deleted when a person leaves."""

from sqlalchemy import delete, select, update

from governance.assistant.dialogue.conversation import Conversation
from governance.assistant.dialogue.received_message import ReceivedMessage
from governance.core.db import db
from governance.people import hooks


@hooks.person_merged.listen
@hooks.person_began_anew.listen
def move_conversations(old_id: int, new_id: int) -> None:
    """Move what the old person said to the new one. Where both talked in a room, the new conversation stays."""
    theirs = update(ReceivedMessage).where(ReceivedMessage.person_id == old_id).values(person_id=new_id)
    db.session.execute(theirs, execution_options={"synchronize_session": False})
    kept_rooms = select(Conversation.room).where(Conversation.person_id == new_id)
    doubles = (Conversation.person_id == old_id, Conversation.room.in_(kept_rooms.scalar_subquery().correlate(None)))
    db.session.execute(delete(Conversation).where(*doubles), execution_options={"synchronize_session": False})
    moved = update(Conversation).where(Conversation.person_id == old_id).values(person_id=new_id)
    db.session.execute(moved, execution_options={"synchronize_session": False})


@hooks.person_left.listen
def forget_conversations(person_id: int) -> None:
    theirs = delete(Conversation).where(Conversation.person_id == person_id)
    db.session.execute(theirs, execution_options={"synchronize_session": False})
