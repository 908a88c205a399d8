"""A rule is a predicate on a viewer and a row, in a Python form and an SQL form; and the ways to combine rules.

`holds` checks one row, `where` is the same condition in SQL; a property test compares them. Both use only attributes
(`grid_id`, `body_id`, `followed_by()` …), so this file imports no upper slice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, False_, and_, exists, false, func, not_, or_, true

from governance.core.db import now
from governance.people.access.viewer import Viewer
from governance.people.households import Residence
from governance.people.model import Post
from governance.places.kinds import AREAS
from governance.places.model import Place


@dataclass(frozen=True)
class Rule:
    """One named predicate on a viewer and a row (`holds`) or a table (`where`)."""

    name: str
    holds: Callable[[Viewer, Any], bool]
    where: Callable[[Viewer, Any], ColumnElement[bool]]

    def __or__(self, other: "Rule") -> "Rule":
        return Rule(
            f"({self.name} | {other.name})",
            lambda viewer, thing: self.holds(viewer, thing) or other.holds(viewer, thing),
            lambda viewer, table: any_of([self.where(viewer, table), other.where(viewer, table)]),
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


def any_of(conditions: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    """OR of the conditions without constant falses: with one in the statement no index would be used."""
    possible = [condition for condition in conditions if not isinstance(condition, False_)]
    return or_(*possible) if possible else false()


def of_viewer(name: str, question: Callable[[Viewer], bool]) -> Rule:
    """A predicate on the viewer alone, the same for every row."""
    return Rule(name, lambda viewer, _: question(viewer), lambda viewer, _: true() if question(viewer) else false())


def serves(name: str, role: str) -> Rule:
    """The viewer holds a post of this role at the thing's place or one around it."""

    def holds(viewer: Viewer, thing: Any) -> bool:
        return any(getattr(thing, f"{kind}_id") in viewer.areas(role, kind) for kind in AREAS)

    def where(viewer: Viewer, table: Any) -> ColumnElement[bool]:
        held = [(kind, viewer.areas(role, kind)) for kind in AREAS]
        return any_of([getattr(table, f"{kind}_id").in_(ids) for kind, ids in held if ids])

    return Rule(name, holds, where)


def role_among(*roles: str) -> Rule:
    """The row is a post with one of these roles."""
    return Rule(
        f"role_among{roles}", lambda viewer, post: post.role in roles, lambda viewer, table: table.role.in_(roles)
    )


def appeal_among(*offices: str) -> Rule:
    """A declined reporter's answer goes to one of these offices."""
    return Rule(
        f"appeal_among{offices}",
        lambda viewer, thing: thing.appeal_to in offices,
        lambda viewer, table: table.appeal_to.in_(offices),
    )


def some_post(rule: Rule) -> Rule:
    """The rule holds for a post of the person, past ones included."""
    return Rule(
        f"some_post({rule.name})",
        lambda viewer, person: any(rule.holds(viewer, post) for post in person.posts),
        lambda viewer, table: table.posts.any(rule.where(viewer, Post)),
    )


def every_held_post(rule: Rule) -> Rule:
    """The rule holds for every post the person holds now."""

    def where(viewer: Viewer, table: Any) -> ColumnElement[bool]:
        beyond = not_(func.coalesce(rule.where(viewer, Post), false()))  # NULL: the post has no such area
        return not_(table.posts.any(and_(Post.held(now()), beyond)))

    return Rule(
        f"every_held_post({rule.name})",
        lambda viewer, person: all(rule.holds(viewer, post) for post in person.posts if post.in_force(now())),
        where,
    )


def known_among(rule: Rule) -> Rule:
    """The person is known, and the rule holds for one of their homes or for the place that verified them."""

    def holds(viewer: Viewer, person: Any) -> bool:
        here = [residence for residence in person.residences if residence.until is None]
        places = [person.known_place] if person.known_place else []
        return person.known_at is not None and any(rule.holds(viewer, thing) for thing in (*here, *places))

    def where(viewer: Viewer, table: Any) -> ColumnElement[bool]:
        lives = table.residences.any(and_(Residence.until.is_(None), rule.where(viewer, Residence)))
        became_known = exists().where(Place.id == table.known_place_id, rule.where(viewer, Place))
        return and_(table.known_at.is_not(None), or_(lives, became_known))

    return Rule(f"known_among({rule.name})", holds, where)
