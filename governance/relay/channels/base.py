"""What a channel is: a name, what its binding needs, and one `send`. Failures are data, sorted by what to do next."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import aiohttp

from governance.core.config import Settings
from governance.core.errors import Invalid
from governance.people.access.viewer import Viewer
from governance.relay.messages.audience import Telling
from governance.wechat import answers, circuit_breaker


@dataclass(frozen=True)
class Need:
    """One setting of a binding. A secret one is never shown again; a spent one was used up when it was saved.

    What has not this `shape` is refused with these words, `wrong`.
    """

    name: str
    label: str
    hint: str = ""
    secret: bool = False
    spent: bool = False
    shape: re.Pattern[str] | None = None
    wrong: str = ""

    @property
    def stays(self) -> bool:
        """Left empty, what was saved before stays."""
        return self.secret or self.spent


@dataclass(frozen=True)
class Sent:
    """The other side took the whole message."""


@dataclass(frozen=True)
class Refusal:
    """Surely not sent. It may be tried again, no sooner than `after` seconds from now; None: never."""

    reason: str
    after: int | None = 0
    whole_robot: bool = False  # everything this robot says has to wait, not this message alone
    away: bool = False  # nobody was there to take anything: no fault of this message


@dataclass(frozen=True)
class Dead:
    """The robot is gone: the group is disabled and its keeper told."""

    reason: str


@dataclass(frozen=True)
class Unknown:
    """The answer was lost: it may have been sent. A person settles it; we never repeat it by ourselves."""

    reason: str


Outcome = Sent | Refusal | Dead | Unknown


def outcome_of(trouble: answers.Trouble | None) -> Outcome:
    """What WeChat or WeCom answered, as what to do next; no trouble is a message that was taken."""
    match trouble:
        case None:
            return Sent()
        case answers.Later(reason, after, whole):
            return Refusal(reason, after, whole)
        case answers.Never(_, reason):
            return Refusal(reason, after=None)
        case answers.Gone(_, reason):
            return Dead(reason)
        case answers.Lost(reason):
            return Unknown(reason)


def outcome_through_gateway(trouble: answers.Trouble) -> Outcome:
    """The same for what is asked through the gateway: where its whole side has to wait, as without a token, that is no
    fault of the message either."""
    outcome = outcome_of(trouble)
    return replace(outcome, away=True) if isinstance(outcome, Refusal) and outcome.whole_robot else outcome


class Channel:
    """By its class attributes a channel says what it can do; only pushing channels have `send`."""

    name: ClassVar[str]
    label: ClassVar[str]
    about: ClassVar[str] = ""
    needs: ClassVar[tuple[Need, ...]] = ()
    shows: ClassVar[tuple[tuple[str, str], ...]] = ()  # what else of a binding is shown, by name and label
    shares: ClassVar[tuple[str, str] | None] = None  # by the name in the one need, groups share the key in the other
    listed: ClassVar[bool] = False  # the other side tells us which groups there are, to pick from
    own_ears: ClassVar[bool] = False  # what a robot calls its groups, another robot may call others
    pushes: ClassVar[bool] = True
    alone: ClassVar[bool] = False  # leads to one person, not to a group
    batch: ClassVar[int] = 1024  # messages a worker takes in hand at once
    together: ClassVar[int] = 24  # events in one message, at most
    per_minute: ClassVar[int | None] = None
    longest_bytes: ClassVar[int] = 2048
    lease: ClassVar[int] = 60  # seconds after which a message whose outcome nobody wrote down is unknown
    lost: ClassVar[str] = "发送途中程序中断，可能已经发出"  # why it is

    def __init__(self, deployment: Settings) -> None:
        self.deployment = deployment

    @classmethod
    def read(cls, given: Mapping[str, str]) -> dict[str, str]:
        """The binding's settings as they are kept. Raises Invalid by the need's name."""
        kept = {need.name: given.get(need.name, "").strip() for need in cls.needs}
        wrong = {
            need.name: need.wrong for need in cls.needs if need.shape and not need.shape.fullmatch(kept[need.name])
        }
        if wrong:
            raise Invalid(wrong)
        return kept

    @classmethod
    def may_bind(cls, viewer: Viewer, bound: Mapping[str, str]) -> bool:
        """May this member of staff bind a group so? Whether they keep the places is asked elsewhere."""
        return True

    @classmethod
    def voice(cls, bound: Mapping[str, str]) -> str | None:
        """What speaks for the group, if that can be told: groups with the same voice share its pace."""
        return None

    @classmethod
    def ear(cls, bound: Mapping[str, str]) -> str | None:
        """By what a group is recognised when somebody in it speaks to us; None where nobody can."""
        return None

    @classmethod
    def tells(cls, bound: Mapping[str, str]) -> bool:
        """Can it say something in the group of its own accord, or only answer?"""
        return True

    @property
    def host(self) -> circuit_breaker.Host:
        """Whom it speaks to, and whether that is there as far as this process knows."""
        return circuit_breaker.host(f"//{self.name}")

    def excused(self, outcome: Outcome) -> Outcome:
        """What was refused while nobody was there was no fault of the message, and uses up none of its tries."""
        return replace(outcome, away=True) if isinstance(outcome, Refusal) and self.host.is_away else outcome

    @property
    def together_per_minute(self) -> int:
        """How many calls a minute this deployment may make through the channel in all; 0: no limit."""
        return 0

    async def send(
        self, http: aiohttp.ClientSession, bound: Mapping[str, str], words: str, matters: Sequence[Telling] = ()
    ) -> Outcome:
        """Send `words` (at most `longest_bytes` of UTF-8) to the group so bound; never raises for the network.

        `matters` are the same words one by one. However they are shown, it is one message and one call.
        """
        raise TypeError(f"{self.name} does not push")
