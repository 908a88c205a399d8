"""Whether the host for an answer can be reached now."""

from governance.core.jobs import NotNow
from governance.wechat.gateway import gateway

OFFICIAL, APP = "official", "app"  # the sides of the gateway that write to one person by their id there
PEOPLE = (OFFICIAL, APP)


def require_there(source: str) -> None:
    """Raises NotNow while the host that messages from `source` are answered through does not respond."""
    there = gateway().host(source if source in PEOPLE else APP)
    if there.rests:
        raise NotNow(there.rests)
