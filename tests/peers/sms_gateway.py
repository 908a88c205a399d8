"""A small loopback SMS gateway that speaks docs/sms.md, with the faults networks have.

`script` is a list of faults for the next calls: a status, or reset, hang; without one it takes the message.
"""

import json
from dataclasses import dataclass, field

from tests.peers.loopback import Handler, Peer


class _Handler(Handler):
    def do_POST(self) -> None:
        gateway = self.peer
        message = json.loads(self.body())
        gateway.calls.append(message)
        fault = gateway.script.pop(0) if gateway.script else ""
        if self.headers["Authorization"] != f"Bearer {gateway.key}" or set(message) != {"id", "to", "text"}:
            fault = "403"
        if fault in ("", "202", "reset", "hang", "500 taken"):  # taken, though the answer may be lost
            gateway.taken.setdefault(message["id"], message)
        self._answer(fault)

    def _answer(self, fault: str) -> None:
        if fault == "reset":
            self.reset()
        elif fault == "hang":
            self.hang()
        else:
            self.write(int(fault.split()[0]) if fault else 200)


@dataclass
class Gateway(Peer):
    """`with Gateway() as gateway`: `taken` holds what was really sent, once for each id."""

    handler = _Handler
    path = "/v1/messages?tenant=a"
    key: str = "the-gateway's-key"
    script: list[str] = field(default_factory=list)
    calls: list[dict[str, str]] = field(default_factory=list)
    taken: dict[str, dict[str, str]] = field(default_factory=dict)
