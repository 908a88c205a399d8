"""Bad weather: a WeCom in which robots are dead, calls are refused or cut off, and answers are lost on the way.

Who really heard what stands in `heard`, kept where WeCom would show it to people, not where it answers.
"""

import random
import re
import time
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.peers.wechat import Call, WeChat

ROBOT = "/cgi-bin/webhook/send"
A_MINUTE, ALLOWED = 60, 20
MARK = re.compile(r"〔(\w+)〕")
SHARES = {"503": 0.01, "reset": 0.005, "lost": 0.005}
GONE, TOO_OFTEN = {"errcode": 93000, "errmsg": "invalid webhook url"}, {"errcode": 45009, "errmsg": "freq out of limit"}


@dataclass
class Storm(WeChat):
    """`dead` are the keys of robots that were taken out of their groups."""

    dead: Collection[str] = ()
    weather: random.Random = field(default_factory=random.Random)
    spoken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))  # moments, by robot
    heard: Counter[str] = field(default_factory=Counter)  # times, by the mark of the message
    faults: Counter[str] = field(default_factory=Counter)
    shares: Mapping[str, float] = field(default_factory=lambda: SHARES)
    words: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # what robots said, in order

    def fault(self, path: str) -> str:
        shares = self.shares
        with self.lock:
            (fault,) = self.weather.choices(("", *shares), (1 - sum(shares.values()), *shares.values()))
            if fault:
                self.faults[fault] += 1
        return fault

    def answer(self, call: Call) -> dict[str, Any]:
        return self._robot(call) if call.path == ROBOT else super().answer(call)

    def _robot(self, call: Call) -> dict[str, Any]:
        key, moment = call.query["key"], time.time()
        if key in self.dead:
            return GONE
        with self.lock:
            self.spoken[key].append(moment)
            if within(self.spoken[key], moment) > ALLOWED:
                return TOO_OFTEN
            self.heard[MARK.findall(str(call.body))[-1]] += 1
            self.words[key].append(str(call.body))
        return {"errcode": 0, "errmsg": "ok"}

    @property
    def busiest(self) -> int:
        """The most that any robot said within any sixty seconds."""
        return max(within(moments, moment) for moments in self.spoken.values() for moment in moments)


def within(moments: list[float], moment: float) -> int:
    """How many of these, in order, lie in the minute that ends at this one."""
    return bisect_right(moments, moment) - bisect_right(moments, moment - A_MINUTE)
