"""The base of all channels: name, needed settings, and `send`. Outcomes are data, sorted by what to do next."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import aiohttp

from governance.core.config import Settings
from governance.core.errors import Invalid
from governance.core.translation import AnyText
from governance.people.access.viewer import Viewer
from governance.relay.messages.audience import Telling
from governance.wechat import answers, circuit_breaker


@dataclass(frozen=True)
class Need:
    """One setting of a binding. A secret one is never shown again; a spent one was used up when it was saved.

    `wrong` is the refusal for input that does not match `shape`.
    """

    name: str
    label: AnyText
    hint: AnyText = ""
    secret: bool = False
    spent: bool = False
    shape: re.Pattern[str] | None = None
    wrong: AnyText = ""

    @property
    def stays(self) -> bool:
        """Does an empty field keep the value saved before?"""
        return self.secret or self.spent


@dataclass(frozen=True)
class Sent:
    """The other side took the whole message."""


@dataclass(frozen=True)
class Refusal:
    """Certainly not sent. It may be tried again after `after` seconds; None means never."""

    reason: str
    after: int | None = 0
    whole_robot: bool = False  # all messages of this robot wait, not only this one
    away: bool = False  # the host was away; it does not count as a try


@dataclass(frozen=True)
class Dead:
    """The robot no longer exists. Its groups are disabled and their keepers informed."""

    reason: str


@dataclass(frozen=True)
class Unknown:
    """The answer was lost, so the message may have been sent. It is never repeated by itself; a person settles it."""

    reason: str


Outcome = Sent | Refusal | Dead | Unknown


def outcome_of(trouble: answers.Trouble | None) -> Outcome:
    """The outcome for an answer of WeChat or WeCom; no trouble means sent."""
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
    """The same for calls through the gateway. When the whole side waits, as without a token, it counts as no try."""
    outcome = outcome_of(trouble)
    return replace(outcome, away=True) if isinstance(outcome, Refusal) and outcome.whole_robot else outcome


class Channel:
    """A way to send. Class attributes say what the channel can do; only pushing channels implement `send`."""

    name: ClassVar[str]
    label: ClassVar[AnyText]
    about: ClassVar[AnyText] = ""
    needs: ClassVar[tuple[Need, ...]] = ()
    shows: ClassVar[tuple[tuple[str, str], ...]] = ()  # further settings that may be shown, by name and label
    shares: ClassVar[tuple[str, str] | None] = None  # groups with one value of the first share the second
    listed: ClassVar[bool] = False  # the other side lists the groups to choose from
    own_ears: ClassVar[bool] = False  # another robot may use the same name for another group
    pushes: ClassVar[bool] = True
    alone: ClassVar[bool] = False  # sends to one person, not to a group
    batch: ClassVar[int] = 1024  # messages that a worker claims at once
    together: ClassVar[int] = 24  # events in one message, at most
    per_minute: ClassVar[int | None] = None
    longest_bytes: ClassVar[int] = 2048
    lease: ClassVar[int] = 60  # seconds after which a message without an outcome becomes unknown
    lost: ClassVar[str] = "发送途中程序中断，可能已经发出"  # the reason

    def __init__(self, deployment: Settings) -> None:
        self.deployment = deployment

    @classmethod
    def read(cls, given: Mapping[str, str]) -> dict[str, str]:
        """The settings of a binding as they are stored. Raises Invalid by the need's name."""
        kept = {need.name: given.get(need.name, "").strip() for need in cls.needs}
        wrong = {
            need.name: need.wrong for need in cls.needs if need.shape and not need.shape.fullmatch(kept[need.name])
        }
        if wrong:
            raise Invalid(wrong)
        return kept

    @classmethod
    def may_bind(cls, viewer: Viewer, bound: Mapping[str, str]) -> bool:
        """May this member of staff bind a group so? Their rights at the places are checked elsewhere."""
        return True

    @classmethod
    def voice(cls, bound: Mapping[str, str]) -> str | None:
        """The robot of a group. Groups with the same voice share its rate limit; None where it is unknown."""
        return None

    @classmethod
    def ear(cls, bound: Mapping[str, str]) -> str | None:
        """What identifies the group of a member who speaks to us; None where nobody can."""
        return None

    @classmethod
    def tells(cls, bound: Mapping[str, str]) -> bool:
        """Can it send to the group by itself, or only answer?"""
        return True

    @property
    def host(self) -> circuit_breaker.Host:
        """The host it calls, with the state of its circuit breaker in this process."""
        return circuit_breaker.host(f"//{self.name}")

    def excused(self, outcome: Outcome) -> Outcome:
        """A refusal while the host is away does not count as a try."""
        return replace(outcome, away=True) if isinstance(outcome, Refusal) and self.host.is_away else outcome

    @property
    def hears_answers(self) -> bool:
        """Does what a person answers to this channel reach us? Of a group its binding says so."""
        return False

    @property
    def together_per_minute(self) -> int:
        """How many calls a minute this deployment may make through the channel in all; 0 means no limit."""
        return 0

    async def send(
        self, http: aiohttp.ClientSession, bound: Mapping[str, str], words: str, matters: Sequence[Telling] = ()
    ) -> Outcome:
        """Send `words` (at most `longest_bytes` of UTF-8) to a group. It never raises for the network.

        `matters` are the same words by subject. Whatever form they take, it is one message and one call.
        """
        raise TypeError(f"{self.name} does not push")
