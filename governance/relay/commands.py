"""What the command line asks of the relay, as plain functions; `governance/cli` reads arguments and prints."""

from collections.abc import Mapping

from sqlalchemy import func, select

from governance.core.db import among, db
from governance.people.access import Viewer
from governance.places.model import Place
from governance.relay import actions, groups
from governance.relay.expanding import untold
from governance.relay.model import DELIVERY_STATES, FAILED, Delivery, Group


def add_group(
    viewer: Viewer, place: Place, channel: str, audience: str, name: str, settings: Mapping[str, str]
) -> Group:
    """Bind a group to a place. Raises Missing for an unknown channel, Invalid with the reason."""
    return groups.add(viewer, channel, audience, name, settings, [place])


def list_groups() -> list[Group]:
    there = (Group.archived_at.is_(None), Group.person_id.is_(None))
    return list(db.session.scalars(select(Group).where(*there).order_by(Group.id)))


def status() -> dict[str, int]:
    """How many events nobody has been told yet, and how many deliveries stand in each state."""
    counted = select(Delivery.state, func.count()).group_by(Delivery.state)
    found = {row[0]: row[1] for row in db.session.execute(counted)}
    return {"untold": untold(), **{state: found.get(state, 0) for state in DELIVERY_STATES}}


def retry(viewer: Viewer) -> int:
    """Everything that failed, in every group that still hears, is due again. Says how much. No person's own line is."""
    owed = select(Delivery.group_id).where(among(Delivery.state, (FAILED,)))
    hearing = select(Group).where(Group.id.in_(owed), Group.disabled_at.is_(None), Group.archived_at.is_(None))
    hearing = hearing.where(Group.person_id.is_(None))
    found = list(db.session.scalars(hearing))
    return sum(actions.retry(viewer, group) for group in found)
