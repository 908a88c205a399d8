"""Who may do what, on one page. Predicates are joined with | and &; an officer can review this file.

Each predicate has two faces that must agree: `holds` asks about one thing, `where` says the same of a whole
table in SQL. They look only at attributes (areas, body_id, `followed_by` …), so this file knows no other slice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, False_, and_, exists, false, func, not_, or_, true

from governance.core.db import now
from governance.core.errors import Forbidden, KnownNeeded, SignInNeeded
from governance.people.access import Viewer
from governance.people.homes import Residence
from governance.people.model import Post
from governance.places.kinds import AREAS
from governance.places.model import Place


@dataclass(frozen=True)
class Rule:
    """One named question about a viewer and a thing, asked of a row (`holds`) or of a table (`where`)."""

    name: str
    holds: Callable[[Viewer, Any], bool]
    where: Callable[[Viewer, Any], ColumnElement[bool]]

    def __or__(self, other: "Rule") -> "Rule":
        return Rule(
            f"({self.name} | {other.name})",
            lambda viewer, thing: self.holds(viewer, thing) or other.holds(viewer, thing),
            lambda viewer, table: _any_of([self.where(viewer, table), other.where(viewer, table)]),
        )

    def __and__(self, other: "Rule") -> "Rule":
        return Rule(
            f"({self.name} & {other.name})",
            lambda viewer, thing: self.holds(viewer, thing) and other.holds(viewer, thing),
            lambda viewer, table: and_(self.where(viewer, table), other.where(viewer, table)),
        )

    def __invert__(self) -> "Rule":
        return Rule(
            f"~{self.name}",
            lambda viewer, thing: not self.holds(viewer, thing),
            lambda viewer, table: not_(self.where(viewer, table)),
        )


def _any_of(conditions: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    """At least one of these. What is never true is left out: with it in the statement no index would be used."""
    possible = [condition for condition in conditions if not isinstance(condition, False_)]
    return or_(*possible) if possible else false()


def _of_viewer(name: str, question: Callable[[Viewer], bool]) -> Rule:
    """A predicate about the viewer alone, true or false for every row."""
    return Rule(name, lambda viewer, _: question(viewer), lambda viewer, _: true() if question(viewer) else false())


def _serves(name: str, role: str) -> Rule:
    """Holds a post of this role at a place the thing stands in."""

    def holds(viewer: Viewer, thing: Any) -> bool:
        return any(getattr(thing, f"{kind}_id") in viewer.areas(role, kind) for kind in AREAS)

    def where(viewer: Viewer, table: Any) -> ColumnElement[bool]:
        held = [(kind, viewer.areas(role, kind)) for kind in AREAS]
        return _any_of([getattr(table, f"{kind}_id").in_(ids) for kind, ids in held if ids])

    return Rule(name, holds, where)


def _role_among(*roles: str) -> Rule:
    """The post in question is of one of these roles."""
    return Rule(
        f"role_among{roles}", lambda viewer, post: post.role in roles, lambda viewer, table: table.role.in_(roles)
    )


def _some_post(rule: Rule) -> Rule:
    """The person has, or once had, a post of which the rule holds."""
    return Rule(
        f"some_post({rule.name})",
        lambda viewer, person: any(rule.holds(viewer, post) for post in person.posts),
        lambda viewer, table: table.posts.any(rule.where(viewer, Post)),
    )


def _every_held_post(rule: Rule) -> Rule:
    """The rule holds of every post the person holds at this moment."""

    def where(viewer: Viewer, table: Any) -> ColumnElement[bool]:
        beyond = not_(func.coalesce(rule.where(viewer, Post), false()))  # an area nobody set is no area of the viewer's
        return not_(table.posts.any(and_(Post.held(now()), beyond)))

    return Rule(
        f"every_held_post({rule.name})",
        lambda viewer, person: all(rule.holds(viewer, post) for post in person.posts if post.in_force(now())),
        where,
    )


def _known_among(rule: Rule) -> Rule:
    """The person is known, and the rule holds of where they live or of where they became known."""

    def holds(viewer: Viewer, person: Any) -> bool:
        here = [residence for residence in person.residences if residence.until is None]
        places = [person.known_place] if person.known_place else []
        return person.known_at is not None and any(rule.holds(viewer, thing) for thing in (*here, *places))

    def where(viewer: Viewer, table: Any) -> ColumnElement[bool]:
        lives = table.residences.any(and_(Residence.until.is_(None), rule.where(viewer, Residence)))
        became_known = exists().where(Place.id == table.known_place_id, rule.where(viewer, Place))
        return and_(table.known_at.is_not(None), or_(lives, became_known))

    return Rule(f"known_among({rule.name})", holds, where)


anyone = _of_viewer("anyone", lambda viewer: True)
nobody = _of_viewer("nobody", lambda viewer: False)
known = _of_viewer("known", lambda viewer: viewer.known)
staff = _of_viewer("staff", lambda viewer: bool(viewer.posts))
newcomer = _of_viewer("newcomer", lambda viewer: viewer.must_change)
keeper = _of_viewer("keeper", lambda viewer: bool({"community", "street", "district"} & viewer.roles))
handler_role = _of_viewer(
    "handler_role", lambda viewer: bool({"grid", "community", "street", "district", "body"} & viewer.roles)
)
office_role = _of_viewer("office_role", lambda viewer: bool({"grid", "community", "street", "district"} & viewer.roles))
on_foot = _of_viewer("on_foot", lambda viewer: bool({"grid", "community"} & viewer.roles))  # who meets residents
officer = _of_viewer("officer", lambda viewer: bool({"street", "district"} & viewer.roles))

grid_here = _serves("grid_here", "grid")
community_here = _serves("community_here", "community")
street_here = _serves("street_here", "street")
district_here = _serves("district_here", "district")
officer_here = street_here | district_here
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
photos_shown = Rule(
    "photos_shown",
    lambda viewer, thing: not thing.photos_hidden,
    lambda viewer, table: table.photos_hidden.is_(False),
)
public = Rule(
    "public",
    lambda viewer, thing: not thing.private,
    lambda viewer, table: table.private.is_(False),
)
finisher = Rule(
    "finisher",
    lambda viewer, thing: viewer.staff_id is not None and thing.finisher_id == viewer.staff_id,
    lambda viewer, table: table.finisher_id.is_not_distinct_from(viewer.staff_id) if viewer.staff_id else false(),
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
    lambda viewer, thing: thing.told_at is not None and thing.audience != "workers",
    lambda viewer, table: and_(table.told_at.is_not(None), table.audience != "workers"),
)
told = Rule(
    "told",
    lambda viewer, thing: thing.told_at is not None,
    lambda viewer, table: table.told_at.is_not(None),
)
# Nobody gives a post above their own, nor outside their own places.
post_in_reach = (
    (community_here & _role_among("grid", "community", "body"))
    | (street_here & _role_among("grid", "community", "street", "body"))
    | district_here
)
# An account reaches as far as its widest post: whoever cannot take that post away cannot take the account over.
person_in_reach = _some_post(post_in_reach) & _every_held_post(post_in_reach)
follower = reporter | joiner
in_charge = staff_here | body_addressed

RULES = {
    "ticket.report": anyone,
    "ticket.assist": office,
    "ticket.follow": public | reporter | in_charge,
    "ticket.words": (public & checked & words_shown) | reporter | in_charge,
    "ticket.photos": (public & checked & photos_shown) | reporter | in_charge,
    "ticket.more_photos": reporter | in_charge,
    "ticket.publish": public & checked & staff_here,
    "ticket.contact": in_charge,
    "ticket.record": above_grid,
    "ticket.join": public & ~reporter,
    "ticket.nudge": follower,
    "ticket.more": follower,
    "ticket.answer": follower,
    "ticket.call_back": office & ~finisher,
    "ticket.work": in_charge,
    "ticket.accept": staff_here,
    "ticket.decline": staff_here,
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
    "ticket.to_topic": above_grid,
    "topic.read": checked | author | staff_here,
    "topic.propose": known,
    "topic.begin": above_grid,
    "topic.say": (checked & known) | above_grid,
    "topic.voice": checked,
    "topic.flag": checked,
    "topic.judge": checked,
    "topic.open": above_grid,
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
    "person.read": _some_post(post_in_reach),
    "person.keep": person_in_reach,
    "person.who": _known_among(above_grid),
    "door.keep": above_grid,
    "place.vouch": office,
    "body.keep": above_grid,
    "group.read": staff_here,
    "group.keep": above_grid,
    "group.relay": staff_here,
    "group.paste": office,
    "category.keep": officer,
    "notice.read": told_to_residents | (told & staff) | above_grid,
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


def may(viewer: Viewer, action: str, thing: Any) -> bool:
    return RULES[action].holds(viewer, thing)


def visible(viewer: Viewer, action: str, table: Any) -> ColumnElement[bool]:
    """The same rule as a condition on a table, for lists."""
    return RULES[action].where(viewer, table)


def require(viewer: Viewer, action: str, thing: Any) -> None:
    if not may(viewer, action, thing):
        raise Forbidden


def require_audience(rule: Rule, viewer: Viewer) -> None:
    """A route's own lock, asked before anything is loaded."""
    if not rule.holds(viewer, None):
        if rule is known:
            raise KnownNeeded
        raise Forbidden if viewer.staff_id else SignInNeeded
