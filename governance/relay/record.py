"""Records what was done to groups."""

from typing import Any

from governance.core.events import Event, record
from governance.places.model import Place
from governance.relay.model import Group


def record_event(
    group: Group, verb: str, actor: str, actor_id: int | None = None, place: Place | None = None, **data: Any
) -> Event:
    """Record an act on a group in the hash chain of `place`, which is the group's first place by default."""
    place, facts = place or group.places[0], {"channel": group.channel, "audience": group.audience, **data}
    where: dict[str, Any] = {"stream": place.stream, "scope": place.path}
    return record(f"group.{verb}", group.id, actor=actor, actor_id=actor_id, **where, **facts)
