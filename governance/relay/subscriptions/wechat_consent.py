"""订阅通知: the choices a person makes in WeChat's window or settings, which WeChat sends as events.

One tick allows one notice of one kind, unless WeChat granted the account lasting ones
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
    """Ticking a template is consent. Joins the open transaction; without a ticket of this person it does nothing."""
    viewer = _chooser(openid, templates)
    if viewer is not None:
        with suppress(Refused):
            recipients.agree(viewer)


def reject(openid: str, templates: Collection[str]) -> None:
    """Rejecting any template unsubscribes; ticking again resubscribes. Joins the open transaction."""
    viewer = _chooser(openid, templates)
    if viewer is not None:
        with suppress(Refused):
            recipients.take_back(viewer)


def _chooser(openid: str, templates: Collection[str]) -> Viewer | None:
    """The person, if the event is about a template of ours; an account may have others."""
    known = one(Identity, kind="openid", subject=openid_hash(openid))
    ours = ticked(current_app.extensions["settings"])
    return Viewer(person_id=known.person_id) if known and not set(templates).isdisjoint(ours) else None
