"""Jobs of notices: close those that were sent to every group."""

from sqlalchemy import select

from governance.core.db import db, writing
from governance.core.jobs import job
from governance.notices import lifecycle as life
from governance.notices.actions import finish
from governance.notices.model import Notice
from governance.relay.delivery.cancel import telling_is_over


@job("notices.finish", every=60)
def finish_told() -> None:
    sent = list(db.session.scalars(select(Notice).where(Notice.state == life.TOLD)))
    over = [notice for notice in sent if notice.event_id and telling_is_over(notice.event_id)]
    db.session.rollback()
    for notice in over:
        with writing():
            finish(notice)
