"""Whose the rows of the relay are: a person's own group, and messages that carry the title of a topic of theirs."""

from typing import Any

from sqlalchemy import and_, select

from governance.core.events import Event
from governance.core.personal import Found, Ids, about_person
from governance.core.translation import LazyText as _l
from governance.discussions.model import Topic
from governance.people import hooks
from governance.people.model import Person
from governance.relay.model import Delivery, Group, Message
from governance.relay.subscriptions.recipients import close_own_group


def _told(ids: Ids) -> Any:
    """The messages about their topics."""
    topics = select(Topic.id).where(Topic.author_id.in_(ids))
    about = select(Event.id).where(and_(Event.noun == "topic", Event.subject_id.in_(topics)))
    return select(Delivery.message_id).where(Delivery.event_id.in_(about), Delivery.message_id.is_not(None))


about_person(
    Group,
    _l("微信通知"),
    seen_by=_l("没有人看，只有程序用"),
    kept=_l("直到您取消或者删除"),
    whose=lambda ids: Group.person_id.in_(ids),
    order=40,
)
about_person(
    Message,
    _l("发到群里的通知"),
    seen_by=_l("群里的人"),
    kept=_l("我们这里的，直到您删除；已经发到群里的，我们收不回来"),
    whose=lambda ids: Message.id.in_(_told(ids)),
    order=41,
)


@hooks.person_erased.listen
def stop_telling(found: list[Found]) -> None:
    for each in found:
        if each.section.model is Person:
            for (person_id,) in each.keys:
                close_own_group(person_id, _l("本人已删除").in_chinese)
