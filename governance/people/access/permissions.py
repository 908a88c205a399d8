"""All permissions on one page: named predicates and the rule of each action. An officer can review this file.

rules.py says what a rule is and how `|`, `&` and `~` join rules.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, false

from governance.core.errors import Forbidden, KnownNeeded, SignInNeeded
from governance.people.access.rules import (
    Rule,
    appeal_among,
    every_held_post,
    known_among,
    of_viewer,
    role_among,
    serves,
    some_post,
)
from governance.people.access.viewer import Viewer

anyone = of_viewer("anyone", lambda viewer: True)
nobody = of_viewer("nobody", lambda viewer: False)
known = of_viewer("known", lambda viewer: viewer.known)
staff = of_viewer("staff", lambda viewer: bool(viewer.posts))
newcomer = of_viewer("newcomer", lambda viewer: viewer.must_change)
keeper = of_viewer("keeper", lambda viewer: bool({"community", "street", "district"} & viewer.roles))
handler_role = of_viewer(
    "handler_role", lambda viewer: bool({"grid", "community", "street", "district", "body"} & viewer.roles)
)
office_role = of_viewer("office_role", lambda viewer: bool({"grid", "community", "street", "district"} & viewer.roles))
on_foot = of_viewer("on_foot", lambda viewer: bool({"grid", "community"} & viewer.roles))  # meets residents in person
officer = of_viewer("officer", lambda viewer: bool({"street", "district"} & viewer.roles))

grid_here = serves("grid_here", "grid")
community_here = serves("community_here", "community")
street_here = serves("street_here", "street")
district_here = serves("district_here", "district")
officer_here = street_here | district_here
OFFICES_HERE = {"grid": grid_here, "community": community_here, "street": street_here, "district": district_here}
office = grid_here | community_here
above_grid = community_here | officer_here
staff_here = office | officer_here

body_addressed = Rule(
    "body_addressed",
    lambda viewer, thing: thing.body_id is not None and thing.body_id in viewer.bodies,
    lambda viewer, table: table.body_id.in_(viewer.bodies) if viewer.bodies else false(),
)
reporter = Rule(
    "reporter",
    lambda viewer, thing: thing.is_followed_by(viewer.person_id, "reporter"),
    lambda viewer, table: table.followed_by(viewer.person_id, "reporter"),
)
joiner = Rule(
    "joiner",
    lambda viewer, thing: thing.is_followed_by(viewer.person_id, "joiner"),
    lambda viewer, table: table.followed_by(viewer.person_id, "joiner"),
)
checked = Rule(
    "checked",
    lambda viewer, thing: thing.checked_at is not None,
    lambda viewer, table: table.checked_at.is_not(None),
)
words_shown = Rule(
    "words_shown",
    lambda viewer, thing: not thing.words_hidden,
    lambda viewer, table: table.words_hidden.is_(False),
)
contact_sent = Rule(
    "contact_sent",
    lambda viewer, thing: thing.contact_sent,
    lambda viewer, table: table.contact_sent.is_(True),
)
public = Rule(
    "public",
    lambda viewer, thing: not thing.private,
    lambda viewer, table: table.private.is_(False),
)
calm = Rule(
    "calm",
    lambda viewer, thing: not thing.urgent,
    lambda viewer, table: table.urgent.is_(False),
)
finisher = Rule(
    "finisher",
    lambda viewer, thing: viewer.staff_id is not None and thing.finisher_id == viewer.staff_id,
    lambda viewer, table: table.finisher_id.is_not_distinct_from(viewer.staff_id) if viewer.staff_id else false(),
)
helper = Rule(
    "helper",
    lambda viewer, thing: viewer.staff_id is not None and thing.assisted_by_id == viewer.staff_id,
    lambda viewer, table: table.assisted_by_id.is_not_distinct_from(viewer.staff_id) if viewer.staff_id else false(),
)
author = Rule(
    "author",
    lambda viewer, thing: viewer.person_id is not None and thing.author_id == viewer.person_id,
    lambda viewer, table: table.author_id == viewer.person_id if viewer.person_id else false(),
)
writer = Rule(
    "writer",
    lambda viewer, thing: viewer.staff_id is not None and thing.author_id == viewer.staff_id,
    lambda viewer, table: table.author_id == viewer.staff_id if viewer.staff_id else false(),
)
told_to_residents = Rule(
    "told_to_residents",
    lambda viewer, thing: thing.sent_at is not None and thing.audience != "workers",
    lambda viewer, table: and_(table.sent_at.is_not(None), table.audience != "workers"),
)
was_sent = Rule(
    "told",
    lambda viewer, thing: thing.sent_at is not None,
    lambda viewer, table: table.sent_at.is_not(None),
)
# No viewer gives a post above their own or outside their places.
post_in_reach = (
    (community_here & role_among("grid", "community", "body"))
    | (street_here & role_among("grid", "community", "street", "body"))
    | district_here
)
# An account has the rights of all its posts: who may not end each of them may not take the account over.
person_in_reach = some_post(post_in_reach) & every_held_post(post_in_reach)
follower = reporter | joiner
never_appealed = Rule(
    "never_appealed",
    lambda viewer, thing: thing.appeal_to is None,
    lambda viewer, table: table.appeal_to.is_(None),
)
# The office that a declined reporter's answer goes to, or one above it.
judge = (
    (community_here & appeal_among("community"))
    | (street_here & appeal_among("community", "street"))
    | (district_here & appeal_among("community", "street", "district"))
)
in_charge = staff_here | body_addressed

RULES = {
    "ticket.report": anyone,
    "ticket.assist": office,
    "ticket.follow": public | reporter | in_charge,
    "ticket.words": (public & checked & words_shown) | reporter | in_charge,
    "ticket.original": reporter | in_charge,
    "ticket.photos": (public & checked) | reporter | in_charge,  # of these, others see what was let out
    "ticket.publish": public & checked & staff_here,
    "ticket.cover": staff_here,
    "ticket.contact": staff_here | (body_addressed & contact_sent),
    "ticket.send_contact": staff_here,
    "ticket.record": above_grid,
    "ticket.join": public & ~reporter,
    "ticket.nudge": follower,
    "ticket.late_photo": reporter,
    "ticket.more": follower,
    "ticket.answer": follower & ~finisher & ~helper,
    "ticket.still": public & ~follower & ~staff,
    "ticket.call_back": office & ~finisher,
    "ticket.work": in_charge,
    "ticket.accept": staff_here,
    "ticket.decline": staff_here & never_appealed,
    "ticket.appeal": reporter & never_appealed,
    "ticket.uphold": judge,
    "ticket.send_back": judge,
    "ticket.dispatch": staff_here,
    "ticket.start": body_addressed,
    "ticket.return": body_addressed,
    "ticket.hold": office | body_addressed,
    "ticket.resume": office | body_addressed,
    "ticket.finish": office | body_addressed,
    "ticket.verify": staff_here & ~finisher,
    "ticket.merge": staff_here,
    "ticket.reopen": above_grid,
    "ticket.withdraw": reporter,
    "ticket.close": nobody,
    "ticket.to_topic": above_grid & calm,
    "topic.read": checked | author | staff_here,
    "topic.propose": known,
    "topic.begin": above_grid,
    "topic.say": (checked & known) | above_grid,
    "topic.voice": checked,
    "topic.flag": checked,
    "topic.judge": checked,
    "topic.open": above_grid,
    "topic.reword": above_grid,
    "topic.to_ticket": above_grid,
    "topic.answer": above_grid,
    "topic.decide": above_grid,
    "topic.carry_out": nobody,
    "topic.review": above_grid,
    "topic.reopen": above_grid,
    "topic.merge": above_grid,
    "topic.decline": above_grid,
    "topic.withdraw": author,
    "topic.task": above_grid,
    "topic.deed": above_grid,
    "topic.gather": above_grid,
    "topic.moderate": above_grid,
    "topic.record": above_grid,
    "watchword.keep": officer,
    "place.read": staff_here,
    "place.keep": above_grid,
    "post.keep": post_in_reach,
    "person.read": some_post(post_in_reach),
    "person.keep": person_in_reach,
    "person.who": known_among(above_grid),
    "door.keep": above_grid,
    "place.vouch": office,
    "body.keep": above_grid,
    "group.read": staff_here,
    "group.keep": above_grid,
    "group.relay": staff_here,
    "group.paste": office,
    "category.keep": officer,
    "notice.read": told_to_residents | (was_sent & staff) | above_grid,
    "notice.write": above_grid,
    "notice.keep": above_grid,
    "notice.change": above_grid & writer,
    "notice.publish": above_grid & writer,
    "notice.ask": above_grid & writer,
    "notice.approve": above_grid & ~writer,
    "notice.decline": above_grid & ~writer,
    "notice.rewrite": above_grid & writer,
    "notice.withdraw": above_grid & writer,
    "notice.stop": above_grid,
    "notice.finish": nobody,
}


def level_here(viewer: Viewer, thing: Any) -> str:
    """The highest office that the viewer holds at the thing; the lowest of all where they hold none."""
    held = [role for role, here in OFFICES_HERE.items() if here.holds(viewer, thing)]
    return held[-1] if held else next(iter(OFFICES_HERE))


def may(viewer: Viewer, action: str, thing: Any) -> bool:
    return RULES[action].holds(viewer, thing)


def visible(viewer: Viewer, action: str, table: Any) -> ColumnElement[bool]:
    """The rule of an action as an SQL condition on a table."""
    return RULES[action].where(viewer, table)


def require(viewer: Viewer, action: str, thing: Any) -> None:
    if not may(viewer, action, thing):
        raise Forbidden


def require_audience(rule: Rule, viewer: Viewer) -> None:
    """Check a route's audience. Raises KnownNeeded, SignInNeeded or Forbidden."""
    if not rule.holds(viewer, None):
        if rule is known:
            raise KnownNeeded
        raise Forbidden if viewer.staff_id else SignInNeeded
