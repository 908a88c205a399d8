"""The base of channels to one person. They call the gateway, one event a message, and wait for the answer."""

from collections.abc import Mapping
from typing import Any, ClassVar

from governance.core.db import db
from governance.people.wechat.identity import handle
from governance.relay.channels.base import Channel, Outcome, Refusal, outcome_through_gateway
from governance.wechat import circuit_breaker
from governance.wechat.answers import TROUBLES
from governance.wechat.gateway import gateway, host_of


class PersonChannel(Channel):
    """`side` is the account of the gateway, `kind` the identity that is written to, read when it is sent."""

    alone = True
    together = 1
    batch: ClassVar[int] = 64
    lease: ClassVar[int] = 300  # several slow answers may follow one another
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
        """Call the gateway; its answer as an outcome."""
        try:
            return gateway().call(self.side, path, json=body)
        except TROUBLES as trouble:
            return outcome_through_gateway(trouble)


def lines_of(words: str) -> list[str]:
    """The lines of the words without the signature."""
    return [line for line in words.splitlines() if line.strip()][:-1]
