"""JS-SDK: which browsers get it, and the signature of a page's address with the shared ticket."""

import secrets
import time
from typing import Any

import structlog
from wechatpy.utils import WeChatSigner

from governance.wechat.answers import TROUBLES
from governance.wechat.gateway import gateway
from governance.wechat.oauth import in_wechat

log = structlog.get_logger()
SCRIPTS = "https://res.wx.qq.com"  # where WeChat's own script comes from
FRAMES = "https://*.qq.com webcompt:"  # what its buttons (开放标签) are drawn in


def wanted(agent: str) -> bool:
    """Whether the page is in WeChat's browser and there is an official account."""
    return in_wechat(agent) and gateway().has("official")


def ours(url: str) -> bool:
    """Whether WeChat's script may act for this address."""
    return url.startswith(f"{gateway().settings.base_url}/")


def signed(url: str) -> dict[str, Any] | None:
    """The parameters of `wx.config` for the page at `url`; None while WeChat is away."""
    try:
        with gateway().in_a_page():
            ticket = gateway().ticket()
    except TROUBLES as trouble:
        log.warning("wechat.no_ticket", trouble=trouble.reason)
        return None
    nonce, moment = secrets.token_hex(8), int(time.time())
    signer = WeChatSigner(delimiter=b"&")
    address = url.partition("#")[0]
    signer.add_data(f"jsapi_ticket={ticket}", f"noncestr={nonce}", f"timestamp={moment}", f"url={address}")
    app_id = gateway().settings.wechat_app_id
    return {"appId": app_id, "timestamp": moment, "nonceStr": nonce, "signature": signer.signature}
