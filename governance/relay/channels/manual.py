"""Ordinary WeChat groups. No program may send there: a worker copies the words and presses 已转发."""

from typing import ClassVar

from governance.relay.channels.base import Channel


class Manual(Channel):
    """Deliveries wait on 待转发 until somebody has posted them."""

    name, label = "manual", "人工转发"
    about = "普通微信群没有接口：网格员在“待转发”里一点就复制，发到群里，再点“已转发”。"
    pushes = False
    longest_bytes: ClassVar[int] = 6000
