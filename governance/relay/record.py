"""What is recorded about groups: each act, in the hash chain of their community or of the place named."""

from typing import Any

from governance.core.events import Event, record
from governance.places.model import Place
from governance.relay.model import Group


def record_event(
    group: Group, verb: str, actor: str, actor_id: int | None = None, place: Place | None = None, **data: Any
) -> Event:
    """Put what was done to a group on record, in the chain of its community, or of the place named."""
    place, facts = place or group.places[0], {"channel": group.channel, "audience": group.audience, **data}
    where: dict[str, Any] = {"stream": place.stream, "scope": place.path}
    return record(f"group.{verb}", group.id, actor=actor, actor_id=actor_id, **where, **facts)
