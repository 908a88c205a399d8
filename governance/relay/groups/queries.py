"""Lists of groups by name, place, channel and health; robots and their groups."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload, selectinload

from governance.core.db import db, like_prefix
from governance.core.web.paging import Page, page
from governance.people.access.permissions import visible
from governance.people.access.viewer import Viewer
from governance.places.model import Place
from governance.relay.channels.wecom_aibot import WecomAibot
from governance.relay.groups.health import STATES
from governance.relay.keys import robot_of
from governance.relay.model import Group, GroupPlace
from governance.relay.robots import Robot

MOST_LISTED = 30


def matches_search(search: str) -> ColumnElement[bool]:
    """Groups with this in their name, or in the name of a place they are bound to."""
    pattern = "%" + like_prefix(search[:40])
    there = select(GroupPlace.group_id).join(Place).where(Place.name.like(pattern, escape="\\"))
    return Group.name.like(pattern, escape="\\") | Group.id.in_(there)


def groups(viewer: Viewer, search: str, after: str, channel: str = "", state: str = "") -> Page[Group]:
    """The groups this viewer keeps, filtered by name of group or place, by channel and by health."""
    query = select(Group).where(visible(viewer, "group.keep", Group))
    if state != "archived":
        query = query.where(Group.archived_at.is_(None))
    if state in STATES:
        query = query.where(STATES[state][1]())
    if channel:
        query = query.where(Group.channel == channel)
    if search:
        query = query.where(matches_search(search))
    return page(query.options(selectinload(Group.places)), (Group.id,), after)


def robots(viewer: Viewer) -> list[Robot]:
    """The robots this viewer keeps."""
    query = select(Robot).where(visible(viewer, "group.keep", Robot)).options(joinedload(Robot.place))
    return list(db.session.scalars(query.order_by(Robot.name).limit(200)))


def groups_of(robot: Robot) -> list[Group]:
    """The groups bound through this robot."""
    voice = robot_of(WecomAibot.name, robot.name)
    query = select(Group).where(Group.robot == voice, Group.archived_at.is_(None)).order_by(Group.id)
    return list(db.session.scalars(query.limit(MOST_LISTED)))
