"""One bot name, one key. The groups of a bot in a community share both; a second key for a known name is refused.

A new key is entered at one of the groups; the others get it too.
"""

from collections.abc import Mapping

from sqlalchemy import select

from governance.core.db import db
from governance.core.errors import Invalid
from governance.people.access.permissions import may
from governance.people.access.viewer import Viewer
from governance.places.model import Place
from governance.relay.channels import channel
from governance.relay.model import Group, GroupPlace


def groups_sharing_key(group: Group, by: Viewer, bound: Mapping[str, str]) -> list[Group]:
    """The groups that get `bound`'s key together with `group`. Raises Invalid at the key."""
    shared = channel(group.channel).shares
    if shared is None:
        return []
    name, key = shared
    others = [one for one in _namesakes(group, name, bound[name]) if one.bound[key] != bound[key]]
    before = group.bound if group.settings else {}
    if others and before.get(name) != bound[name]:
        taken = f"这个社区的“{others[0].name}”已经用着“{bound[name]}”，密钥不一样。"
        raise Invalid({key: taken + "请填同一个密钥；要换密钥，去改那个群"})
    foreign = [one.name for one in others if not may(by, "group.keep", one)]
    if foreign:
        raise Invalid({key: f"“{foreign[0]}”也用这个密钥，不归您管。请管它的人来换"})
    return others


def _namesakes(group: Group, name: str, called: str) -> list[Group]:
    """The other groups of these communities with this bot name. Names are encrypted, so all rows are read; there are
    few."""
    communities = {place.community_id for place in group.places} - {None}
    with db.session.no_autoflush:
        there = select(GroupPlace.group_id).join(Place).where(Place.community_id.in_(communities))
        query = select(Group).where(Group.channel == group.channel, Group.archived_at.is_(None), Group.id.in_(there))
        found = db.session.scalars(query.where(Group.id != (group.id or 0)).order_by(Group.id).with_for_update())
        return [one for one in found if one.bound.get(name) == called]


def with_key(group: Group, bound: Mapping[str, str]) -> dict[str, str]:
    """The settings of another group of the bot, with the same key."""
    shared = channel(group.channel).shares
    return group.bound | ({shared[1]: bound[shared[1]]} if shared else {})
