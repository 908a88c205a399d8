"""Binding groups to places, changing and ending that. Each action checks, changes, records; secrets are never shown."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from typing import Any

from sqlalchemy import ColumnElement, update

from governance.core.db import db, in_literals, now, writing
from governance.core.errors import Invalid, Refused
from governance.people.access.permissions import require
from governance.people.access.viewer import Viewer
from governance.places.finding import find_place
from governance.places.kinds import shared_areas
from governance.places.model import Place
from governance.relay.channels import Channel, channel
from governance.relay.delivery.quiet_hours import Hours
from governance.relay.delivery.results import silence
from governance.relay.groups.keepers import require_kept
from governance.relay.groups.shared_keys import groups_sharing_key, with_key
from governance.relay.groups.uniqueness import bind_in_turn, bound_already, bound_elsewhere_words, ear_of
from governance.relay.keys import heard_as, robot_of
from governance.relay.model import AUDIENCES, DUE, Delivery, Group
from governance.relay.record import record_event

MOST_PLACES = 200
ALWAYS = Hours()


def add(
    by: Viewer,
    kind: str,
    audience: str,
    name: str,
    given: Mapping[str, str],
    places: Sequence[Place],
    hours: Hours = ALWAYS,
) -> Group:
    """Bind a group. Raises Invalid by field."""
    if audience not in AUDIENCES:
        raise Invalid({"audience": "请选这是居民群还是工作群"})
    bound = channel(kind).read(given)
    with writing():
        bind_in_turn()
        group = Group(channel=kind, audience=audience, keeper_id=by.staff_id)
        _describe(group, by, name, places)
        _bind(group, by, bound)
        _keep_hours(group, hours)
        db.session.add(group)
        db.session.flush()
        record_event(group, "add", by.label, by.staff_id, name=group.name)
    return group


def change(
    group: Group,
    by: Viewer,
    name: str,
    given: Mapping[str, str],
    places: Sequence[Place],
    hours: Hours | None = None,
) -> Group:
    """Change a group's name, places and settings. Empty secrets keep their value. Raises Invalid by field."""
    kind = channel(group.channel)
    stays = {need.name for need in kind.needs if need.stays}
    filled = {key: one for key, one in given.items() if one or key not in stays}
    with writing():
        bind_in_turn()
        require_kept(group, by)
        bound = kind.read({**group.bound, **filled})
        _describe(group, by, name, places)
        _bind(group, by, bound)
        if hours is not None and hours != hours_of(group):
            _keep_hours(group, hours)
            _wake(group)
        record_event(group, "change", by.label, by.staff_id, name=group.name)
    return group


def _describe(group: Group, by: Viewer, name: str, places: Sequence[Place]) -> None:
    called = " ".join("".join(char for char in name if char.isprintable() or char.isspace()).split())[:60]
    if not called:
        raise Invalid({"name": "请给群起个名字"})
    if not 0 < len(places) <= MOST_PLACES:
        raise Invalid({"places": f"请绑定 1 到 {MOST_PLACES} 个地点"})
    for place in places:
        require(by, "group.keep", place)
    group.name, group.places = called, list(places)
    _set(group, shared_areas(places))


def _set(group: Group, columns: Mapping[str, Any]) -> None:
    for name, value in columns.items():
        setattr(group, name, value)


def _bind(group: Group, by: Viewer, bound: Mapping[str, str]) -> None:
    kind = channel(group.channel)
    columns = binding(by, kind, bound)
    _free(group, by, kind, columns)
    for other in groups_sharing_key(group, by, bound):
        taken_along = binding(by, kind, with_key(other, bound))
        _free(other, by, kind, taken_along)
        _set(other, taken_along)
        record_event(other, "change", by.label, by.staff_id, name=other.name)
    _set(group, columns)


def _free(group: Group, by: Viewer, kind: type[Channel], columns: Mapping[str, Any]) -> None:
    """Raises Invalid when another group is bound to the same group of the other side."""
    other = bound_already(group, ear_of(kind, columns))
    if other is not None:
        raise Invalid({kind.needs[0].name: bound_elsewhere_words(by, other)})


def binding(viewer: Viewer, kind: type[Channel], bound: Mapping[str, str]) -> dict[str, Any]:
    """The columns of a group bound with these settings. Raises Invalid where this viewer may not bind it so."""
    if not kind.may_bind(viewer, bound):
        raise Invalid({kind.needs[0].name: "这个机器人不归您管，请找管它的人来绑"})
    voice, ear = kind.voice(bound), kind.ear(bound)
    return {
        "settings": json.dumps(bound, ensure_ascii=False),
        "robot": robot_of(kind.name, voice) if voice else None,
        "heard_as": heard_as(kind.name, ear) if ear else None,
        "receives": kind.tells(bound),
    }


def hours_of(group: Group) -> Hours:
    return Hours(group.quiet_from, group.quiet_until, group.digest_hour)


def _keep_hours(group: Group, hours: Hours) -> None:
    group.quiet_from, group.quiet_until, group.digest_hour = astuple(hours.checked())


def _wake(group: Group) -> None:
    """Waiting deliveries are scheduled again by the new hours. Those that wait for a retry keep their time."""
    waiting = update(Delivery).where(
        Delivery.group_id == group.id, in_literals(Delivery.state, (DUE,)), Delivery.tries == 0
    )
    db.session.execute(waiting.values(due_at=now()), execution_options={"synchronize_session": False})


def disable(group: Group, by: Viewer, why: str = "") -> None:
    """Stop telling a group for now. What it was still owed fails with the reason."""
    with writing():
        require_kept(group, by)
        if not group.hears:
            raise Refused("这个群已经停了")
        silence(group, why or "已停用", by.label, by.staff_id)


def enable(group: Group, by: Viewer) -> None:
    with writing():
        require_kept(group, by)
        group.disabled_at = group.disabled_why = group.rest_until = None
        record_event(group, "enable", by.label, by.staff_id)


def archive(group: Group, by: Viewer) -> None:
    """End a binding: no more deliveries, and the settings are deleted. Its messages stay on record."""
    with writing():
        bind_in_turn()
        require_kept(group, by)
        if group.disabled_at is None:
            silence(group, "已归档", by.label, by.staff_id)
        group.archived_at, group.settings = now(), "{}"
        group.robot = group.heard_as = None
        record_event(group, "archive", by.label, by.staff_id)


def find_places(text: str, within: ColumnElement[bool]) -> list[Place]:
    """The places named line by line, by code or by name. Raises Invalid for the first one not found `within`."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = {place.id: place for place in (find_place(line, within, "places") for line in lines[: MOST_PLACES + 1])}
    return list(found.values())


def path_of(place: Place) -> str:
    """A place in the form that `find_places` reads."""
    return "/".join(above.name for above in place.above())
