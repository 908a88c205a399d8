"""What a group's member who turns out to be another person takes along: what they said to us."""

from sqlalchemy import update

from governance.core.db import db
from governance.people import hooks
from governance.relay.model import Heard


@hooks.person_merged.listen
@hooks.person_began_anew.listen
def take_along(old_id: int, new_id: int) -> None:
    theirs = update(Heard).where(Heard.person_id == old_id).values(person_id=new_id)
    db.session.execute(theirs, execution_options={"synchronize_session": False})
