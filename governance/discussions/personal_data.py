"""Personal data of the hall: the owner of each row, and the follow-up of an erasure."""

from typing import Any

from sqlalchemy import and_, or_, select, update

from governance.core.db import db
from governance.core.events import Event
from governance.core.personal import Found, Ids, about_person, also_about
from governance.core.translation import LazyText as _l
from governance.discussions.actions import tally_soon
from governance.discussions.model import (
    HIDDEN,
    TAKEN_BACK,
    Flag,
    Reply,
    Review,
    Statement,
    Topic,
    TopicFollow,
    Voice,
)
from governance.people import hooks
from governance.places.actions import freshen

ALL = _l("大家，署您的昵称；社区看过才公开")
COUNTED = _l("只有人数看得到，看不到是谁")
UNTIL_ERASED = _l("直到您删除")
WITH_TOPIC = _l("态度和人数一直留着，不带您的名字；话留到您删除")


def _topics(ids: Ids) -> Any:
    return select(Topic.id).where(Topic.author_id.in_(ids))


def _spoken_in(ids: Ids) -> Any:
    """The topics in which these people have a recorded contribution or action."""
    authored = (select(rows.topic_id).where(rows.author_id.in_(ids)) for rows in (Statement, Reply))
    did = (select(rows.topic_id).where(rows.person_id.in_(ids)) for rows in (Flag, Review, TopicFollow))
    return _topics(ids).union(*authored, *did)


def _lines(ids: Ids) -> Any:
    said = and_(Event.subject_id.in_(_spoken_in(ids)), Event.actor_id.in_(ids))
    taken_in = and_(Event.verb == "take_in", Event.data["taken"].as_integer().in_(_topics(ids)))
    return and_(Event.noun == "topic", or_(said, taken_in))


about_person(
    Topic,
    _l("您提的议题"),
    seen_by=ALL,
    kept=_l("社区的答复和决定一直留着；您的话留到您删除"),
    whose=lambda ids: Topic.author_id.in_(ids),
    order=30,
    searched=lambda ids: Topic.author_id.in_(ids),
)
for _model, _title in ((Statement, _l("您说的观点")), (Reply, _l("您回的话"))):
    about_person(
        _model,
        _title,
        seen_by=ALL,
        kept=UNTIL_ERASED,
        whose=lambda ids, model=_model: model.author_id.in_(ids),  # type: ignore[misc]
        order=31,
    )
about_person(
    Voice,
    _l("您的态度"),
    seen_by=COUNTED,
    kept=WITH_TOPIC,
    whose=lambda ids: Voice.person_id.in_(ids),
    order=32,
)
about_person(
    Review,
    _l("您对落实的评价"),
    seen_by=_l("社区以上的工作人员；别人只看到人数"),
    kept=WITH_TOPIC,
    whose=lambda ids: Review.person_id.in_(ids),
    order=33,
)
about_person(
    Flag,
    _l("您说过不合适的话"),
    seen_by=_l("社区以上的工作人员"),
    kept=UNTIL_ERASED,
    whose=lambda ids: Flag.person_id.in_(ids),
    order=34,
)
about_person(
    TopicFollow,
    _l("您关注的议题"),
    seen_by=_l("没有人看，只有程序用"),
    kept=UNTIL_ERASED,
    whose=lambda ids: TopicFollow.person_id.in_(ids),
    order=35,
)
also_about(Event, _lines)


@hooks.person_erased.listen
def take_back(found: list[Found]) -> None:
    """Hide erased statements and replies; recount and re-render their topics."""
    changed: set[int] = set()
    for each in found:
        model, ids = each.section.model, sorted(key[0] for key in each.keys)
        if model is Topic:
            changed.update(ids)
        elif model is Statement or model is Reply:
            changed.update(db.session.scalars(select(model.topic_id).where(model.id.in_(ids))))
            hidden = update(model).where(model.id.in_(ids)).values(state=HIDDEN, reason=TAKEN_BACK)
            db.session.execute(hidden, execution_options={"synchronize_session": False})
    for topic_id in sorted(changed):
        _show_anew(db.session.get_one(Topic, topic_id, with_for_update={"of": Topic, "key_share": True}))


def _show_anew(topic: Topic) -> None:
    topic.version += 1
    tally_soon(topic.id)
    if topic.checked_at:
        freshen(topic.place)
