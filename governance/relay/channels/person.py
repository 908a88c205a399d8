"""What the channels to one person share: they go through the gateway, one event a message, and wait for the answer."""

from collections.abc import Mapping
from typing import Any, ClassVar

from governance.core.db import db
from governance.people.wechat.identity import handle
from governance.relay.channels.base import Channel, Outcome, Refusal, outcome_through_gateway
from governance.wechat import circuit_breaker
from governance.wechat.answers import TROUBLES
from governance.wechat.gateway import gateway, host_of


class PersonChannel(Channel):
    """`side` is whom the gateway asks, `kind` the identity by which they are written to, read at that moment."""

    alone = True
    together = 1
    batch: ClassVar[int] = 64
    lease: ClassVar[int] = 300  # several wait for a slow answer one after the other
    side: ClassVar[str]
    kind: ClassVar[str]

    @property
    def host(self) -> circuit_breaker.Host:
        return host_of(self.deployment, self.side)

    def tell(self, person_id: int, news: str, words: str) -> Outcome:
        """Tell one person. Call it in an application context with no transaction open."""
        to = handle(person_id, self.kind)
        db.session.rollback()
        return self.say(to, news, words) if to else Refusal("找不到这个人了", after=None)

    def say(self, to: str, news: str, words: str) -> Outcome:
        raise NotImplementedError

    def asked(self, path: str, body: Mapping[str, Any]) -> Outcome | dict[str, Any]:
        """What they answered, or what became of it."""
        try:
            return gateway().call(self.side, path, json=body)
        except TROUBLES as trouble:
            return outcome_through_gateway(trouble)


def lines_of(words: str) -> list[str]:
    """The words as they were written, without the mark at their end."""
    return [line for line in words.splitlines() if line.strip()][:-1]
