"""订阅通知: what somebody chose in WeChat's own window or on its page of notices, which WeChat tells us as an event.

One tick is worth one notice of each kind, unless WeChat granted the account lasting ones
(developers.weixin.qq.com/doc/service/guide/product/subscription_messages/intro.html).
"""

from collections.abc import Collection
from contextlib import suppress

from flask import current_app

from governance.core.db import find_by as one
from governance.core.errors import Refused
from governance.people.access.viewer import Viewer
from governance.people.model import Identity
from governance.people.wechat.identity import openid_hash
from governance.relay.channels.official_account import ticked
from governance.relay.subscriptions import recipients


def accept(openid: str, templates: Collection[str]) -> None:
    """The tick is the agreement. Joins the transaction in hand; of no use from who has no ticket to hear of."""
    viewer = _chooser(openid, templates)
    if viewer is not None:
        with suppress(Refused):
            recipients.agree(viewer)


def reject(openid: str, templates: Collection[str]) -> None:
    """Whoever refuses one kind is told nothing more, until they tick again. Joins the transaction in hand."""
    viewer = _chooser(openid, templates)
    if viewer is not None:
        with suppress(Refused):
            recipients.take_back(viewer)


def _chooser(openid: str, templates: Collection[str]) -> Viewer | None:
    """Whom we know by it, where it is about notices of ours: an account may have others."""
    known = one(Identity, kind="openid", subject=openid_hash(openid))
    ours = ticked(current_app.extensions["settings"])
    return Viewer(person_id=known.person_id) if known and not set(templates).isdisjoint(ours) else None
