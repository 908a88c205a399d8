"""What a channel is: a name, what its binding needs, and one `send`. Failures are data, sorted by what to do next."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import aiohttp


@dataclass(frozen=True)
class Need:
    """One setting of a binding: a secret one is encrypted and never shown again."""

    name: str
    label: str
    hint: str = ""
    secret: bool = False


@dataclass(frozen=True)
class Sent:
    """The other side took the whole message."""


@dataclass(frozen=True)
class Refusal:
    """Surely not sent. `after` seconds from now it may be tried again; None: never."""

    reason: str
    after: int | None = None


@dataclass(frozen=True)
class Dead:
    """The robot is gone: the group is disabled and its keeper told."""

    reason: str


@dataclass(frozen=True)
class Unknown:
    """The answer was lost: it may have been sent. A person settles it; we never repeat it by ourselves."""

    reason: str


Outcome = Sent | Refusal | Dead | Unknown


class Channel:
    """By its class attributes a channel says what it can do; only pushing channels have `send`."""

    name: ClassVar[str]
    label: ClassVar[str]
    needs: ClassVar[tuple[Need, ...]] = ()
    pushes: ClassVar[bool] = True
    per_minute: ClassVar[int | None] = None
    longest_bytes: ClassVar[int] = 2048

    async def send(self, http: aiohttp.ClientSession, settings: Mapping[str, str], words: str, base: str) -> Outcome:
        """Send `words` (at most `longest_bytes`) to the group behind `settings`; never raises for the network."""
        raise TypeError(f"{self.name} does not push")
