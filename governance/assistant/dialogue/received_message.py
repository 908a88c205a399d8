"""The messages people sent, each stored once with our reply."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from governance.core.db import Base, db, now
from governance.core.personal import Erased, about_person, personal
from governance.core.translation import LazyText as _l
from governance.relay.groups import health


class ReceivedMessage(Base):
    """One message of a person and our reply. `robot` and `message_id` together are its idempotency key.

    `group_id` is None in a private conversation. The sender's name is not stored.
    """

    __tablename__ = "received_message"
    __table_args__ = (
        UniqueConstraint("robot", "message_id"),
        Index("ix_received_message_by", "group_id", "person_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    robot: Mapped[str] = mapped_column(String(43))
    message_id: Mapped[str] = mapped_column(String(64))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("chat_group.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    text: Mapped[str] = mapped_column(Text, info=personal(_l("您发的"), _l("听懂您说的，办您的事"), Erased.ROW))
    reply: Mapped[str] = mapped_column(
        Text, default="", info=personal(_l("我们回的"), _l("同一句不答两遍"), Erased.ROW)
    )
    at: Mapped[datetime] = mapped_column(
        default=now, index=True, info=personal(_l("什么时候"), _l("知道接着哪句说"), Erased.ROW)
    )


about_person(
    ReceivedMessage,
    _l("您发给小助手的话"),
    seen_by=_l("没有人看，只有程序用"),
    kept=_l("直到您删除"),
    whose=lambda ids: ReceivedMessage.person_id.in_(ids),
    order=50,
)


@health.when_heard
def last_heard(group_ids: Sequence[int]) -> Mapping[int, datetime]:
    """When each of these groups last sent a message; groups that never did are left out."""
    latest = select(ReceivedMessage.group_id, func.max(ReceivedMessage.at))
    rows = db.session.execute(latest.where(ReceivedMessage.group_id.in_(group_ids)).group_by(ReceivedMessage.group_id))
    return {group_id: at for group_id, at in rows if group_id is not None}
