"""Listeners: an own group follows a merged person, and ends when a person leaves."""

from governance.core.db import db
from governance.people import hooks
from governance.relay.subscriptions.recipients import close_own_group, own_group_of


@hooks.person_merged.listen
def move_own_group(old_id: int, new_id: int) -> None:
    """Move the old person's own group if the new one never had any; otherwise end it."""
    own = own_group_of(old_id, "resident")
    if own is not None and own_group_of(new_id, "resident") is None:
        own.person_id = new_id
        db.session.flush()
    else:
        close_own_group(old_id, "并到同一个人了")


@hooks.person_left.listen
def end_own_group(person_id: int) -> None:
    close_own_group(person_id, "已经退出")
